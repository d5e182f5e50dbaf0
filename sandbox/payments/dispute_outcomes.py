"""What becomes of disputes (https://docs.stripe.com/disputes/how-disputes-work): the bank decides, or time does."""

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.views import snapshot
from sandbox.payments.balance_entries import book_reversal
from sandbox.payments.dispute_building import CHARGEBACK_CODES, due_from, withdraw
from sandbox.webhooks.events import emit, emit_update

CLOSED = ("won", "lost", "warning_closed")
VERDICTS = {"winning_evidence": "won", "losing_evidence": "lost", "escalate_inquiry_evidence": "escalated"}


def is_inquiry(dispute: Object) -> bool:
    """A question of the bank, for which no money has moved."""
    return bool(dispute["status"].startswith("warning_"))


def submit(state: State, dispute: Object) -> None:
    """Sends the evidence to the bank; Stripe's test texts in it decide, any other is under review for ever."""
    details = dispute["evidence_details"]
    details["submission_count"] += 1
    details["past_due"] = state.now_for(dispute) > details["due_by"]
    details["submission_method"] = "manual"
    verdict = VERDICTS.get(dispute["evidence"]["uncategorized_text"])
    if verdict is not None:
        dispute["_"]["verdict"] = verdict
        state.soon(dispute, "dispute.decide")
    dispute["status"] = "warning_under_review" if is_inquiry(dispute) else "under_review"


def decide(state: State, dispute: Object, due: int) -> None:
    """The bank has read the evidence."""
    verdict = dispute["_"]["verdict"]
    if verdict is None or dispute["status"] in CLOSED:
        return
    state.edit(dispute)["_"]["verdict"] = None
    if verdict == "escalated" and is_inquiry(dispute):
        escalate(state, dispute)
    elif is_inquiry(dispute):
        finish(state, dispute, "warning_closed")
    elif verdict == "won":
        book_reversal(state, dispute)
        dispute |= {"status": "won", "is_charge_refundable": True}
        emit(state, "charge.dispute.funds_reinstated", dispute)
        emit(state, "charge.dispute.closed", dispute)
    elif verdict == "lost":
        finish(state, dispute, "lost")


def escalate(state: State, dispute: Object) -> None:
    """An inquiry becomes a chargeback, with an answer of its own; nothing is taken that was given back already."""
    refunded = state.get("charge", dispute["charge"])["refunded"]
    before = snapshot(state, dispute)
    dispute |= {"status": "needs_response", "is_charge_refundable": False}
    dispute["evidence_details"]["due_by"] = due_from(state.now_for(dispute))
    dispute["payment_method_details"]["card"] |= {
        "case_type": "chargeback",
        "network_reason_code": CHARGEBACK_CODES[dispute["reason"]],
    }
    emit_update(state, "charge.dispute.updated", before, dispute)
    if not refunded:
        withdraw(state, dispute)


def finish(state: State, dispute: Object, status: str) -> None:
    """Ends a dispute; the money stays where it is."""
    state.edit(dispute)["status"] = status
    emit(state, "charge.dispute.closed", dispute)


def expire(state: State, dispute: Object, due: int) -> None:
    """A chargeback that nobody answered in time is lost."""
    if dispute["status"] == "needs_response" and dispute["evidence_details"]["due_by"] < due:
        finish(state, dispute, "lost")


def let_go(state: State, dispute: Object, due: int) -> None:
    """An inquiry that the bank did not escalate in 120 days is over."""
    if is_inquiry(dispute) and dispute["status"] not in CLOSED:
        finish(state, dispute, "warning_closed")
