"""POST /v1/invoices/create_preview (https://docs.stripe.com/api/invoices/create_preview)."""

from decimal import Decimal
from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import Call
from sandbox.api.errors import ApiError, invalid
from sandbox.catalogue.discounts import resolve
from sandbox.customers.customers import blank
from sandbox.invoices.invoice_building import complete, draft, sweep
from sandbox.invoices.invoice_item_building import make_as_asked
from sandbox.invoices.invoice_item_changes import change_item
from sandbox.invoices.previews import imagine, renewed
from sandbox.subscriptions.subscription_billing import close_draft, open_draft
from sandbox.subscriptions.subscription_creation import begin
from sandbox.subscriptions.subscription_ending import end
from sandbox.subscriptions.subscription_standing import ENDED
from sandbox.subscriptions.subscription_timing import next_end
from sandbox.subscriptions.subscription_update import change


def create_preview(call: Call) -> Object:
    """The next invoice of a subscription, of one as it would be, or of what is pending."""
    state, params = call.state, call.params
    subscription = call.find("subscription", "subscription")
    customer = call.find("customer", "customer")
    if subscription is not None:
        if customer is not None and customer["id"] != subscription["customer"]:
            raise invalid("The subscription does not belong to the customer.", "subscription")
        customer = state.get("customer", subscription["customer"])
    details = params.get("subscription_details") or {}
    if customer is None:
        if "customer_details" not in params:
            raise invalid("You must give a customer or a subscription.", "customer", "parameter_missing")
        return imagine(state, lambda: for_somebody(state, details, params))
    if subscription is None and not details.get("items"):
        subscription = next_of(state, customer, params.get("currency"))
    if subscription is not None:
        check_billable(state, subscription, details)
    chosen = subscription

    def work() -> Object:
        describe(state, customer, params.get("customer_details"))
        if chosen is not None:
            return changed_next(state, chosen, details, params)
        if details.get("items"):
            return first_of_new(state, customer, details, params)
        return pending_only(state, customer, params)

    return imagine(state, work)


def describe(state: State, customer: Object, about: dict[str, Any] | None) -> None:
    """`customer_details`: the customer as the invoice is to see it."""
    customer = state.edit(customer)
    for name in ("address", "shipping"):
        if name in (about or {}):
            customer[name] = (about or {})[name]
    if (about or {}).get("tax_exempt"):
        customer["tax_exempt"] = (about or {})["tax_exempt"]


def for_somebody(state: State, details: dict[str, Any], params: dict[str, Any]) -> Object:
    """An invoice for someone who is no customer yet, with the details that are given."""
    customer = blank(state, None)
    state.table("customer").add(customer)
    describe(state, customer, params["customer_details"])
    if details.get("items"):
        invoice = first_of_new(state, customer, details, params)
    else:
        invoice = pending_only(state, customer, params)
    invoice["customer"] = None
    tax_ids = params["customer_details"].get("tax_ids", [])
    return invoice | {"customer_tax_ids": [{"type": one["type"], "value": one["value"]} for one in tax_ids]}


def next_of(state: State, customer: Object, currency: str | None) -> Object | None:
    """The customer's subscription that renews first."""
    going = [
        subscription
        for subscription in state.table("subscription").oldest_first("customer", customer["id"])
        if subscription["status"] in ("active", "trialing", "past_due")
        and not is_last_period(state, subscription)
        and currency in (None, subscription["currency"])
    ]
    items = state.table("subscription_item")
    return min(
        going,
        key=lambda one: min(item["current_period_end"] for item in items.oldest_first("subscription", one["id"])),
        default=None,
    )


def check_billable(state: State, subscription: Object, details: dict[str, Any]) -> None:
    """A subscription that ends has no next invoice. Raises ApiError 400 invoice_upcoming_none."""
    stays = details.get("cancel_at_period_end") is False or "cancel_at" in details or details.get("cancel_now")
    ends = subscription["status"] in (*ENDED, "incomplete", "paused")
    if ends or (is_last_period(state, subscription) and not stays):
        raise none_upcoming(f"No upcoming invoices for subscription: {subscription['id']}")


def is_last_period(state: State, subscription: Object) -> bool:
    """Whether a subscription ends before it renews again."""
    return subscription["cancel_at"] is not None and subscription["cancel_at"] <= next_end(state, subscription)


def none_upcoming(message: str) -> ApiError:
    """There is nothing to preview."""
    return ApiError(404, message, code="invoice_upcoming_none")


