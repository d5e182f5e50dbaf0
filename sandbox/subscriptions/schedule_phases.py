"""Phases of subscription schedules, as requests describe them and as they are kept.

https://docs.stripe.com/billing/subscriptions/subscription-schedules
"""

from collections.abc import Sequence
from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import merged
from sandbox.api.errors import invalid, unsupported
from sandbox.catalogue.price_data import from_data
from sandbox.subscriptions.subscription_description import checked_method
from sandbox.subscriptions.subscription_item_building import price_of
from sandbox.timing.periods import add, period_at

INVOICE_SETTINGS: Object = {
    "account_tax_ids": None,
    "custom_fields": None,
    "days_until_due": None,
    "description": None,
    "footer": None,
    "issuer": {"type": "self"},
}
NO_TAX: Object = {"disabled_reason": None, "enabled": False, "liability": None}


def default_settings(state: State, customer: Object, given: dict[str, Any]) -> Object:
    """What holds in every phase that says nothing else."""
    return {
        "application_fee_percent": None,
        "automatic_tax": dict(NO_TAX),
        "billing_cycle_anchor": given.get("billing_cycle_anchor") or "automatic",
        "billing_thresholds": None,
        "collection_method": given.get("collection_method") or "charge_automatically",
        "default_payment_method": checked_method(state, customer, given.get("default_payment_method")),
        "description": given.get("description"),
        "invoice_settings": INVOICE_SETTINGS | (given.get("invoice_settings") or {}),
        "on_behalf_of": None,
        "transfer_data": None,
    }


def phases_from(
    state: State, customer: Object, given: Sequence[dict[str, Any]], start: int, anchor: int, now: int
) -> list[Object]:
    """Phases one after the other from a moment on. Raises ApiError 400 for what does not fit.

    Durations are reckoned along the billing cycle, whose anchor is given and moves with `phase_start`.
    """
    phases: list[Object] = []
    for place, one in enumerate(given):
        param = f"phases[{place}]"
        asked = one.get("start_date")
        begins = now if asked == "now" else asked if asked is not None else start
        if begins != start:
            raise invalid(
                "The `start_date` of a phase must be the `end_date` of the phase before it.", f"{param}[start_date]"
            )
        if one.get("billing_cycle_anchor") == "phase_start":
            anchor = start
        phase = phase_from(state, customer, one, param)
        end = end_of(state, one, phase, param, start, anchor, now)
        if end <= start:
            raise invalid("The phase's `end_date` must be after its `start_date`.", f"{param}[end_date]")
        phase |= {"start_date": start, "end_date": end, "trial_end": trial_end_of(one, param, start, end, now)}
        phases.append(phase)
        start = end
    return phases


def phase_from(state: State, customer: Object, given: dict[str, Any], param: str) -> Object:
    """One phase, still without its dates."""
    currency = given.get("currency")
    items = []
    for place, one in enumerate(given["items"]):
        where = f"{param}[items][{place}]"
        price = price_of(state, one, where, currency)
        if price is None:
            raise invalid(f"Missing required param: {where}[price].", f"{where}[price]", "parameter_missing")
        currency = currency or price["currency"]
        items.append(
            {
                "billing_thresholds": None,
                "discounts": discounts_from(state, one.get("discounts") or [], f"{where}[discounts]"),
                "metadata": one.get("metadata") or {},
                "plan": price["id"],
                "price": price["id"],
                "quantity": one.get("quantity", 1),
                "tax_rates": [],
            }
        )
    if not items:
        raise invalid(f"Missing required param: {param}[items].", f"{param}[items]", "parameter_missing")
    prices = [item["price"] for item in items]
    for id in prices:
        if prices.count(id) > 1:
            raise invalid(f"Cannot add multiple subscription items with the same plan: {id}", f"{param}[items]")
    settings = given.get("invoice_settings")
    return {
        "add_invoice_items": [
            extra_from(state, one, f"{param}[add_invoice_items][{place}]")
            for place, one in enumerate(given.get("add_invoice_items") or [])
        ],
        "application_fee_percent": None,
        "billing_cycle_anchor": given.get("billing_cycle_anchor"),
        "billing_thresholds": None,
        "collection_method": given.get("collection_method"),
        "currency": currency,
        "default_payment_method": checked_method(state, customer, given.get("default_payment_method")),
        "default_tax_rates": [],
        "description": given.get("description"),
        "discounts": discounts_from(state, given.get("discounts") or [], f"{param}[discounts]"),
        "end_date": 0,
        "invoice_settings": INVOICE_SETTINGS | settings if settings else None,
        "items": items,
        "metadata": given.get("metadata") or {},
        "on_behalf_of": None,
        "proration_behavior": given.get("proration_behavior", "create_prorations"),
        "start_date": 0,
        "transfer_data": None,
        "trial_end": None,
    }


