"""What subscription schedules do to their subscriptions as time passes.

https://docs.stripe.com/billing/subscriptions/subscription-schedules
"""

from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.errors import unsupported
from sandbox.api.views import snapshot
from sandbox.subscriptions.schedule_ending import finish, schedule_of
from sandbox.subscriptions.subscription_billing import seen, told
from sandbox.subscriptions.subscription_creation import begin
from sandbox.subscriptions.subscription_item_building import items_of
from sandbox.subscriptions.subscription_standing import ENDED
from sandbox.subscriptions.subscription_update import change
from sandbox.timing.periods import DAY
from sandbox.webhooks.events import emit, emit_update

EXPIRES_SOON = 7 * DAY


def set_timers(state: State, schedule: Object) -> None:
    """To be called after whatever may have moved a schedule's dates."""
    if schedule["status"] == "not_started":
        state.at(schedule, schedule["phases"][0]["start_date"], "subscription_schedule.advance")
    elif schedule["status"] == "active":
        state.at(schedule, schedule["current_phase"]["end_date"], "subscription_schedule.advance")
    soon = schedule["phases"][-1]["end_date"] - EXPIRES_SOON
    if soon >= state.now_for(schedule):
        state.at(schedule, soon, "subscription_schedule.expiring")


def expiring(state: State, schedule: Object, due: int) -> None:
    """Seven days before the last phase ends."""
    running = schedule["status"] in ("not_started", "active")
    if running and schedule["phases"][-1]["end_date"] - EXPIRES_SOON == due:
        emit(state, "subscription_schedule.expiring", schedule)


def advance(state: State, schedule: Object, due: int) -> None:
    """Starts a schedule, or goes on to its next phase, or ends it, if that is due."""
    if schedule["status"] == "not_started" and schedule["phases"][0]["start_date"] <= due:
        before = snapshot(state, schedule)
        start(state, schedule)
        emit_update(state, "subscription_schedule.updated", before, schedule)
    elif schedule["status"] == "active" and schedule["current_phase"]["end_date"] <= due:
        move_on(state, schedule, due)


def move_on(state: State, schedule: Object, moment: int) -> None:
    """The end of a phase. What renews at that moment is left to the renewal, with the next phase's items."""
    subscription = state.get("subscription", schedule["subscription"])
    following = [phase for phase in schedule["phases"] if phase["start_date"] >= schedule["current_phase"]["end_date"]]
    if subscription["status"] in ENDED:
        return
    if following:
        before = snapshot(state, schedule)
        state.edit(schedule)["current_phase"] = dates_of(following[0])
        apply(state, schedule, following[0], following[0]["proration_behavior"], entering=moment)
        emit_update(state, "subscription_schedule.updated", before, schedule)
        set_timers(state, schedule)
    elif schedule["end_behavior"] != "cancel":
        state.edit(schedule)["completed_at"] = moment
        emit(state, "subscription_schedule.completed", schedule)
        release(state, schedule, moment)


def before_renewal(state: State, subscription: Object, moment: int) -> None:
    """Lets a phase that begins at the moment of a renewal begin before it."""
    schedule = schedule_of(state, subscription)
    if schedule is not None and schedule["current_phase"]["end_date"] <= moment:
        move_on(state, schedule, moment)


def release(state: State, schedule: Object, moment: int, *, keep_date: bool = False) -> None:
    """Lets the subscription go on without its schedule; an end that the schedule had planned goes with it."""
    before = snapshot(state, schedule)
    id = schedule["subscription"]
    finish(state, schedule, "released", moment)
    schedule |= {"subscription": None, "released_subscription": id}
    emit_update(state, "subscription_schedule.updated", before, schedule)
    if id is not None:
        subscription = state.edit(state.get("subscription", id))
        was = seen(state, subscription)
        subscription["schedule"] = None
        if schedule["end_behavior"] == "cancel" and not keep_date:
            change(state, subscription, {"cancel_at": None}, tell=False)
        told(state, subscription, was)
    emit(state, "subscription_schedule.released", schedule)


def dates_of(phase: Object) -> Object:
    """The current phase as a schedule shows it."""
    return {"end_date": phase["end_date"], "start_date": phase["start_date"]}


def start(state: State, schedule: Object) -> Object:
    """Makes the subscription; its first invoice is a draft for an hour, like a renewal's."""
    now = state.now_for(schedule)
    phase = schedule["phases"][0]
    if phase["end_date"] <= now:
        raise unsupported("schedules whose first phase is over", "start_date")
    customer = state.get("customer", schedule["customer"])
    params = described(schedule, phase) | {
        "currency": phase["currency"],
        "discounts": [given(one) for one in phase["discounts"]],
        "items": [wanted(item) for item in phase["items"]],
        "metadata": phase["metadata"],
        "add_invoice_items": [extra(one) for one in phase["add_invoice_items"]],
        "proration_behavior": phase["proration_behavior"],
    }
    if phase["trial_end"] is not None and phase["trial_end"] > now:
        params |= {"trial_end": phase["trial_end"], "proration_behavior": "none"}
    if phase["start_date"] < now:
        params["backdate_start_date"] = phase["start_date"]
    state.edit(schedule).update(status="active", current_phase=dates_of(phase))
    if ends_with(schedule, phase):
        params["cancel_at"] = phase["end_date"]
    subscription = begin(state, customer, params, schedule=schedule["id"])
    schedule["subscription"] = subscription["id"]
    set_timers(state, schedule)
    return subscription


