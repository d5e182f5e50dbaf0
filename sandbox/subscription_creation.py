"""How a subscription begins (docs: How subscriptions work)."""

from typing import Any

from sandbox.calls import merged
from sandbox.discounts import resolve
from sandbox.errors import ApiError, invalid, no_such
from sandbox.events import emit
from sandbox.invoice_collection import method_for
from sandbox.invoice_items import make, worked_out
from sandbox.invoice_totals import recompute
from sandbox.objects import Object
from sandbox.periods import at_day_of_month
from sandbox.setup_intent_building import build_pending
from sandbox.state import State
from sandbox.subscription_billing import add_periods, bill_now, close_draft, open_draft
from sandbox.subscription_item_building import add_item, check_distinct, items_of, natural_end, price_of
from sandbox.subscription_timing import last_end, next_end, set_timers

DAY = 86_400
NO_METHOD = (
    "This customer has no attached payment source or default payment method. Please consider adding a default payment"
    " method. For more information, visit"
    " https://stripe.com/docs/billing/subscriptions/payment-methods-setting#payment-method-priority."
)


def begin(state: State, customer: Object, params: dict[str, Any]) -> Object:
    """A new subscription with its first invoice. Raises ApiError 400, or 402 for error_if_incomplete."""
    prices = resolved_prices(state, customer, params)
    now = state.now_for(customer)
    subscription = blank(state, customer, prices[0]["currency"], now)
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


def blank(state: State, customer: Object, currency: str, now: int) -> Object:
    """The object with its defaults."""
    return {
        "id": state.new_id("subscription"),
        "object": "subscription",
        "application": None,
        "application_fee_percent": None,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": now,
        "billing_cycle_anchor_config": None,
        "billing_mode": {"flexible": {"proration_discounts": "included"}, "type": "flexible", "updated_at": now},
        "billing_schedules": [],
        "billing_thresholds": None,
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "cancellation_details": {"comment": None, "feedback": None, "feedback_option": None, "reason": None},
        "collection_method": "charge_automatically",
        "created": now,
        "currency": currency,
        "customer": customer["id"],
        "customer_account": None,
        "days_until_due": None,
        "default_payment_method": None,
        "default_source": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [],
        "ended_at": None,
        "invoice_settings": {
            "account_tax_ids": None,
            "custom_fields": None,
            "description": None,
            "footer": None,
            "issuer": {"type": "self"},
        },
        "latest_invoice": None,
        "livemode": False,
        "managed_payments": {"enabled": False},
        "metadata": {},
        "next_pending_invoice_item_invoice": None,
        "on_behalf_of": None,
        "pause_collection": None,
        "payment_settings": {
            "payment_method_options": None,
            "payment_method_types": None,
            "save_default_payment_method": "off",
        },
        "pending_invoice_item_interval": None,
        "pending_setup_intent": None,
        "pending_update": None,
        "schedule": None,
        "start_date": now,
        "status": "incomplete",
        "test_clock": customer["test_clock"],
        "transfer_data": None,
        "trial_end": None,
        "trial_settings": {
            "end_behavior": {"billing_cycle_anchor": None, "missing_payment_method": "create_invoice"},
        },
        "trial_start": None,
        "_": {},
    }


def describe(state: State, subscription: Object, customer: Object, params: dict[str, Any]) -> None:
    """Sets what creating and updating have in common."""
    if "description" in params:
        subscription["description"] = params["description"]
    if "metadata" in params:
        subscription["metadata"] = merged(subscription["metadata"], params["metadata"])
    if "default_payment_method" in params:
        subscription["default_payment_method"] = checked_method(state, customer, params["default_payment_method"])
    for name in ("invoice_settings", "payment_settings"):
        for key, value in (params.get(name) or {}).items():
            if key != "payment_method_options":
                subscription[name][key] = value
    behavior = (params.get("trial_settings") or {}).get("end_behavior") or {}
    subscription["trial_settings"]["end_behavior"] |= behavior
    if "collection_method" in params or "days_until_due" in params:
        set_collection(subscription, params)


def set_collection(subscription: Object, params: dict[str, Any]) -> None:
    """How invoices are collected, and by when they are due."""
    method = params.get("collection_method", subscription["collection_method"])
    days = params.get("days_until_due", subscription["days_until_due"])
    if method == "send_invoice" and days is None:
        raise invalid(
            "When collection_method is send_invoice, you must specify days_until_due.",
            "days_until_due",
            "parameter_missing",
        )
    if method == "charge_automatically" and params.get("days_until_due") is not None:
        raise invalid("days_until_due is only for collection_method=send_invoice.", "days_until_due")
    subscription["collection_method"] = method
    subscription["days_until_due"] = days if method == "send_invoice" else None


