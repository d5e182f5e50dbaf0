"""How a subscription begins (docs: How subscriptions work)."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import merged
from sandbox.api.errors import ApiError, invalid
from sandbox.catalogue.discounts import resolve
from sandbox.catalogue.price_currencies import in_currency
from sandbox.invoices.invoice_collection import method_for
from sandbox.invoices.invoice_item_building import make, worked_out
from sandbox.invoices.invoice_totals import recompute
from sandbox.payments.setup_intent_building import build_pending
from sandbox.subscriptions.subscription_billing import add_periods, bill_now, close_draft, open_draft
from sandbox.subscriptions.subscription_description import blank, describe, set_cancel_at, set_dates
from sandbox.subscriptions.subscription_item_building import (
    add_item,
    check_distinct,
    items_of,
    natural_end,
    price_of,
    worth,
)
from sandbox.subscriptions.subscription_timing import set_timers
from sandbox.taxes.taxation import rates_given
from sandbox.webhooks.events import emit

NO_METHOD = (
    "This customer has no attached payment source or default payment method. Please consider adding a default payment"
    " method. For more information, visit"
    " https://stripe.com/docs/billing/subscriptions/payment-methods-setting#payment-method-priority."
)


def begin(state: State, customer: Object, params: dict[str, Any]) -> Object:
    """A new subscription with its first invoice. Raises ApiError 400, or 402 for error_if_incomplete.

    Checkout's have `paid_with`: the intent that has paid the first invoice already, or None when nothing is due.
    """
    prices = resolved_prices(state, customer, params)
    now = state.now_for(customer)
    subscription = blank(state, customer, params.get("currency") or prices[0]["currency"], now)
    describe(state, subscription, customer, params)
    subscription["_"]["starting"] = True
    state.table("subscription").add(subscription)
    set_dates(subscription, params, prices, now)
    for place, (given, price) in enumerate(zip(params["items"], prices, strict=True)):
        end = min(natural_end(price, now), subscription["billing_cycle_anchor"])
        if subscription["billing_cycle_anchor"] == now:
            end = natural_end(price, now)
        if subscription["trial_end"] is not None:
            end = subscription["trial_end"]
        add_item(state, subscription, given, price, f"items[{place}]", (now, end))
    check_distinct(state, subscription)
    set_cancel_at(state, subscription, params)
    if params.get("discounts"):
        subscription["discounts"] = resolve(
            state,
            params["discounts"],
            customer,
            subscription["currency"],
            "discounts",
            amount=worth(state, subscription),
            subscription=subscription["id"],
        )
    for place, given in enumerate(params.get("add_invoice_items", [])):
        add_extra(state, subscription, customer, given, f"add_invoice_items[{place}]")
    first_invoice(state, subscription, params)
    del subscription["_"]["starting"]
    set_timers(state, subscription)
    emit(state, "customer.subscription.created", subscription)
    return subscription


def resolved_prices(state: State, customer: Object, params: dict[str, Any]) -> list[Object]:
    """The prices of the items, all of one currency, which is the customer's."""
    if not params.get("items"):
        raise invalid("Missing required param: items.", "items", "parameter_missing")
    prices: list[Object] = []
    currency = params.get("currency")
    for place, given in enumerate(params["items"]):
        price = price_of(state, given, f"items[{place}]", currency)
        if price is None:
            raise invalid(
                f"Missing required param: items[{place}][price].", f"items[{place}][price]", "parameter_missing"
            )
        currency = currency or price["currency"]
        prices.append(price)
    return prices


