"""What a session comes to: worked out on the invoice that would bill it, so that both always agree."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import Call
from sandbox.api.errors import invalid
from sandbox.api.views import snapshot
from sandbox.catalogue.discounts import check_restrictions, resolve
from sandbox.checkout.session_items import items_of
from sandbox.customers import customers
from sandbox.invoices.invoice_building import complete, draft
from sandbox.invoices.invoice_item_building import make, worked_out
from sandbox.invoices.invoice_lines import add_invoice_item_line
from sandbox.invoices.previews import pretended
from sandbox.money import display, minimum
from sandbox.subscriptions.subscription_creation import begin

FROM_DATA = (
    "billing_cycle_anchor", "billing_cycle_anchor_config", "default_tax_rates", "description", "invoice_settings",
    "metadata", "proration_behavior", "trial_end", "trial_period_days", "trial_settings",
)  # fmt: skip

UNBILLED: Object = {"amount": 0, "discount_amounts": [], "taxes": []}


def set_totals(state: State, session: Object) -> None:
    """Works the amounts of a session and its items out anew. Raises ApiError 400 for a discount that does not fit."""
    if session["mode"] == "setup":
        session |= {"amount_subtotal": 0, "amount_total": 0}
        return
    bill = pretended(state, lambda: imagined(state, session))
    waiting = list(bill["lines"])
    for item in items_of(state, session):
        line = next((line for line in waiting if line["pricing"]["price_details"]["price"] == item["price"]), UNBILLED)
        if line is not UNBILLED:
            waiting.remove(line)
        apply(state, state.edit(item), line)
    session |= {"amount_subtotal": bill["subtotal"], "amount_total": bill["total"]}
    session["total_details"] = {
        "amount_discount": sum(one["amount"] for one in bill["total_discount_amounts"]),
        "amount_shipping": 0,
        "amount_tax": sum(one["amount"] for one in bill["total_taxes"]),
    }
    session["_"] |= {
        "due": bill["amount_due"],
        "breakdown": {
            "discounts": [discounted(bill, one) for one in bill["total_discount_amounts"]],
            "taxes": [taxed(state, one) for one in bill["total_taxes"]],
        },
    }
    check_total(session)


def apply(state: State, item: Object, line: Object) -> None:
    """The amounts of an item from the line that would bill it."""
    off = sum(one["amount"] for one in line["discount_amounts"])
    exclusive = sum(tax["amount"] for tax in line["taxes"] if tax.get("tax_behavior") == "exclusive")
    item |= {
        "amount_discount": off,
        "amount_subtotal": line["amount"],
        "amount_tax": sum(tax["amount"] for tax in line["taxes"]),
        "amount_total": line["amount"] - off + exclusive,
    }
    item["_"] |= {
        "discounts": [discounted(line, one) for one in line["discount_amounts"]],
        "taxes": [taxed(state, one) for one in line["taxes"]],
    }


def discounted(bill: Object, one: Object) -> Object:
    """A discount as breakdowns show it."""
    return {"amount": one["amount"], "discount": bill["discount_objects"][one["discount"]]}


def taxed(state: State, one: Object) -> Object:
    """A tax as breakdowns show it."""
    return {
        "amount": one["amount"],
        "rate": snapshot(state, state.get("tax_rate", one["tax_rate_details"]["tax_rate"])),
        # Sessions have no word for what only rates by hand are.
        "taxability_reason": None if one["taxability_reason"] == "not_available" else one["taxability_reason"],
        "taxable_amount": one["taxable_amount"],
    }


def check_total(session: Object) -> None:
    """Nothing, or enough for a card. Raises ApiError 400."""
    total, currency = session["amount_total"], session["currency"]
    if session["mode"] == "payment" and 0 < total < minimum(currency):
        raise invalid(
            f"The Checkout Session's total amount due must add up to at least {display(minimum(currency), currency)}"
            f" {currency}",
            "line_items",
            "amount_too_small",
        )


def imagined(state: State, session: Object) -> Object:
    """The bill with all its lines, made within an imagination."""
    customer = state.table("customer").get(session["customer"]) or customers.create(Call(state, "", {}, {}))
    if session["mode"] == "payment":
        invoice = ordered(state, session, customer)
    else:
        asked = subscription_params(state, session) | {"payment_behavior": "default_incomplete"}
        invoice = state.get("invoice", begin(state, customer, asked)["latest_invoice"])
    check_code(state, session, customer, invoice["subtotal"])
    lines = [snapshot(state, line) for line in state.table("line_item").oldest_first("invoice", invoice["id"])]
    discounts = {one["discount"]: shown(state, session, one["discount"]) for one in invoice["total_discount_amounts"]}
    for line in lines:
        line["discount_objects"] = discounts
    return snapshot(state, invoice) | {"lines": lines, "discount_objects": discounts}


def shown(state: State, session: Object, id: str) -> Object:
    """A discount as a session shows it before anything is redeemed."""
    discount = snapshot(state, state.get("discount", id))
    owners = dict.fromkeys(("invoice", "invoice_item", "subscription", "subscription_item"))
    return discount | owners | {"checkout_session": session["id"], "customer": session["customer"]}


def check_code(state: State, session: Object, customer: Object, subtotal: int) -> None:
    """A promotion code's minimum, and its first orders, which guests never have. Raises ApiError 400."""
    for one in session["discounts"] or []:
        if one["promotion_code"]:
            code = state.get("promotion_code", one["promotion_code"])
            check_restrictions(state, code, customer, session["currency"], subtotal, "discounts[0][promotion_code]")


def ordered(state: State, session: Object, customer: Object, **fields: Any) -> Object:
    """An invoice draft of what is sold in payment mode; the customer's balance stays out of it."""
    now = state.now_for(customer)
    invoice = draft(state, customer, reason="manual", currency=session["currency"], **fields)
    invoice["_"]["apart_from_balance"] = True
    for item in items_of(state, session):
        worth = worked_out(
            state,
            {"pricing": {"price": item["price"]}, "quantity": item["quantity"], "agreed": True},
            session["currency"],
        )
        made = make(state, customer, period={"end": now, "start": now}, tax_rates=item["_"]["tax_rates"], **worth)
        made["metadata"] = dict(item["metadata"])
        add_invoice_item_line(state, invoice, made)
    if session["discounts"]:
        invoice["discounts"] = resolve(
            state, asked_discounts(session), customer, session["currency"], "discounts", invoice=invoice["id"]
        )
    return complete(state, invoice)


def asked_discounts(session: Object) -> list[dict[str, Any]]:
    """The session's discounts as requests name them."""
    return [{name: id for name, id in one.items() if id} for one in session["discounts"] or []]


def subscription_params(state: State, session: Object) -> dict[str, Any]:
    """What a subscription is made of when the session is paid."""
    data: dict[str, Any] = session["_"].get("subscription_data") or {}
    items: list[dict[str, Any]] = []
    extras: list[dict[str, Any]] = []
    for item in items_of(state, session):
        one = {
            "price": item["price"],
            "quantity": item["quantity"],
            "metadata": dict(item["metadata"]),
            "tax_rates": item["_"]["tax_rates"],
            "agreed": True,
        }
        (extras if state.get("price", item["price"])["recurring"] is None else items).append(one)
    params = {name: data[name] for name in FROM_DATA if name in data}
    params |= {"items": items, "add_invoice_items": extras, "paid_with": None}
    if session["discounts"]:
        params["discounts"] = asked_discounts(session)
    return params