def apply(
    state: State,
    schedule: Object,
    phase: Object,
    proration_behavior: str,
    *,
    entering: int | None = None,
    extras: bool = True,
) -> None:
    """Makes the subscription what a phase says; `entering` is the moment when it begins by itself."""
    subscription = state.edit(state.get("subscription", schedule["subscription"]))
    now = state.now_for(schedule) if entering is None else entering
    before = seen(state, subscription)
    current = {item["price"]: item for item in items_of(state, subscription)}
    items: list[dict[str, Any]] = []
    for one in phase["items"]:
        have = current.pop(one["price"], None)
        asked = wanted(one)
        if have is not None:
            asked |= {"id": have["id"], "discounts": [kept(state, have["discounts"], d) for d in one["discounts"]]}
            del asked["price"]
        items.append(asked)
    items += [{"id": item["id"], "deleted": True} for item in current.values()]
    params: dict[str, Any] = described(schedule, phase) | {
        "items": items,
        "discounts": [kept(state, subscription["discounts"], one) for one in phase["discounts"]],
        "metadata": phase["metadata"],
        "proration_behavior": proration_behavior,
    }
    if extras:
        params["add_invoice_items"] = [extra(one) for one in phase["add_invoice_items"]]
    anchor = phase["billing_cycle_anchor"] or schedule["default_settings"]["billing_cycle_anchor"]
    if anchor == "phase_start" and phase["start_date"] == now and subscription["billing_cycle_anchor"] != now:
        params["billing_cycle_anchor"] = {"type": "now"}
    if phase["trial_end"] is not None and phase["trial_end"] > now:
        if phase["trial_end"] != subscription["trial_end"]:
            params["trial_end"] = phase["trial_end"]
    elif subscription["status"] == "trialing" and subscription["trial_end"] > now:
        params["trial_end"] = "now"
    planned = phase["end_date"] if ends_with(schedule, phase) else None
    if planned != subscription["cancel_at"]:
        params["cancel_at"] = planned
    change(state, subscription, params, tell=False, entering=entering)
    told(state, subscription, before)


def ends_with(schedule: Object, phase: Object) -> bool:
    """Whether the subscription is canceled at a phase's end."""
    last = bool(phase["end_date"] == schedule["phases"][-1]["end_date"])
    return last and schedule["end_behavior"] == "cancel"


def described(schedule: Object, phase: Object) -> dict[str, Any]:
    """What a phase sets on the subscription, else the schedule for all its phases."""
    default = schedule["default_settings"]
    settings = phase["invoice_settings"] or default["invoice_settings"]
    method = phase["collection_method"] or default["collection_method"]
    found: dict[str, Any] = {
        "collection_method": method,
        "default_payment_method": phase["default_payment_method"] or default["default_payment_method"],
        "description": phase["description"] or default["description"],
        "invoice_settings": {name: settings[name] for name in ("custom_fields", "description", "footer")},
    }
    if method == "send_invoice":
        found["days_until_due"] = settings["days_until_due"]
    return found


def wanted(item: Object) -> dict[str, Any]:
    """A phase's item as a request for a subscription; its price may be archived since it was agreed on."""
    asked = {name: item[name] for name in ("metadata", "price", "quantity")}
    return asked | {"discounts": [given(one) for one in item["discounts"]], "agreed": True}


def extra(item: Object) -> dict[str, Any]:
    """One of a phase's `add_invoice_items` as a request."""
    asked = {name: item[name] for name in ("discountable", "metadata", "price", "quantity")}
    return asked | {"discounts": [given(one) for one in item["discounts"]], "agreed": True}


def given(discount: Object) -> dict[str, str]:
    """A phase's discount as a request."""
    return {name: id for name, id in discount.items() if id is not None}


def kept(state: State, ids: list[str], discount: Object) -> dict[str, str]:
    """The same, by the discount that is there already if it comes from the same coupon or code."""
    for id in ids:
        there = state.get("discount", id)
        same = discount["coupon"] is not None and there["source"]["coupon"] == discount["coupon"]
        if (same and there["promotion_code"] is None) or (
            discount["promotion_code"] is not None and there["promotion_code"] == discount["promotion_code"]
        ):
            return {"discount": id}
    return given(discount)
