"""What a renewal does: the periods move on, and what begins is billed in advance."""

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.subscriptions.schedule_progress import before_renewal
from sandbox.subscriptions.subscription_billing import (
    add_periods,
    close_draft,
    forget_used_discounts,
    open_draft,
    seen,
    told,
)
from sandbox.subscriptions.subscription_item_building import items_of
from sandbox.subscriptions.subscription_timing import set_timers
from sandbox.timing.periods import period_at


def renew(state: State, subscription: Object, moment: int) -> Object:
    """Bills the items whose period has ended by a moment; returns the draft, which finalizes itself in an hour."""
    before_renewal(state, subscription, moment)
    before = seen(state, subscription)
    subscription = state.edit(subscription)
    due = [item for item in items_of(state, subscription) if item["current_period_end"] <= moment]
    previous = min((item["current_period_start"] for item in due), default=moment)
    if subscription["status"] == "trialing":
        subscription["status"] = "active"
    forget_used_discounts(state, subscription, moment)
    for item in due:
        price = state.get("price", item["price"])
        recurring = price["recurring"]
        anchor, reached = subscription["billing_cycle_anchor"], item["current_period_end"]
        start, end = period_at(anchor, recurring["interval"], recurring["interval_count"], reached)
        if subscription["cancel_at"] is not None:
            end = min(end, subscription["cancel_at"])
        state.edit(item).update(current_period_start=max(start, reached), current_period_end=end)
    collected = subscription["status"] != "unpaid" and keeps_collecting(subscription)
    invoice = open_draft(state, subscription, "subscription_cycle", auto_advance=collected)
    invoice |= {"period_start": previous, "period_end": moment}
    add_periods(state, subscription, invoice, due, free=False)
    close_draft(state, subscription, invoice)
    set_timers(state, subscription)
    told(state, subscription, before)
    return invoice


def keeps_collecting(subscription: Object) -> bool:
    """Paused collection that keeps drafts is the only kind that stops an invoice from going on."""
    pause = subscription["pause_collection"]
    return pause is None or pause["behavior"] != "keep_as_draft"
