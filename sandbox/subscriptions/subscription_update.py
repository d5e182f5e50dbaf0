"""Changes of a subscription: items, anchor, trial, discounts, and what they cost.

https://docs.stripe.com/billing/subscriptions/change
"""

from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.errors import ApiError, invalid
from sandbox.catalogue.discounts import drop, resolve
from sandbox.invoices.invoice_collection import refusal
from sandbox.payments.cards import Decline
from sandbox.subscriptions.proration import credit_unused, debit_remaining
from sandbox.subscriptions.subscription_billing import add_periods, bill_now, close_draft, open_draft, seen, told
from sandbox.subscriptions.subscription_creation import add_extra, incomplete
from sandbox.subscriptions.subscription_description import describe, set_cancel_at
from sandbox.subscriptions.subscription_item_building import (
    add_item,
    check_distinct,
    current_period,
    items_of,
    natural_end,
    price_of,
    set_discounts,
    worth,
)
from sandbox.subscriptions.subscription_standing import ENDED
from sandbox.subscriptions.subscription_timing import set_timers
from sandbox.taxes.taxation import rates_given

AFTER_THE_END = frozenset(("metadata", "cancellation_details"))


def change(state: State, subscription: Object, params: dict[str, Any], *, tell: bool = True) -> Object:
    """Applies an update. Raises ApiError 400, or 402 for error_if_incomplete."""
    if subscription["status"] in ENDED and params.keys() - AFTER_THE_END:
        raise invalid("A canceled subscription can only update its cancellation_details and metadata.")
    before = seen(state, subscription)
    subscription = state.edit(subscription)
    customer = state.get("customer", subscription["customer"])
    describe(state, subscription, customer, params)
    subscription["cancellation_details"] |= params.get("cancellation_details") or {}
    set_cancel_at(state, subscription, params)
    if "pause_collection" in params:
        pause = params["pause_collection"]
        subscription["pause_collection"] = {"resumes_at": None} | pause if pause else None
    if "discounts" in params:
        replace_discounts(state, subscription, customer, params["discounts"])
    for place, given in enumerate(params.get("add_invoice_items", [])):
        add_extra(state, subscription, customer, given, f"add_invoice_items[{place}]")
    bill = change_billing(state, subscription, params)
    if bill:
        bill_change(state, subscription, params, reset=bill == "reset")
    if subscription["status"] not in ENDED:
        set_timers(state, subscription)
    if tell:
        told(state, subscription, before)
    return subscription


def replace_discounts(state: State, subscription: Object, customer: Object, given: list[dict[str, Any]]) -> None:
    """A full replacement: what is not named again is taken off."""
    old = list(subscription["discounts"])
    subscription["discounts"] = resolve(
        state,
        given,
        customer,
        subscription["currency"],
        "discounts",
        old,
        worth(state, subscription),
        subscription=subscription["id"],
    )
    for id in old:
        if id not in subscription["discounts"]:
            drop(state, id)


def change_billing(state: State, subscription: Object, params: dict[str, Any]) -> str:
    """Trial, anchor and items. Returns "reset" when a new cycle begins now, "invoice" when changes are billed now."""
    now = state.now_for(subscription)
    anchor = (params.get("billing_cycle_anchor") or {}).get("type", "unchanged")
    trial_end = params.get("trial_end")
    moment = checked_date(state, subscription, params.get("proration_date"), now)
    prorates = params.get("proration_behavior", "create_prorations") != "none"
    alive = subscription["status"] in ("active", "past_due", "trialing", "unpaid")
    ends_trial = trial_end == "now" and subscription["status"] == "trialing"
    reset = (anchor == "now" and alive) or ends_trial
    if isinstance(trial_end, int):
        extend_trial(state, subscription, trial_end, now)
    other_rhythm = change_items(state, subscription, params.get("items", []), moment, prorates=prorates, reset=reset)
    if reset:
        subscription["billing_cycle_anchor"] = now
        if ends_trial:
            subscription |= {"trial_end": now, "status": "active"}
        for item in items_of(state, subscription):
            price = state.get("price", item["price"])
            state.edit(item).update(current_period_start=now, current_period_end=natural_end(price, now))
        return "reset"
    at_once = params.get("proration_behavior") == "always_invoice"
    if (at_once and (params.get("items") or params.get("add_invoice_items"))) or (other_rhythm and prorates):
        return "invoice"
    return ""


def checked_date(state: State, subscription: Object, given: int | None, now: int) -> int:
    """`proration_date` must lie in the current period. Raises ApiError 400."""
    if given is None:
        return now
    items = items_of(state, subscription)
    if any(not item["current_period_start"] <= given <= item["current_period_end"] for item in items):
        raise invalid("Cannot specify `proration_date` outside of current billing period.", "proration_date")
    return given


