"""When something happens to a subscription by itself."""

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.subscriptions.subscription_item_building import items_of
from sandbox.timing.periods import DAY
from sandbox.webhooks.events import emit

HOUR = 3_600
INCOMPLETE_FOR = 23 * HOUR
TOLD_BEFORE = 3 * DAY


def next_end(state: State, subscription: Object) -> int:
    """The end of the period that ends first."""
    end: int = min(item["current_period_end"] for item in items_of(state, subscription))
    return end


def last_end(state: State, subscription: Object) -> int:
    """The end of the period that ends last."""
    end: int = max(item["current_period_end"] for item in items_of(state, subscription))
    return end


def tell_of_trial_end(state: State, subscription: Object) -> None:
    """Three days before, at once for shorter trials, and when one is ended early; once for each end."""
    trial_end = subscription["trial_end"]
    if subscription["_"].get("trial_told") != trial_end:
        state.edit(subscription)["_"]["trial_told"] = trial_end
        emit(state, "customer.subscription.trial_will_end", subscription)


def set_timers(state: State, subscription: Object) -> None:
    """To be called after whatever may have moved a subscription's dates."""
    now = state.now_for(subscription)
    if subscription["status"] == "incomplete":
        state.at(subscription, subscription["created"] + INCOMPLETE_FOR, "subscription.expire")
    state.at(subscription, next_end(state, subscription), "subscription.cycle")
    if subscription["cancel_at"] is not None:
        state.at(subscription, subscription["cancel_at"], "subscription.cancel")
    trial_end = subscription["trial_end"]
    if trial_end is not None and trial_end > now:
        state.at(subscription, trial_end - TOLD_BEFORE, "subscription.trial_will_end")
    else:
        state.at(subscription, next_end(state, subscription) - 7 * DAY, "subscription.upcoming")
    pause = subscription["pause_collection"]
    if pause and pause["resumes_at"]:
        state.at(subscription, pause["resumes_at"], "subscription.collect_again")
