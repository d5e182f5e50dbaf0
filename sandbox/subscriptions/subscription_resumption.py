"""Paused subscriptions coming back (https://docs.stripe.com/billing/subscriptions/pause#resume-subscriptions)."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.errors import ApiError, invalid
from sandbox.invoices.invoice_collection import NO_METHOD, method_for
from sandbox.invoices.invoice_finalization import void
from sandbox.subscriptions.proration import debit_remaining, forget_debits
from sandbox.subscriptions.subscription_billing import add_periods, bill_now, close_draft, open_draft, seen, told
from sandbox.subscriptions.subscription_item_building import cycle_at, items_of, natural_end
from sandbox.subscriptions.subscription_standing import set_resumed
from sandbox.subscriptions.subscription_timing import INCOMPLETE_FOR, set_timers


def resume_paused(state: State, subscription: Object, params: dict[str, Any]) -> Object:
    """A new period begins now, or the present one goes on; active once its invoice is paid, if there is one.

    By default that invoice is only finalized, for somebody to pay within 23 hours. Raises ApiError 400.
    """
    check_resumable(state, subscription)
    before = seen(state, subscription)
    subscription = state.edit(subscription)
    now = state.now_for(subscription)
    anew = (params.get("billing_cycle_anchor") or {}).get("type", "now") == "now"
    behavior = params.get("proration_behavior", "create_prorations")
    if anew:
        subscription["billing_cycle_anchor"] = now
    for item in items_of(state, subscription):
        price = state.get("price", item["price"])
        start, end = (now, natural_end(price, now)) if anew else cycle_at(subscription, price, now)
        state.edit(item).update(current_period_start=start, current_period_end=end)
        forget_debits(state, item)
        if not anew and behavior != "none":
            debit_remaining(state, subscription, item, min(max(params.get("proration_date", now), start), end - 1))
    if anew or behavior == "always_invoice":
        bill(state, subscription, params.get("payment_behavior", "resume_on_payment_attempt"), anew=anew)
    else:
        set_resumed(state, subscription)
    set_timers(state, subscription)
    told(state, subscription, before)
    return subscription


def check_resumable(state: State, subscription: Object) -> None:
    """Only what is paused and charged automatically, and is not being resumed already. Raises ApiError 400."""
    if subscription["status"] != "paused":
        raise invalid(f"You can only resume a subscription that is paused; this one is {subscription['status']}.")
    if subscription["collection_method"] != "charge_automatically":
        raise invalid("You can only resume a subscription whose collection_method is `charge_automatically`.")
    before = state.table("invoice").get(subscription["_"].get("resuming"))
    if before is not None and before["status"] == "open":
        raise invalid(f"The subscription is being resumed: pay its open invoice {before['id']}, or void it first.")


def bill(state: State, subscription: Object, payment_behavior: str, *, anew: bool) -> None:
    """The invoice of a resumption, finalized at once."""
    tries = payment_behavior == "resume_on_payment_success"
    invoice = open_draft(state, subscription, "subscription_update", auto_advance=True)
    invoice["_"]["resumes"] = payment_behavior
    if anew:
        add_periods(state, subscription, invoice, items_of(state, subscription), free=False)
    close_draft(state, subscription, invoice)
    invoice["auto_advance"] = tries
    if tries and invoice["amount_due"] > 0 and method_for(state, invoice) is None:
        raise ApiError(400, NO_METHOD.format(customer=invoice["customer"]), code="resource_missing")
    subscription["_"] |= {"resuming": invoice["id"], "starting": True}
    bill_now(state, subscription, invoice, pay=tries)
    del subscription["_"]["starting"]
    if subscription["status"] == "paused" and not tries:
        state.at(subscription, invoice["created"] + INCOMPLETE_FOR, "subscription.stay_paused")


def stay_paused(state: State, subscription: Object, due: int) -> None:
    """Nobody has tried to pay for the resumption in time."""
    invoice = state.table("invoice").get(subscription["_"].get("resuming"))
    if invoice is None or subscription["status"] != "paused" or invoice["created"] + INCOMPLETE_FOR != due:
        return
    if invoice["status"] == "open" and not invoice["attempted"]:
        void(state, invoice)
