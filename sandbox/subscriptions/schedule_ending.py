"""How subscription schedules end: released, completed, canceled, or aborted with an unpaid subscription."""

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.webhooks.events import emit

STAMPS = {"canceled": "canceled_at", "completed": "completed_at", "released": "released_at"}


def schedule_of(state: State, subscription: Object) -> Object | None:
    """The schedule that manages a subscription, as long as it does."""
    schedule = state.table("subscription_schedule").get(subscription["schedule"])
    return schedule if schedule is not None and schedule["status"] == "active" else None


def finish(state: State, schedule: Object, status: str, moment: int) -> None:
    """Sets how a schedule ended; whoever ends it tells of it."""
    state.edit(schedule).update({"status": status, "current_phase": None, STAMPS[status]: moment})


def end_with(state: State, subscription: Object, reason: str | None) -> None:
    """A subscription has ended: its schedule is completed if that was its plan, and else canceled or aborted."""
    schedule = schedule_of(state, subscription)
    if schedule is None:
        return
    now = state.now_for(schedule)
    planned = schedule["end_behavior"] == "cancel" and schedule["phases"][-1]["end_date"] <= now
    finish(state, schedule, "completed" if planned else "canceled", now)
    event = "completed" if planned else "aborted" if reason == "payment_failed" else "canceled"
    emit(state, f"subscription_schedule.{event}", schedule)
