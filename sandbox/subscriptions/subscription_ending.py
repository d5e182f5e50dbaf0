"""Ends of subscriptions: now, at the period's end, at a date."""

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.errors import ApiError
from sandbox.invoices.invoice_finalization import void
from sandbox.subscriptions.proration import credit_unused, forget_debits
from sandbox.subscriptions.schedule_ending import finish
from sandbox.subscriptions.subscription_billing import bill_now, close_draft, open_draft, seen, told
from sandbox.subscriptions.subscription_standing import ENDED, close
from sandbox.webhooks.events import emit


def end(
    state: State, subscription: Object, *, reason: str | None = "cancellation_requested", prorate: bool = False
) -> None:
    """Cancels now. The first invoice of one that never became active is voided with it."""
    if subscription["status"] == "incomplete":
        for invoice in state.table("invoice").oldest_first("subscription", subscription["id"]):
            if invoice["status"] == "open":
                void(state, invoice)
    if prorate and subscription["status"] in ("active", "past_due"):
        now = state.now_for(subscription)
        for item in state.table("subscription_item").oldest_first("subscription", subscription["id"]):
            credit_unused(state, subscription, item, now)
            forget_debits(state, item)
    close(state, subscription, reason)


def end_all(state: State, customer: Object) -> None:
    """What becomes of the subscriptions and schedules of a customer that is deleted."""
    for subscription in state.table("subscription").oldest_first("customer", customer["id"]):
        if subscription["status"] not in ENDED:
            end(state, subscription)
    for schedule in state.table("subscription_schedule").oldest_first("customer", customer["id"]):
        if schedule["status"] == "not_started":
            finish(state, schedule, "canceled", state.now_for(schedule))
            emit(state, "subscription_schedule.canceled", schedule)


def cancel_now(state: State, subscription: Object, *, prorate: bool, invoice_now: bool) -> None:
    """Cancels now and, if asked, bills what is pending."""
    was_incomplete = subscription["status"] == "incomplete"
    end(state, subscription, prorate=prorate)
    waiting = state.table("invoiceitem").oldest_first("pending", subscription["customer"])
    if invoice_now and not was_incomplete and any(belongs(item, subscription) for item in waiting):
        before = seen(state, subscription)
        invoice = open_draft(state, subscription, "subscription_update", auto_advance=True)
        close_draft(state, subscription, invoice)
        bill_now(state, subscription, invoice, pay=True)
        told(state, subscription, before)


def belongs(item: Object, subscription: Object) -> bool:
    """Whether a pending item is the subscription's."""
    details = (item["parent"] or {}).get("subscription_details") or {}
    return bool(details.get("subscription") == subscription["id"])


def expire(state: State, subscription: Object) -> None:
    """23 hours without a first payment: the invoice is voided."""
    for invoice in state.table("invoice").oldest_first("subscription", subscription["id"]):
        if invoice["status"] == "open":
            void(state, invoice)
    close(state, subscription, None, "incomplete_expired")


def already_ended(subscription: Object) -> ApiError:
    """Stripe no longer knows a canceled subscription as something to cancel."""
    return ApiError(404, f"No such subscription: '{subscription['id']}'", code="resource_missing", param="id")
