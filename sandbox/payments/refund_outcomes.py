"""What becomes of refunds that are not settled at once (https://docs.stripe.com/testing#refunds)."""

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.views import snapshot
from sandbox.payments.balance_entries import book_refund, book_refund_failure
from sandbox.webhooks.events import emit, emit_update


def tell(state: State, before: Object, refund: Object) -> None:
    """A change of a refund, under its name and under the one that it had when charges held their refunds."""
    emit_update(state, "refund.updated", before, refund)
    emit_update(state, "charge.refund.updated", before, refund)


def succeed(state: State, refund: Object, due: int) -> None:
    """The test card whose refunds take their time."""
    if refund["status"] != "pending":
        return
    before = snapshot(state, refund)
    state.edit(refund)["status"] = "succeeded"
    del refund["pending_reason"]
    book_refund(state, refund, state.get("charge", refund["charge"]))
    tell(state, before, refund)


def fail(state: State, refund: Object, due: int) -> None:
    """The test card whose refunds come back."""
    if refund["status"] != "succeeded":
        return
    before = snapshot(state, refund)
    charge = state.edit(state.get("charge", refund["charge"]))
    charge["amount_refunded"] -= refund["amount"]
    charge["refunded"] = False
    state.edit(refund).update(status="failed", failure_reason="expired_or_canceled_card")
    book_refund_failure(state, refund, charge)
    tell(state, before, refund)
    emit(state, "refund.failed", refund)
