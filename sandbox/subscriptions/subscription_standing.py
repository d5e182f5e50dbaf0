"""How a subscription stands after its invoices were paid or not (docs: How subscriptions work)."""

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.views import snapshot
from sandbox.subscriptions.schedule_ending import end_with
from sandbox.webhooks.events import emit, emit_update

ENDED = ("canceled", "incomplete_expired")


def subscription_of(state: State, invoice: Object) -> Object | None:
    """The subscription that an invoice bills, if any."""
    details = (invoice["parent"] or {}).get("subscription_details")
    return state.get("subscription", details["subscription"]) if details else None


def after_payment(state: State, invoice: Object, method: str | None) -> None:
    """An invoice was paid: its subscription is in order again if that was the latest one."""
    subscription = subscription_of(state, invoice)
    if subscription is not None and subscription["status"] not in ENDED:
        before = snapshot(state, subscription)
        state.edit(subscription)
        settings = subscription["payment_settings"]
        if method and settings["save_default_payment_method"] == "on_subscription":
            subscription["default_payment_method"] = method
        latest = subscription["latest_invoice"] == invoice["id"]
        if subscription["status"] in ("incomplete", "past_due", "unpaid") and latest:
            subscription["status"] = good_standing(state, subscription)
        elif subscription["status"] == "paused" and subscription["_"].get("resuming") == invoice["id"]:
            set_resumed(state, subscription)
        if not subscription["_"].get("starting"):
            emit_update(state, "customer.subscription.updated", before, subscription)
    set_delinquent(state, invoice["customer"])


def good_standing(state: State, subscription: Object) -> str:
    """Trialing until the trial ends, then active."""
    trial_end = subscription["trial_end"]
    return "trialing" if trial_end and trial_end > state.now_for(subscription) else "active"


def set_resumed(state: State, subscription: Object, status: str = "active") -> None:
    """No longer paused; the caller tells of the update."""
    state.edit(subscription)["status"] = status
    subscription.pop("status_details", None)
    subscription["_"].pop("resuming", None)
    emit(state, "customer.subscription.resumed", subscription)


def after_write_off(state: State, invoice: Object) -> None:
    """An invoice was given up: a subscription that waited for it to be resumed no longer does."""
    subscription = subscription_of(state, invoice)
    if subscription is not None and subscription["_"].get("resuming") == invoice["id"]:
        before = snapshot(state, subscription)
        set_resumed(state, subscription)
        emit_update(state, "customer.subscription.updated", before, subscription)


def wait_for_payment(state: State, subscription: Object) -> None:
    """Past due until somebody confirms the payment of a change; nothing for invoices that are sent."""
    if subscription["collection_method"] == "charge_automatically":
        state.edit(subscription)["status"] = "past_due"
        set_delinquent(state, subscription["customer"])


def after_failure(state: State, invoice: Object, *, final: bool = False) -> None:
    """A payment failed: the subscription is past due, or after the last try what the account's rules say."""
    subscription = subscription_of(state, invoice)
    if subscription is None or subscription["status"] in ENDED:
        return
    before = snapshot(state, subscription)
    if subscription["status"] in ("active", "trialing") and subscription["latest_invoice"] == invoice["id"]:
        state.edit(subscription)["status"] = "past_due"
    resuming = subscription["_"].get("resuming") == invoice["id"] and subscription["status"] == "paused"
    if resuming and invoice["_"].get("resumes") == "resume_on_payment_attempt":
        set_resumed(state, subscription, "past_due")
    final = final and not resuming
    if final and state.rules.after_retries == "unpaid":
        state.edit(subscription)["status"] = "unpaid"
    if not subscription["_"].get("starting"):
        emit_update(state, "customer.subscription.updated", before, subscription)
    if final and state.rules.after_retries == "cancel":
        close(state, subscription, "payment_failed")
    set_delinquent(state, invoice["customer"])


def set_delinquent(state: State, id: str) -> None:
    """A customer is delinquent while a subscription of theirs is past due or unpaid."""
    customer = state.table("customer").get(id)
    if customer is None:
        return
    owed = any(
        subscription["status"] in ("past_due", "unpaid")
        for subscription in state.table("subscription").oldest_first("customer", id)
    )
    if customer["delinquent"] != owed:
        before = snapshot(state, customer)
        state.edit(customer)["delinquent"] = owed
        emit_update(state, "customer.updated", before, customer)


def close(state: State, subscription: Object, reason: str | None, status: str = "canceled") -> None:
    """Ends a subscription as it is; its open invoices are no longer collected by themselves."""
    now = state.now_for(subscription)
    was = snapshot(state, subscription)
    subscription = state.edit(subscription)
    subscription["status"] = status
    subscription["ended_at"] = now
    if subscription["canceled_at"] is None and status == "canceled":
        subscription["canceled_at"] = now
    if reason:
        subscription["cancellation_details"]["reason"] = reason
    subscription["pending_setup_intent"] = None
    for invoice in state.table("invoice").oldest_first("subscription", subscription["id"]):
        if invoice["status"] in ("draft", "open") and invoice["auto_advance"]:
            before = snapshot(state, invoice)
            state.edit(invoice).update(auto_advance=False, automatically_finalizes_at=None, next_payment_attempt=None)
            emit_update(state, "invoice.updated", before, invoice)
    if status == "canceled":
        emit(state, "customer.subscription.deleted", subscription)
    else:
        emit_update(state, "customer.subscription.updated", was, subscription)
    end_with(state, subscription, reason)
    set_delinquent(state, subscription["customer"])