def discounts_from(state: State, given: Sequence[dict[str, Any]], param: str) -> list[Object]:
    """Discounts that a phase will make, by what they are made from."""
    found = []
    for place, one in enumerate(given):
        named = [name for name in ("coupon", "discount", "promotion_code") if one.get(name)]
        if len(named) != 1:
            raise invalid("You must give exactly one of coupon, discount and promotion_code.", f"{param}[{place}]")
        state.find(named[0], one[named[0]], f"{param}[{place}][{named[0]}]")
        found.append({"coupon": None, "discount": None, "promotion_code": None} | {named[0]: one[named[0]]})
    return found


def extra_from(state: State, given: dict[str, Any], param: str) -> Object:
    """One of `add_invoice_items`."""
    if bool(given.get("price")) == bool(given.get("price_data")):
        raise invalid("You must specify exactly one of price and price_data.", f"{param}[price]")
    if given.get("price"):
        price = state.find("price", given["price"], f"{param}[price]")
    else:
        price = from_data(state, given["price_data"], f"{param}[price_data]")
    return {
        "discountable": given.get("discountable", True),
        "discounts": discounts_from(state, given.get("discounts") or [], f"{param}[discounts]"),
        "metadata": merged({}, given.get("metadata") or {}),
        "period": {"end": {"type": "min_item_period_end"}, "start": {"type": "max_item_period_start"}},
        "price": price["id"],
        "quantity": given.get("quantity", 1),
        "tax_rates": [],
    }


def end_of(state: State, given: dict[str, Any], phase: Object, param: str, start: int, anchor: int, now: int) -> int:
    """When a phase ends: at a date, after a duration, or else after one period of its prices."""
    if given.get("end_date") is not None:
        if given.get("duration"):
            raise invalid("You may only specify one of these parameters: duration, end_date.", f"{param}[end_date]")
        end: int = now if given["end_date"] == "now" else given["end_date"]
        return end
    duration = given.get("duration")
    if duration:
        return along(anchor, start, duration["interval"], duration.get("interval_count", 1))
    rhythms = {
        (price["recurring"]["interval"], price["recurring"]["interval_count"])
        for price in (state.get("price", item["price"]) for item in phase["items"])
    }
    if len(rhythms) > 1:
        raise unsupported("phases of mixed intervals that have neither end_date nor duration", f"{param}[duration]")
    return along(anchor, start, *rhythms.pop())


def along(anchor: int, start: int, interval: str, count: int) -> int:
    """Some intervals later; on the anchor's day of the month where the start lies on the anchor's cycle."""
    if start < anchor or period_at(anchor, interval, 1, start)[0] != start:
        return add(start, interval, count)
    for _ in range(count):
        start = period_at(anchor, interval, 1, start)[1]
    return start


def trial_end_of(given: dict[str, Any], param: str, start: int, end: int, now: int) -> int | None:
    """The end of a trial within a phase."""
    trial_end = given.get("trial_end")
    if trial_end == "now":
        trial_end = now
    if trial_end is not None and not start <= trial_end <= end:
        raise invalid("The `trial_end` must lie within the phase.", f"{param}[trial_end]")
    if given.get("trial"):
        if trial_end not in (None, end):
            raise invalid("With `trial=true` the `trial_end` must be the phase's end.", f"{param}[trial_end]")
        return end
    return trial_end if trial_end is None or trial_end > start else None