def add_extra(state: State, subscription: Object, customer: Object, given: dict[str, Any], param: str) -> None:
    """One of `add_invoice_items`: it goes on the next invoice of the subscription."""
    price = given.get("price")
    wanted = {name: value for name, value in given.items() if name in ("quantity", "price_data", "agreed")}
    if price:
        if in_currency(state.find("price", price, f"{param}[price]"), subscription["currency"]) is not None:
            wanted["currency"] = subscription["currency"]
        wanted["pricing"] = {"price": price}
    worth = worked_out(state, wanted, subscription["currency"])
    if worth["currency"] != subscription["currency"]:
        raise invalid(
            f"The price is in {worth['currency']}, the subscription in {subscription['currency']}.", f"{param}[price]"
        )
    now = state.now_for(subscription)
    item = make(
        state,
        customer,
        parent={"subscription_details": {"subscription": subscription["id"]}, "type": "subscription_details"},
        period={"end": now, "start": now},
        discountable=given.get("discountable", True),
        tax_rates=rates_given(state, given.get("tax_rates", []), f"{param}[tax_rates]"),
        **worth,
    )
    item["metadata"] = merged({}, given.get("metadata", {}))
    if given.get("discounts"):
        item["discounts"] = resolve(
            state,
            given["discounts"],
            customer,
            subscription["currency"],
            f"{param}[discounts]",
            invoice_item=item["id"],
        )


def first_invoice(state: State, subscription: Object, params: dict[str, Any]) -> None:
    """Bills the first period, or the trial at nothing, and sees whether the subscription comes alive."""
    behavior = params.get("payment_behavior", "allow_incomplete")
    sends = subscription["collection_method"] == "send_invoice"
    trial = subscription["trial_end"] is not None
    invoice = open_draft(state, subscription, "subscription_create", auto_advance=True)
    if "paid_with" in params:
        invoice["_"] |= {"alone": True, "paid_with": params["paid_with"]}
    items = items_of(state, subscription)
    if subscription["billing_cycle_anchor"] == subscription["created"] or trial:
        add_periods(state, subscription, invoice, items, free=trial)
    elif params.get("proration_behavior") != "none":
        add_stub_periods(state, subscription, invoice, items)
    close_draft(state, subscription, invoice)
    method = method_for(state, invoice)
    if sends:
        subscription["status"] = "trialing" if trial else "active"
        if trial:
            bill_now(state, subscription, invoice, pay=False)
        return
    if invoice["amount_due"] > 0 and method is None and behavior != "default_incomplete":
        raise ApiError(400, NO_METHOD, code="resource_missing")
    pay = behavior != "default_incomplete"
    off_session = bool(params.get("off_session"))
    decline = bill_now(state, subscription, invoice, pay=pay, off_session=off_session)
    if invoice["status"] == "paid":
        if method is None:
            subscription["pending_setup_intent"] = build_pending(state, subscription)["id"]
        return
    if behavior == "error_if_incomplete":
        raise incomplete(state, invoice, decline is not None)


def add_stub_periods(state: State, subscription: Object, invoice: Object, items: list[Object]) -> None:
    """From now to a later anchor, in proportion."""
    add_periods(state, subscription, invoice, items, free=False)
    for line in state.table("line_item").oldest_first("invoice", invoice["id"]):
        price = state.get("price", line["pricing"]["price_details"]["price"])
        start, end = line["period"]["start"], line["period"]["end"]
        whole = natural_end(price, start) - start
        line["amount"] = round(line["amount"] * (end - start) / whole)
    recompute(state, state.edit(invoice))


def incomplete(state: State, invoice: Object, was_declined: bool) -> ApiError:
    """error_if_incomplete: the payment's error, and nothing is left of the subscription."""
    payments = state.table("invoice_payment").oldest_first("invoice", invoice["id"])
    intent = state.get("payment_intent", payments[-1]["payment"]["payment_intent"])
    if was_declined and intent["last_payment_error"]:
        last = intent["last_payment_error"]
        error = ApiError(
            402, last["message"], type="card_error", code=last["code"], decline_code=last.get("decline_code")
        )
        error.fields["payment_method"] = last["payment_method"]
        return error
    return ApiError(
        402,
        "Payment for this subscription requires additional user action before it can be completed successfully."
        " Payment can be completed using the PaymentIntent associated with the latest invoice of the subscription."
        " For more details see: https://stripe.com/docs/billing/subscriptions/overview#requires-action",
        type="card_error",
        code="subscription_payment_intent_requires_action",
    )
