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
from sandbox.payments.setup_intent_building import build_pending
from sandbox.subscriptions.subscription_billing import (
    add_period,
    add_periods,
    bill_now,
    close_draft,
    open_draft,
)
from sandbox.subscriptions.subscription_description import blank, describe, set_cancel_at, set_dates
from sandbox.subscriptions.subscription_item_building import (
    add_item,
    check_distinct,
    cycle_at,
    items_of,
    price_of,
    worth,
)
from sandbox.subscriptions.subscription_timing import TOLD_BEFORE, set_timers, tell_of_trial_end
from sandbox.taxes.taxation import rates_given
from sandbox.webhooks.events import emit

NO_METHOD = (
    "This customer has no attached payment source or default payment method. Please consider adding a default payment"
    " method. For more information, visit"
    " https://stripe.com/docs/billing/subscriptions/payment-methods-setting#payment-method-priority."
)


def begin(state: State, customer: Object, params: dict[str, Any], *, schedule: str | None = None) -> Object:
    """A new subscription with its first invoice. Raises ApiError 400, or 402 for error_if_incomplete.

    Checkout's have `paid_with`: the intent that has paid the first invoice already, or None when nothing is due.
    A schedule's subscription is active at once, and its first invoice a draft for an hour.
    """
    prices = resolved_prices(state, customer, params)
    now = state.now_for(customer)
    subscription = blank(state, customer, params.get("currency") or prices[0]["currency"], now)
    describe(state, subscription, customer, params)
    subscription["_"]["starting"] = True
    subscription["schedule"] = schedule
    state.table("subscription").add(subscription)
    set_dates(subscription, params, prices, now)
    for place, (given, price) in enumerate(zip(params["items"], prices, strict=True)):
        period = first_period(subscription, price, now)
        add_item(state, subscription, given, price, f"items[{place}]", period)
    check_distinct(state, subscription)
    set_cancel_at(state, subscription, params)
    if isinstance(params.get("cancel_at"), int) and subscription["trial_end"] is None:
        for item in items_of(state, subscription):
            item["current_period_end"] = min(item["current_period_end"], params["cancel_at"])
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
    if schedule is None:
        first_invoice(state, subscription, params)
    else:
        first_draft(state, subscription, params)
    del subscription["_"]["starting"]
    set_timers(state, subscription)
    if schedule is None:
        emit(state, "customer.subscription.created", subscription)
    if subscription["status"] == "trialing" and subscription["trial_end"] <= now + TOLD_BEFORE:
        tell_of_trial_end(state, subscription)
    return subscription


def first_period(subscription: Object, price: Object, now: int) -> tuple[int, int]:
    """The trial, or the period that holds the present; up to an anchor that is still to come."""
    if subscription["trial_end"] is not None:
        return now, subscription["trial_end"]
    anchor, began = subscription["billing_cycle_anchor"], subscription["start_date"]
    start, end = cycle_at(subscription, price, now)
    if anchor > now:
        end = min(end, anchor)
    return max(start, began), end


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
    add_first_periods(state, subscription, invoice, params)
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


def first_draft(state: State, subscription: Object, params: dict[str, Any]) -> None:
    """The first invoice of a schedule's subscription: it finalizes itself in an hour, as renewals do."""
    subscription["status"] = "active" if subscription["trial_end"] is None else "trialing"
    invoice = open_draft(state, subscription, "subscription_create", auto_advance=True)
    emit(state, "customer.subscription.created", subscription)
    add_first_periods(state, subscription, invoice, params)
    close_draft(state, subscription, invoice)


def add_first_periods(state: State, subscription: Object, invoice: Object, params: dict[str, Any]) -> None:
    """From the start, which may lie in the past, to the end of the present period: a line for each period of an item.

    With proration_behavior=none only whole periods that begin now are billed.
    """
    now, began = subscription["created"], subscription["start_date"]
    trial = subscription["trial_end"] is not None
    prorates = params.get("proration_behavior") != "none"
    for item in items_of(state, subscription):
        price = state.get("price", item["price"])
        start, until = began if prorates else now, now if trial else item["current_period_end"]
        whole = cycle_at(subscription, price, now)[0] == now
        while start < until and (prorates or whole):
            end = min(cycle_at(subscription, price, start)[1], until)
            add_period(state, subscription, invoice, item, start, end)
            start = end
    if trial:
        add_periods(state, subscription, invoice, items_of(state, subscription), free=True)


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