def extend_trial(state: State, subscription: Object, trial_end: int, now: int) -> None:
    """A trial until a date: nothing more is billed before."""
    if trial_end <= now:
        raise invalid("Invalid timestamp: must be an integer Unix timestamp in the future.", "trial_end")
    if subscription["status"] not in ("trialing", "active", "past_due"):
        raise invalid(f"A subscription that is {subscription['status']} cannot be put on trial.", "trial_end")
    if subscription["trial_start"] is None or subscription["status"] != "trialing":
        subscription["trial_start"] = now
    subscription |= {"trial_end": trial_end, "billing_cycle_anchor": trial_end, "status": "trialing"}
    for item in items_of(state, subscription):
        state.edit(item)["current_period_end"] = trial_end


def change_items(
    state: State, subscription: Object, given: list[dict[str, Any]], moment: int, *, prorates: bool, reset: bool
) -> bool:
    """Changes, adds and removes items, with prorations; returns whether one now renews in another rhythm.

    With a reset the unused time is credited; the new period is billed in full by the caller.
    """
    rows = {item["id"]: item for item in items_of(state, subscription)}
    other_rhythm = False
    named: set[str] = set()
    for place, one in enumerate(given):
        param = f"items[{place}]"
        if not one.get("id"):
            item = new_item(state, subscription, one, param, moment)
            if prorates and not reset:
                debit_remaining(state, subscription, item, moment)
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
    if reset and prorates and subscription["status"] != "trialing":
        for id, item in rows.items():
            if id not in named:
                credit_unused(state, subscription, item, moment)
    if not items_of(state, subscription):
        raise invalid(
            "A subscription must have at least one active plan. In order to cancel a subscription, please use the"
            " cancel API endpoint (https://docs.stripe.com/api/subscriptions/cancel)."
        )
    check_distinct(state, subscription)
    return other_rhythm


def new_item(state: State, subscription: Object, given: dict[str, Any], param: str, moment: int) -> Object:
    """One more item."""
    price = price_of(state, given, param, subscription["currency"])
    if price is None:
        raise invalid(f"Missing required param: {param}[price].", f"{param}[price]", "parameter_missing")
    return add_item(state, subscription, given, price, param, current_period(state, subscription, price, moment))


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
    """Another price or quantity for one item, or its end; returns whether it now renews in another rhythm."""
    item = state.edit(item)
    if given.get("deleted"):
        if prorates:
            credit_unused(state, subscription, item, moment)
        state.table("subscription_item").remove(item["id"])
        return False
    price = price_of(state, given, param, subscription["currency"])
    old = state.get("price", item["price"])
    quantity = given.get("quantity", item["quantity"])
    changed = (price is not None and price["id"] != old["id"]) or quantity != item["quantity"]
    if prorates and (changed or reset):
        credit_unused(state, subscription, item, moment)
    item["quantity"] = quantity
    other_rhythm = False
    if price is not None and price["id"] != old["id"]:
        item["price"] = price["id"]
        state.table("subscription_item").reindex(item["id"])
        item["_"].pop("line", None)
        rhythm = ("interval", "interval_count")
        other_rhythm = any(price["recurring"][name] != old["recurring"][name] for name in rhythm)
        if other_rhythm:
            start, end = current_period(state, subscription, price, moment)
            item |= {"current_period_start": start, "current_period_end": end}
    if changed and prorates and not reset:
        debit_remaining(state, subscription, item, moment)
    if "metadata" in given:
        kept = item["metadata"] | (given["metadata"] or {}) if given["metadata"] is not None else {}
        item["metadata"] = {key: value for key, value in kept.items() if value != ""}
    if "tax_rates" in given:
        item["tax_rates"] = rates_given(state, given["tax_rates"], f"{param}[tax_rates]", item["tax_rates"])
    if "discounts" in given:
        set_discounts(state, subscription, item, given["discounts"], param)
    return other_rhythm and subscription["status"] not in ("trialing", "incomplete")


def bill_change(state: State, subscription: Object, params: dict[str, Any], *, reset: bool) -> None:
    """The invoice of a change, made and paid at once. Raises ApiError 402 for error_if_incomplete."""
    behavior = params.get("payment_behavior", "allow_incomplete")
    if behavior == "pending_if_incomplete":
        raise unsupported_pending()
    invoice = open_draft(state, subscription, "subscription_update", auto_advance=True)
    invoice["period_start"] = min(item["current_period_start"] for item in items_of(state, subscription))
    if reset:
        add_periods(state, subscription, invoice, items_of(state, subscription), free=False)
    close_draft(state, subscription, invoice)
    decline: Decline | None = bill_now(
        state, subscription, invoice, pay=behavior != "default_incomplete", off_session=bool(params.get("off_session"))
    )
    if behavior == "error_if_incomplete" and invoice["status"] != "paid":
        error = refusal(state, invoice, decline)
        if error is not None and error.status == 402:
            raise incomplete(state, invoice, decline is not None)
        if error is not None:
            error.keeps = False
            raise error


def unsupported_pending() -> ApiError:
    """Pending updates are not built."""
    return ApiError(
        501, "The sandbox does not support payment_behavior=pending_if_incomplete.", param="payment_behavior"
    )
