"""Changes of a subscription: items, anchor, trial, discounts, and what they cost.

https://docs.stripe.com/billing/subscriptions/change
"""

import math
from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.errors import invalid, unsupported
from sandbox.catalogue.discounts import drop, resolve
from sandbox.invoices.invoice_collection import refusal
from sandbox.payments.cards import Decline
from sandbox.subscriptions.proration import credit_unused, forget_debits
from sandbox.subscriptions.subscription_billing import add_periods, bill_now, close_draft, open_draft, seen, told
from sandbox.subscriptions.subscription_creation import add_extra, incomplete
from sandbox.subscriptions.subscription_description import describe, set_cancel_at
from sandbox.subscriptions.subscription_ending import belongs
from sandbox.subscriptions.subscription_item_building import items_of, natural_end, worth
from sandbox.subscriptions.subscription_item_changes import change_items, fit_to_end
from sandbox.subscriptions.subscription_standing import ENDED, wait_for_payment
from sandbox.subscriptions.subscription_timing import TOLD_BEFORE, next_end, set_timers, tell_of_trial_end

AFTER_THE_END = frozenset(("metadata", "cancellation_details"))


def change(
    state: State, subscription: Object, params: dict[str, Any], *, tell: bool = True, entering: int | None = None
) -> Object:
    """Applies an update. Raises ApiError 400, or 402 for error_if_incomplete.

    `entering` is the moment at which a schedule does so by itself: what begins a period just then is left to the
    renewal, and invoices stay drafts for an hour, as those of renewals do.
    """
    if subscription["status"] in ENDED and params.keys() - AFTER_THE_END:
        raise invalid("A canceled subscription can only update its cancellation_details and metadata.")
    if params.get("payment_behavior") == "pending_if_incomplete":
        raise unsupported("payment_behavior=pending_if_incomplete", "payment_behavior")
    before = seen(state, subscription)
    subscription = state.edit(subscription)
    customer = state.get("customer", subscription["customer"])
    describe(state, subscription, customer, params)
    subscription["cancellation_details"] |= params.get("cancellation_details") or {}
    set_cancel_at(state, subscription, params)
    if "pause_collection" in params:
        pause = params["pause_collection"]
        if pause and pause.get("resumes_at", math.inf) <= state.now_for(subscription):
            raise invalid("The resumes_at must be in the future.", "pause_collection[resumes_at]")
        subscription["pause_collection"] = {"resumes_at": None} | pause if pause else None
    if "discounts" in params:
        replace_discounts(state, subscription, customer, params["discounts"])
    for place, given in enumerate(params.get("add_invoice_items", [])):
        add_extra(state, subscription, customer, given, f"add_invoice_items[{place}]")
    bill = change_billing(state, subscription, params, entering)
    if bill:
        bill_change(state, subscription, params, reset=bill == "reset", later=entering is not None)
    if subscription["cancel_at_period_end"]:
        subscription["cancel_at"] = next_end(state, subscription)
    if subscription["status"] not in ENDED:
        set_timers(state, subscription)
    if subscription["status"] == "trialing" and subscription["trial_end"] <= state.now_for(subscription) + TOLD_BEFORE:
        tell_of_trial_end(state, subscription)
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


