"""Pausing a subscription on request (https://docs.stripe.com/billing/subscriptions/pause)."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.errors import invalid
from sandbox.subscriptions.proration import credit_unused, forget_debits
from sandbox.subscriptions.subscription_billing import bill_now, close_draft, open_draft, seen, told
from sandbox.subscriptions.subscription_ending import belongs
from sandbox.subscriptions.subscription_item_building import items_of
from sandbox.webhooks.events import emit


def pause_now(state: State, subscription: Object, params: dict[str, Any]) -> Object:
    """Credits the unused time as asked, by default pending, and ends the periods. Raises ApiError 400."""
    check_pausable(subscription)
    before = seen(state, subscription)
    subscription = state.edit(subscription)
    now = state.now_for(subscription)
    unused = ((params.get("bill_for") or {}).get("unused_time_from") or {}).get("type", "now")
    for item in items_of(state, subscription):
        if unused != "none":
            since = now if unused == "now" else item["current_period_start"]
            credit_unused(state, subscription, item, since)
        forget_debits(state, item)
        item["current_period_end"] = max(now, item["current_period_start"])
    if params.get("invoicing_behavior") == "invoice":
        waiting = state.table("invoiceitem").oldest_first("pending", subscription["customer"])
        if any(belongs(one, subscription) for one in waiting):
            invoice = open_draft(state, subscription, "subscription_update", auto_advance=True)
            close_draft(state, subscription, invoice)
            bill_now(state, subscription, invoice, pay=True)
    set_paused(state, subscription, "pause_requested")
    told(state, subscription, before)
    return subscription


def check_pausable(subscription: Object) -> None:
    """What Stripe does not pause. Raises ApiError 400."""
    if subscription["status"] not in ("active", "past_due", "unpaid"):
        raise invalid(f"You cannot pause a subscription that is in the `{subscription['status']}` status.")
    if subscription["collection_method"] == "send_invoice":
        raise invalid("You cannot pause a subscription whose collection_method is `send_invoice`.")
    if subscription["schedule"] is not None:
        raise invalid(
            f"You cannot pause a subscription that is managed by a subscription schedule: `{subscription['schedule']}`."
        )


def set_paused(state: State, subscription: Object, why: str) -> None:
    """The status, why and since when; the caller tells of the update."""
    state.edit(subscription)["status"] = "paused"
    subscription["status_details"] = {
        "paused": {
            "subscription": {"type": why},
            "transitioned_at": state.now_for(subscription),
            "type": "subscription",
        }
    }
    emit(state, "customer.subscription.paused", subscription)
