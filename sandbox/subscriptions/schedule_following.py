"""What changes made directly to a subscription do to the schedule that manages it.

https://docs.stripe.com/billing/subscriptions/subscription-schedules#subscription-schedule-sub-updates
"""

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.views import snapshot
from sandbox.subscriptions.schedule_building import phase_of
from sandbox.subscriptions.schedule_ending import schedule_of
from sandbox.subscriptions.schedule_progress import dates_of
from sandbox.webhooks.events import emit_update

COPIED = ("collection_method", "default_payment_method")


def follow(state: State, subscription: Object) -> None:
    """Splits the current phase in two where items, discounts or the trial are other ones now; settings are copied."""
    schedule = schedule_of(state, subscription)
    if schedule is None:
        return
    before = snapshot(state, schedule)
    state.edit(schedule)
    now = state.now_for(schedule)
    began = schedule["current_phase"]["start_date"]
    place = next(place for place, one in enumerate(schedule["phases"]) if one["start_date"] == began)
    phase = schedule["phases"][place]
    mirrored = phase_of(state, subscription, phase["invoice_settings"] or {})
    for name in COPIED:
        if subscription[name] != (phase[name] or schedule["default_settings"][name]):
            phase[name] = schedule["default_settings"][name] = subscription[name]
    if gist(state, phase, now) != gist(state, mirrored, now):
        new = phase | {name: mirrored[name] for name in ("discounts", "items", "trial_end")}
        new |= {"add_invoice_items": [], "start_date": now}
        if began == now:
            schedule["phases"][place] = new
        else:
            schedule["phases"][place] = phase | {"end_date": now}
            schedule["phases"].insert(place + 1, new)
        schedule["current_phase"] = dates_of(new)
    emit_update(state, "subscription_schedule.updated", before, schedule)


def gist(state: State, phase: Object, now: int) -> Object:
    """What makes a phase another one."""
    return {
        "discounts": coupons(state, phase["discounts"]),
        "items": [[one["price"], one["quantity"], coupons(state, one["discounts"])] for one in phase["items"]],
        "trial_end": phase["trial_end"] if phase["trial_end"] is not None and phase["trial_end"] > now else None,
    }


def coupons(state: State, discounts: list[Object]) -> list[str]:
    """The coupons behind a phase's discounts."""
    found = []
    for one in discounts:
        if one["discount"] is not None:
            found.append(state.get("discount", one["discount"])["source"]["coupon"])
        elif one["promotion_code"] is not None:
            found.append(state.get("promotion_code", one["promotion_code"])["promotion"]["coupon"])
        else:
            found.append(one["coupon"])
    return found