def change_billing(state: State, subscription: Object, params: dict[str, Any], entering: int | None) -> str:
    """Trial, anchor and items. Returns "reset" when a new cycle begins now, "invoice" when changes are billed now."""
    now = state.now_for(subscription) if entering is None else entering
    anchor = (params.get("billing_cycle_anchor") or {}).get("type", "unchanged")
    trial_end = params.get("trial_end")
    moment = checked_date(state, subscription, params.get("proration_date"), now)
    prorates = params.get("proration_behavior", "create_prorations") != "none"
    alive = subscription["status"] in ("active", "past_due", "trialing", "unpaid")
    ends_trial = trial_end == "now" and subscription["status"] == "trialing"
    reset = (anchor == "now" and alive) or ends_trial
    ended = all(item["current_period_end"] == now for item in items_of(state, subscription))
    if reset and ended and entering is not None:
        subscription["billing_cycle_anchor"] = now
        reset = False
    if isinstance(trial_end, int):
        extend_trial(state, subscription, trial_end, now, prorates=prorates)
    other_rhythm = change_items(
        state, subscription, params.get("items", []), moment, prorates=prorates, reset=reset, entering=entering
    )
    if reset:
        subscription["billing_cycle_anchor"] = now
        if ends_trial:
            subscription |= {"trial_end": now, "status": "active"}
            tell_of_trial_end(state, subscription)
        for item in items_of(state, subscription):
            price = state.get("price", item["price"])
            state.edit(item).update(current_period_start=now, current_period_end=natural_end(price, now))
        return "reset"
    if "cancel_at" in params or "cancel_at_period_end" in params:
        fit_to_end(state, subscription, params.get("cancel_at"), prorates=prorates)
    at_once = params.get("proration_behavior") == "always_invoice" or (other_rhythm and prorates)
    waiting = state.table("invoiceitem").oldest_first("pending", subscription["customer"])
    return "invoice" if at_once and any(belongs(item, subscription) for item in waiting) else ""


def checked_date(state: State, subscription: Object, given: int | None, now: int) -> int:
    """`proration_date` must lie in the current period. Raises ApiError 400."""
    if given is None:
        return now
    items = items_of(state, subscription)
    if any(not item["current_period_start"] <= given <= item["current_period_end"] for item in items):
        raise invalid("Cannot specify `proration_date` outside of current billing period.", "proration_date")
    return given


def extend_trial(state: State, subscription: Object, trial_end: int, now: int, *, prorates: bool) -> None:
    """A trial until a date: nothing more is billed before, and what was paid for that time is credited."""
    if trial_end <= now:
        raise invalid("Invalid timestamp: must be an integer Unix timestamp in the future.", "trial_end")
    if subscription["status"] not in ("trialing", "active", "past_due"):
        raise invalid(f"A subscription that is {subscription['status']} cannot be put on trial.", "trial_end")
    begins = subscription["trial_start"] is None or subscription["status"] != "trialing"
    for item in items_of(state, subscription):
        if begins:
            if prorates:
                credit_unused(state, subscription, item, now)
            forget_debits(state, item)
            item["current_period_start"] = now
        state.edit(item)["current_period_end"] = trial_end
    if begins:
        subscription["trial_start"] = now
    subscription |= {"trial_end": trial_end, "status": "trialing"}
    if subscription["trial_settings"]["end_behavior"]["billing_cycle_anchor"] != "unchanged":
        subscription["billing_cycle_anchor"] = trial_end


def bill_change(
    state: State, subscription: Object, params: dict[str, Any], *, reset: bool, later: bool = False
) -> None:
    """The invoice of a change, paid at once or left as a draft. Raises ApiError 402 for error_if_incomplete."""
    behavior = params.get("payment_behavior", "allow_incomplete")
    invoice = open_draft(state, subscription, "subscription_update", auto_advance=True)
    invoice["period_start"] = min(item["current_period_start"] for item in items_of(state, subscription))
    if reset:
        add_periods(state, subscription, invoice, items_of(state, subscription), free=False)
    close_draft(state, subscription, invoice)
    if later:
        return
    decline: Decline | None = bill_now(
        state, subscription, invoice, pay=behavior != "default_incomplete", off_session=bool(params.get("off_session"))
    )
    if behavior == "default_incomplete" and invoice["status"] == "open" and subscription["status"] == "active":
        wait_for_payment(state, subscription)
    if behavior == "error_if_incomplete" and invoice["status"] != "paid":
        error = refusal(state, invoice, decline)
        if error is not None and error.status == 402:
            raise incomplete(state, invoice, decline is not None)
        if error is not None:
            error.keeps = False
            raise error
