"""Paused subscriptions coming back (https://docs.stripe.com/billing/subscriptions/pause)."""

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.subscriptions.subscription_billing import add_periods, bill_now, close_draft, open_draft, seen, told
from sandbox.subscriptions.subscription_item_building import current_period, items_of, natural_end
from sandbox.subscriptions.subscription_timing import set_timers


def resume_paused(state: State, subscription: Object, *, anchor: str) -> Object:
    """A new period begins and is billed; the subscription is active once that is paid."""
    before = seen(state, subscription)
    subscription = state.edit(subscription)
    now = state.now_for(subscription)
    if anchor == "now":
        subscription["billing_cycle_anchor"] = now
    for item in items_of(state, subscription):
        price = state.get("price", item["price"])
        period = (now, natural_end(price, now)) if anchor == "now" else current_period(state, subscription, price, now)
        state.edit(item).update(current_period_start=period[0], current_period_end=period[1])
    invoice = open_draft(state, subscription, "subscription_update", auto_advance=True)
    add_periods(state, subscription, invoice, items_of(state, subscription), free=False)
    close_draft(state, subscription, invoice)
    subscription["_"] |= {"resuming": invoice["id"], "starting": True}
    bill_now(state, subscription, invoice, pay=True)
    del subscription["_"]["starting"]
    if subscription["status"] != "paused":
        subscription.pop("status_details", None)
    set_timers(state, subscription)
    told(state, subscription, before)
    return subscription
