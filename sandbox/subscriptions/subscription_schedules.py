"""Subscription schedules (https://docs.stripe.com/api/subscription_schedules)."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import Call, merged
from sandbox.api.errors import ApiError, invalid, unsupported
from sandbox.api.lists import page
from sandbox.api.views import snapshot
from sandbox.subscriptions.schedule_building import blank, from_subscription, set_default_settings
from sandbox.subscriptions.schedule_ending import finish
from sandbox.subscriptions.schedule_phases import default_settings, phases_from
from sandbox.subscriptions.schedule_progress import apply, dates_of, release, set_timers, start
from sandbox.subscriptions.schedule_replacement import check_collection, replaced
from sandbox.subscriptions.subscription_ending import cancel_now
from sandbox.webhooks.events import emit, emit_update

RUNNING = ("not_started", "active")
TIMES = ("canceled_at", "completed_at", "released_at")


def create(call: Call) -> Object:
    """POST /v1/subscription_schedules"""
    state, params = call.state, call.params
    check_supported(params)
    if params.get("from_subscription"):
        subscription = state.find("subscription", params["from_subscription"], "from_subscription")
        schedule = from_subscription(state, subscription, params)
        emit(state, "subscription_schedule.created", schedule)
        return schedule
    customer = call.find("customer", "customer")
    if customer is None:
        raise invalid("Missing required param: customer.", "customer", "parameter_missing")
    if not params.get("phases"):
        raise invalid("Missing required param: phases.", "phases", "parameter_missing")
    now = state.now_for(customer)
    begins = now if params.get("start_date", "now") == "now" else params["start_date"]
    schedule = blank(state, customer, now)
    schedule["default_settings"] = default_settings(state, customer, params.get("default_settings") or {})
    schedule["end_behavior"] = params.get("end_behavior", "release")
    schedule["metadata"] = merged({}, params.get("metadata") or {})
    schedule["phases"] = phases_from(state, customer, params["phases"], begins, begins, now)
    check_collection(schedule)
    state.table("subscription_schedule").add(schedule)
    if begins <= now:
        start(state, schedule)
    else:
        set_timers(state, schedule)
    emit(state, "subscription_schedule.created", schedule)
    return schedule


def check_supported(params: dict[str, Any]) -> None:
    """What Stripe has for schedules and the sandbox has not. Raises ApiError 501."""
    if (params.get("billing_mode") or {}).get("type") == "classic":
        raise unsupported("the classic billing mode", "billing_mode[type]")
    if params.get("end_behavior") in ("none", "renew"):
        raise unsupported(f"end_behavior={params['end_behavior']}, which Stripe no longer documents", "end_behavior")


def retrieve(call: Call) -> Object:
    """GET /v1/subscription_schedules/{schedule}"""
    return call.fetch("subscription_schedule", "schedule")


def listing(call: Call) -> Object:
    """GET /v1/subscription_schedules: without those on test clocks unless the customer is given."""
    params = call.params

    def matches(row: Object) -> bool:
        if not params.get("customer") and row["test_clock"] is not None:
            return False
        if "scheduled" in params and params["scheduled"] != (row["status"] == "not_started"):
            return False
        return all(
            row[name] is not None and params[name][0] <= row[name] <= params[name][1]
            for name in TIMES
            if name in params
        )

    if params.get("customer"):
        return page(call, "subscription_schedule", index="customer", value=params["customer"], where=matches)
    return page(call, "subscription_schedule", where=matches)


def update(call: Call) -> Object:
    """POST /v1/subscription_schedules/{schedule}: what the current phase becomes, the subscription becomes at once."""
    state, params = call.state, call.params
    check_supported(params)
    schedule = running(call, "update", "updated")
    if schedule["status"] == "active":
        return change_active(state, schedule, params)
    before = snapshot(state, schedule)
    write(state, schedule, params)
    if "phases" in params:
        schedule["phases"] = replaced(state, schedule, params["phases"])
    check_collection(schedule)
    if schedule["phases"][0]["start_date"] <= state.now_for(schedule):
        start(state, schedule)
    else:
        set_timers(state, schedule)
    emit_update(state, "subscription_schedule.updated", before, schedule)
    return schedule


def change_active(state: State, schedule: Object, params: dict[str, Any]) -> Object:
    """Changes a schedule that manages a subscription."""
    before = snapshot(state, schedule)
    write(state, schedule, params)
    now = state.now_for(schedule)
    if "phases" in params:
        schedule["phases"] = replaced(state, schedule, params["phases"])
    check_collection(schedule)
    phase = next((one for one in schedule["phases"] if one["start_date"] <= now < one["end_date"]), None)
    if phase is None:
        raise invalid("One of the phases must be the current one.", "phases")
    old = next(one for one in before["phases"] if one["start_date"] == before["current_phase"]["start_date"])
    schedule["current_phase"] = dates_of(phase)
    emit_update(state, "subscription_schedule.updated", before, schedule)
    if params.keys() & {"phases", "default_settings", "end_behavior"}:
        entered = phase["start_date"] != old["start_date"]
        behavior = params.get("proration_behavior") or (phase["proration_behavior"] if entered else "create_prorations")
        extras = entered or phase["add_invoice_items"] != old["add_invoice_items"]
        apply(state, schedule, phase, behavior, extras=extras)
    set_timers(state, schedule)
    return schedule


def write(state: State, schedule: Object, params: dict[str, Any]) -> None:
    """What has nothing to do with phases."""
    state.edit(schedule)
    if "metadata" in params:
        schedule["metadata"] = merged(schedule["metadata"], params["metadata"])
    if "end_behavior" in params:
        schedule["end_behavior"] = params["end_behavior"]
    if "default_settings" in params:
        set_default_settings(state, schedule, params["default_settings"])


def cancel(call: Call) -> Object:
    """POST /v1/subscription_schedules/{schedule}/cancel: and its subscription with it, if it has started."""
    state, params = call.state, call.params
    schedule = running(call, "cancel", "canceled")
    if schedule["status"] == "active":
        subscription = state.get("subscription", schedule["subscription"])
        cancel_now(
            state,
            subscription,
            prorate=params.get("prorate", True),
            invoice_now=params.get("invoice_now", True),
        )
    else:
        finish(state, schedule, "canceled", state.now_for(schedule))
        emit(state, "subscription_schedule.canceled", schedule)
    return schedule


def let_go(call: Call) -> Object:
    """POST /v1/subscription_schedules/{schedule}/release: the subscription stays."""
    schedule = running(call, "release", "released")
    keep_date = bool(call.params.get("preserve_cancel_date"))
    release(call.state, schedule, call.state.now_for(schedule), keep_date=keep_date)
    return schedule


def running(call: Call, verb: str, done: str) -> Object:
    """The schedule that the path names, if it has not ended. Raises ApiError 400 or 404."""
    schedule = call.fetch("subscription_schedule", "schedule")
    if schedule["status"] not in RUNNING:
        raise ended(schedule, verb, done)
    return schedule


def ended(schedule: Object, verb: str, done: str) -> ApiError:
    """Nothing can be done to a schedule that has ended."""
    return invalid(
        f"You cannot {verb} a subscription schedule that is currently in the `{schedule['status']}` status. It must be"
        f" in `{', '.join(RUNNING)}` status to be {done}."
    )