def checked_method(state: State, customer: Object, id: str | None) -> str | None:
    """A payment method of the customer. Raises ApiError 400."""
    if id is None:
        return None
    method = state.table("payment_method").get(id)
    if method is None:
        raise no_such("payment_method", id, "default_payment_method")
    if method["customer"] != customer["id"]:
        raise invalid(
            f"The customer does not have a payment method with the ID {id}. The payment method must be attached to the"
            " customer.",
            "default_payment_method",
            "resource_missing",
        )
    return id


def set_dates(subscription: Object, params: dict[str, Any], prices: list[Object], now: int) -> None:
    """Trial and anchor."""
    trial_end = params.get("trial_end")
    if params.get("trial_period_days") is not None:
        if trial_end is not None:
            raise invalid("You may only specify one of these parameters: trial_end, trial_period_days.", "trial_end")
        trial_end = now + params["trial_period_days"] * DAY if params["trial_period_days"] else "now"
    elif trial_end is None and params.get("trial_from_plan"):
        days = [price["recurring"]["trial_period_days"] for price in prices if price["recurring"]["trial_period_days"]]
        trial_end = now + max(days) * DAY if days else None
    anchor = params.get("billing_cycle_anchor")
    config = params.get("billing_cycle_anchor_config")
    if config:
        if anchor is not None:
            raise invalid(
                "You may only specify one of billing_cycle_anchor and billing_cycle_anchor_config.",
                "billing_cycle_anchor",
            )
        anchor = at_day_of_month(
            now, config["day_of_month"], config.get("hour"), config.get("minute"), config.get("second")
        )
        subscription["billing_cycle_anchor_config"] = dict.fromkeys(("hour", "minute", "month", "second")) | config
    if trial_end not in (None, "now"):
        if trial_end <= now:
            raise invalid("Invalid timestamp: must be an integer Unix timestamp in the future.", "trial_end")
        if trial_end > now + 730 * DAY:
            raise invalid("The trial_end must be within two years.", "trial_end")
        subscription |= {"trial_start": now, "trial_end": trial_end, "billing_cycle_anchor": trial_end}
    elif anchor is not None:
        if anchor < now:
            raise invalid("billing_cycle_anchor must be now or in the future.", "billing_cycle_anchor")
        if anchor > min(natural_end(price, now) for price in prices):
            raise invalid(
                "billing_cycle_anchor cannot be later than next natural billing date"
                f" ({min(natural_end(price, now) for price in prices)}) for plan",
                "billing_cycle_anchor",
            )
        subscription["billing_cycle_anchor"] = anchor


def set_cancel_at(state: State, subscription: Object, params: dict[str, Any]) -> None:
    """Plans or takes back the end of a subscription."""
    now = state.now_for(subscription)
    if params.get("cancel_at") is not None and params.get("cancel_at_period_end"):
        raise invalid("You may only specify one of these parameters: cancel_at, cancel_at_period_end.", "cancel_at")
    if params.get("cancel_at_period_end"):
        planned = next_end(state, subscription)
        subscription |= {"cancel_at_period_end": True, "cancel_at": planned}
    elif params.get("cancel_at") is not None:
        planned = params["cancel_at"]
        if planned == "min_period_end":
            planned = next_end(state, subscription)
        elif planned in ("max_period_end", "max_billed_until"):
            planned = last_end(state, subscription)
        if planned <= now:
            raise invalid("The cancel_at must be in the future.", "cancel_at")
        subscription |= {"cancel_at_period_end": False, "cancel_at": planned}
    elif "cancel_at" in params or "cancel_at_period_end" in params:
        if subscription["cancel_at"] is not None:
            subscription["cancellation_details"]["reason"] = None
        subscription |= {"cancel_at_period_end": False, "cancel_at": None, "canceled_at": None}
        return
    else:
        return
    subscription["canceled_at"] = now
    subscription["cancellation_details"]["reason"] = "cancellation_requested"


def add_extra(state: State, subscription: Object, customer: Object, given: dict[str, Any], param: str) -> None:
    """One of `add_invoice_items`: it goes on the next invoice of the subscription."""
    price = given.get("price")
    wanted = {name: value for name, value in given.items() if name in ("quantity", "price_data")}
    if price:
        state.find("price", price, f"{param}[price]")
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
