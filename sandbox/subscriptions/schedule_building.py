"""Subscription schedules as objects, and from subscriptions that are already there."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import merged
from sandbox.api.errors import invalid
from sandbox.subscriptions.schedule_phases import INVOICE_SETTINGS, default_settings
from sandbox.subscriptions.schedule_progress import dates_of, set_timers
from sandbox.subscriptions.subscription_billing import seen, told
from sandbox.subscriptions.subscription_item_building import items_of
from sandbox.subscriptions.subscription_timing import next_end

ALONE = frozenset(("from_subscription", "metadata"))


def blank(state: State, customer: Object, now: int) -> Object:
    """The object with its defaults."""
    return {
        "id": state.new_id("subscription_schedule"),
        "object": "subscription_schedule",
        "application": None,
        "billing_mode": {"flexible": {"proration_discounts": "included"}, "type": "flexible", "updated_at": now},
        "canceled_at": None,
        "completed_at": None,
        "created": now,
        "current_phase": None,
        "customer": customer["id"],
        "customer_account": None,
        "default_settings": {},
        "end_behavior": "release",
        "livemode": False,
        "metadata": {},
        "pause_schedules": [],
        "phases": [],
        "released_at": None,
        "released_subscription": None,
        "status": "not_started",
        "subscription": None,
        "test_clock": customer["test_clock"],
    }


def set_default_settings(state: State, schedule: Object, given: dict[str, Any]) -> None:
    """Changes those of the settings that are given."""
    customer = state.get("customer", schedule["customer"])
    checked = default_settings(state, customer, given)
    schedule["default_settings"] |= {name: checked[name] for name in given if name in checked}


def from_subscription(state: State, subscription: Object, params: dict[str, Any]) -> Object:
    """A schedule with one phase, which is the current period. Raises ApiError 400."""
    for name in sorted(params.keys() - ALONE):
        raise invalid(f"You cannot set `{name}` if `from_subscription` is set.", name)
    if subscription["schedule"] is not None:
        raise invalid(
            f"You cannot migrate a subscription that is already attached to a schedule: `{subscription['schedule']}`.",
            "from_subscription",
        )
    if subscription["status"] not in ("active", "trialing", "past_due", "unpaid"):
        raise invalid(
            f"You cannot migrate a subscription that is in the `{subscription['status']}` status to a schedule.",
            "from_subscription",
        )
    customer = state.get("customer", subscription["customer"])
    schedule = blank(state, customer, state.now_for(subscription))
    settings = INVOICE_SETTINGS | {
        name: subscription["invoice_settings"][name] for name in ("custom_fields", "description", "footer")
    }
    settings["days_until_due"] = subscription["days_until_due"]
    schedule["default_settings"] = default_settings(
        state,
        customer,
        {
            "collection_method": subscription["collection_method"],
            "default_payment_method": subscription["default_payment_method"],
            "description": subscription["description"],
            "invoice_settings": settings,
        },
    )
    schedule["metadata"] = merged({}, params.get("metadata") or {})
    phase = phase_of(state, subscription, settings)
    schedule |= {"phases": [phase], "current_phase": dates_of(phase), "status": "active"}
    schedule["subscription"] = subscription["id"]
    if subscription["cancel_at"] is not None:
        schedule["end_behavior"] = "cancel"
    state.table("subscription_schedule").add(schedule)
    before = seen(state, subscription)
    state.edit(subscription)["schedule"] = schedule["id"]
    set_timers(state, schedule)
    told(state, subscription, before)
    return schedule


def phase_of(state: State, subscription: Object, settings: Object) -> Object:
    """The current period of a subscription as a phase."""
    items = items_of(state, subscription)
    on_trial = subscription["status"] == "trialing"
    return {
        "add_invoice_items": [],
        "application_fee_percent": None,
        "billing_cycle_anchor": None,
        "billing_thresholds": None,
        "collection_method": subscription["collection_method"],
        "currency": subscription["currency"],
        "default_payment_method": subscription["default_payment_method"],
        "default_tax_rates": [],
        "description": subscription["description"],
        "discounts": [reference(id) for id in subscription["discounts"]],
        "end_date": subscription["cancel_at"] or next_end(state, subscription),
        "invoice_settings": dict(settings),
        "items": [
            {
                "billing_thresholds": None,
                "discounts": [reference(id) for id in item["discounts"]],
                "metadata": dict(item["metadata"]),
                "plan": item["price"],
                "price": item["price"],
                "quantity": item["quantity"],
                "tax_rates": [],
            }
            for item in items
        ],
        "metadata": dict(subscription["metadata"]),
        "on_behalf_of": None,
        "proration_behavior": "create_prorations",
        "start_date": max(item["current_period_start"] for item in items),
        "transfer_data": None,
        "trial_end": subscription["trial_end"] if on_trial else None,
    }


def reference(id: str) -> Object:
    """A discount that is there already."""
    return {"coupon": None, "discount": id, "promotion_code": None}