def changed_next(state: State, subscription: Object, details: dict[str, Any], params: dict[str, Any]) -> Object:
    """The next invoice after the change that is asked about."""
    if details.get("cancel_now"):
        return after_the_end(state, subscription, details, params)
    if details or "discounts" in params:
        before = subscription["latest_invoice"]
        asked = {name: value for name, value in details.items() if name != "billing_mode"}
        if "discounts" in params:
            asked["discounts"] = params["discounts"]
        change(state, subscription, asked | {"payment_behavior": "default_incomplete"})
        if subscription["latest_invoice"] != before:
            made = state.edit(state.get("invoice", subscription["latest_invoice"]))
            return as_draft(made)
    add_extras(state, state.get("customer", subscription["customer"]), subscription["currency"], params)
    return renewed(state, subscription)


def after_the_end(state: State, subscription: Object, details: dict[str, Any], params: dict[str, Any]) -> Object:
    """What would be billed or credited if the subscription were canceled now."""
    end(state, subscription, prorate=details.get("proration_behavior", "create_prorations") != "none")
    add_extras(state, state.get("customer", subscription["customer"]), subscription["currency"], params)
    invoice = open_draft(state, subscription, "subscription_update", auto_advance=False)
    close_draft(state, subscription, invoice)
    return invoice


def as_draft(invoice: Object) -> Object:
    """An invoice that would be made at once, before it is finalized."""
    return invoice | {
        "status": "draft",
        "amount_paid": 0,
        "attempted": False,
        "effective_at": None,
        "ending_balance": invoice["ending_balance"],
        "hosted_invoice_url": None,
        "invoice_pdf": None,
        "status_transitions": dict.fromkeys(invoice["status_transitions"]),
    }


def first_of_new(state: State, customer: Object, details: dict[str, Any], params: dict[str, Any]) -> Object:
    """The first invoice of a subscription that does not exist yet."""
    names = (
        "items",
        "billing_cycle_anchor",
        "cancel_at",
        "cancel_at_period_end",
        "default_tax_rates",
        "metadata",
        "trial_end",
    )
    asked = {name: details[name] for name in names if name in details}
    anchor = asked.pop("billing_cycle_anchor", None)
    if anchor and anchor.get("timestamp"):
        asked["billing_cycle_anchor"] = anchor["timestamp"]
    if "currency" in params:
        asked["currency"] = params["currency"]
    if "discounts" in params:
        asked["discounts"] = params["discounts"]
    add_extras(state, customer, params.get("currency") or customer["currency"] or "usd", params)
    subscription = begin(state, customer, asked | {"payment_behavior": "default_incomplete"})
    return as_draft(state.edit(state.get("invoice", subscription["latest_invoice"])))


def pending_only(state: State, customer: Object, params: dict[str, Any]) -> Object:
    """An invoice of what is pending, where there is no subscription to wait for."""
    waiting = state.table("invoiceitem").oldest_first("pending", customer["id"])
    own = next((item["currency"] for item in waiting), customer["currency"])
    currency = params.get("currency") or own or currency_of_extras(state, params) or "usd"
    add_extras(state, customer, currency, params)
    invoice = draft(state, customer, reason="upcoming", currency=currency)
    if not sweep(state, invoice, customer, None):
        raise none_upcoming(f"No upcoming invoices for customer: {customer['id']}")
    if params.get("discounts"):
        invoice["discounts"] = resolve(
            state, params["discounts"], customer, currency, "discounts", invoice=invoice["id"]
        )
    return complete(state, invoice)


def currency_of_extras(state: State, params: dict[str, Any]) -> str | None:
    """The currency that the first of `invoice_items` names, itself or by its price."""
    for given in params.get("invoice_items", []):
        priced = state.table("price").get(given.get("price")) or given.get("price_data") or given
        currency: str | None = given.get("currency") or priced.get("currency")
        if currency:
            return currency
    return None


def add_extras(state: State, customer: Object, currency: str, params: dict[str, Any]) -> None:
    """`invoice_items` that are only asked about: new ones, or others of those that are pending."""
    for place, given in enumerate(params.get("invoice_items", [])):
        inside = f"invoice_items[{place}]"
        wanted = {name: value for name, value in given.items() if name not in ("currency", "invoiceitem")}
        if wanted.pop("price", None):
            wanted["pricing"] = {"price": given["price"]}
        if "unit_amount" in wanted:
            wanted["unit_amount_decimal"] = Decimal(wanted.pop("unit_amount"))
        if given.get("invoiceitem"):
            item = state.find("invoiceitem", given["invoiceitem"], f"{inside}[invoiceitem]")
            if item["customer"] != customer["id"] or item["invoice"] is not None:
                raise invalid("The invoice item must be pending for the customer.", f"{inside}[invoiceitem]")
            change_item(state, item, wanted, inside)
        else:
            make_as_asked(state, customer, wanted, given.get("currency", currency), None, inside)
