"""Changes of a subscription's items, and the prorations that come of them."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.errors import invalid
from sandbox.subscriptions.proration import credit_unused, debit_remaining, debits_of, forget_debits
from sandbox.subscriptions.subscription_item_building import (
    MOST_ITEMS,
    add_item,
    check_distinct,
    current_period,
    cycle_at,
    items_of,
    price_of,
    set_discounts,
)
from sandbox.taxes.taxation import rates_given


def change_items(
    state: State,
    subscription: Object,
    given: list[dict[str, Any]],
    moment: int,
    *,
    prorates: bool,
    reset: bool,
    entering: int | None,
) -> bool:
    """Changes, adds and removes items, with prorations; returns whether one now renews in another rhythm.

    With a reset the unused time is credited; the new period is billed in full by the caller.
    """
    rows = {item["id"]: item for item in items_of(state, subscription)}
    began = min(item["current_period_start"] for item in rows.values())
    other_rhythm = False
    named: set[str] = set()
    added: list[Object] = []
    for place, one in enumerate(given):
        param = f"items[{place}]"
        if not one.get("id"):
            added.append(new_item(state, subscription, one, param, moment, entering, began))
            continue
        item = rows.get(one["id"]) or {}
        if not item:
            raise invalid(
                f"Cannot update item {one['id']}: the subscription {subscription['id']} has no such item.",
                f"{param}[id]",
                "resource_missing",
            )
        if one["id"] in named:
            raise invalid(f"The item {one['id']} is given twice.", f"{param}[id]")
        named.add(one["id"])
        other_rhythm |= change_item(state, subscription, item, one, param, moment, prorates=prorates, reset=reset)
    if reset:
        for id, item in rows.items():
            if id not in named:
                if prorates:
                    credit_unused(state, subscription, item, moment)
                forget_debits(state, item)
    elif prorates:
        for item in added:
            debit_remaining(state, subscription, item, moment)
    check_items(state, subscription)
    return other_rhythm


def check_items(state: State, subscription: Object) -> None:
    """At least one item, not too many, each price once. Raises ApiError 400."""
    items = items_of(state, subscription)
    if not items:
        raise invalid(
            "A subscription must have at least one active plan. In order to cancel a subscription, please use the"
            " cancel API endpoint (https://docs.stripe.com/api/subscriptions/cancel)."
        )
    if len(items) > MOST_ITEMS:
        raise invalid(f"Subscription {subscription['id']} already has the maximum {MOST_ITEMS} items per subscription.")
    check_distinct(state, subscription)


def new_item(
    state: State,
    subscription: Object,
    given: dict[str, Any],
    param: str,
    moment: int,
    entering: int | None,
    began: int,
) -> Object:
    """One more item; a period that would begin just as a phase is entered is left to the renewal."""
    price = price_of(state, given, param, subscription["currency"])
    if price is None:
        raise invalid(f"Missing required param: {param}[price].", f"{param}[price]", "parameter_missing")
    on_trial = subscription["trial_end"] is not None and subscription["trial_end"] > moment
    if entering is not None and not on_trial and cycle_at(subscription, price, entering)[0] == entering:
        period = (min(began, entering), entering)
    else:
        period = current_period(state, subscription, price, moment)
    return add_item(state, subscription, given, price, param, period)


def change_item(
    state: State,
    subscription: Object,
    item: Object,
    given: dict[str, Any],
    param: str,
    moment: int,
    *,
    prorates: bool,
    reset: bool,
) -> bool:
    """Another price or quantity for one item, or its end; returns whether it now renews in another rhythm.

    Another price comes with a quantity of 1 unless one is given.
    """
    item = state.edit(item)
    if given.get("deleted"):
        if prorates:
            credit_unused(state, subscription, item, moment)
        state.table("subscription_item").remove(item["id"])
        return False
    price = price_of(state, given, param, subscription["currency"])
    old = state.get("price", item["price"])
    swapped = price is not None and price["id"] != old["id"]
    quantity = given.get("quantity", 1 if swapped else item["quantity"])
    changed = swapped or quantity != item["quantity"]
    if prorates and (changed or reset):
        credit_unused(state, subscription, item, moment)
    if (prorates and changed) or reset:
        forget_debits(state, item)
    item["quantity"] = quantity
    if "metadata" in given:
        kept = item["metadata"] | (given["metadata"] or {}) if given["metadata"] is not None else {}
        item["metadata"] = {key: value for key, value in kept.items() if value != ""}
    if "tax_rates" in given:
        item["tax_rates"] = rates_given(state, given["tax_rates"], f"{param}[tax_rates]", item["tax_rates"])
    if "discounts" in given:
        set_discounts(state, subscription, item, given["discounts"], param)
    other_rhythm = False
    if price is not None and swapped:
        item["price"] = price["id"]
        state.table("subscription_item").reindex(item["id"])
        rhythm = ("interval", "interval_count")
        other_rhythm = any(price["recurring"][name] != old["recurring"][name] for name in rhythm)
        if other_rhythm:
            start, end = current_period(state, subscription, price, moment)
            item |= {"current_period_start": start, "current_period_end": end}
    if changed and prorates and not reset:
        debit_remaining(state, subscription, item, moment)
    return other_rhythm and subscription["status"] not in ("trialing", "incomplete")


def fit_to_end(state: State, subscription: Object, cancel_at: int | str | None, *, prorates: bool) -> None:
    """Shortens the current periods to a planned end within them, or restores them, with prorations."""
    if subscription["status"] not in ("active", "past_due", "unpaid"):
        return
    for item in items_of(state, subscription):
        price = state.get("price", item["price"])
        old, end = item["current_period_end"], cycle_at(subscription, price, item["current_period_start"])[1]
        if isinstance(cancel_at, int):
            end = min(end, cancel_at)
        if end < old and prorates:
            credit_unused(state, subscription, item, end)
        state.edit(item)["current_period_end"] = end
        if end > old and prorates:
            covered = any(debit["period"]["end"] > old for debit, _ in debits_of(state, item))
            debit = debit_remaining(state, subscription, item, old, end)
            if debit is not None and covered:
                item["_"]["debits"].remove(debit["id"])
