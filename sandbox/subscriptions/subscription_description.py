"""Subscriptions as objects, and what requests may set on them."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import merged
from sandbox.api.errors import invalid, no_such
from sandbox.subscriptions.subscription_item_building import natural_end
from sandbox.subscriptions.subscription_timing import last_end, next_end
from sandbox.taxes.taxation import rates_given
from sandbox.timing.periods import DAY, next_anchor


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
    if "default_tax_rates" in params:
        subscription["default_tax_rates"] = rates_given(
            state, params["default_tax_rates"], "default_tax_rates", subscription["default_tax_rates"]
        )
    for name in ("invoice_settings", "payment_settings"):
        for key, value in (params.get(name) or {}).items():
            if key not in ("issuer", "payment_method_options"):
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
        anchor = next_anchor(now, config)
        subscription["billing_cycle_anchor_config"] = dict.fromkeys(("hour", "minute", "month", "second")) | config
    began = params.get("backdate_start_date")
    if began is not None:
        if began > now:
            raise invalid("The `backdate_start_date` must be in the past.", "backdate_start_date")
        subscription["start_date"] = began
        if anchor is None:
            subscription["billing_cycle_anchor"] = began
    if trial_end not in (None, "now"):
        if trial_end <= now:
            raise invalid("Invalid timestamp: must be an integer Unix timestamp in the future.", "trial_end")
        if trial_end > now + 730 * DAY:
            raise invalid("The trial_end must be within two years.", "trial_end")
        subscription |= {"trial_start": now, "trial_end": trial_end}
        if anchor is not None and anchor < trial_end:
            raise invalid("billing_cycle_anchor must not be before the end of the trial.", "billing_cycle_anchor")
        if subscription["trial_settings"]["end_behavior"]["billing_cycle_anchor"] != "unchanged":
            subscription["billing_cycle_anchor"] = trial_end
        if anchor is not None:
            check_anchor(anchor, prices, trial_end)
            subscription["billing_cycle_anchor"] = anchor
    elif anchor is not None:
        if anchor < now:
            raise invalid("billing_cycle_anchor must be now or in the future.", "billing_cycle_anchor")
        check_anchor(anchor, prices, now)
        subscription["billing_cycle_anchor"] = anchor


def check_anchor(anchor: int, prices: list[Object], start: int) -> None:
    """A first period is not longer than a whole one. Raises ApiError 400."""
    latest = min(natural_end(price, start) for price in prices)
    if anchor > latest:
        raise invalid(
            f"billing_cycle_anchor cannot be later than next natural billing date ({latest}) for plan",
            "billing_cycle_anchor",
        )


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
