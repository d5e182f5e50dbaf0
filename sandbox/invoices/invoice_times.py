"""What time does to invoices, called when it is due; each checks that it still is."""

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.views import snapshot
from sandbox.invoices.invoice_collection import collect, method_for, paid
from sandbox.invoices.invoice_finalization import finalize, mark_uncollectible, void
from sandbox.subscriptions.subscription_standing import after_failure, subscription_of
from sandbox.webhooks.events import emit, emit_update


def finalize_draft(state: State, invoice: Object, due: int) -> None:
    """An hour after its making a draft is finalized, and paid or sent; paused collection ends it instead."""
    if invoice["status"] != "draft" or invoice["automatically_finalizes_at"] != due:
        return
    finalize(state, invoice)
    if invoice["amount_due"] == 0:
        paid(state, state.edit(invoice), None)
        return
    subscription = subscription_of(state, invoice)
    pause = subscription["pause_collection"] if subscription else None
    if pause and pause["behavior"] == "void":
        void(state, invoice)
    elif pause and pause["behavior"] == "mark_uncollectible":
        mark_uncollectible(state, invoice)
    elif invoice["collection_method"] == "send_invoice":
        emit(state, "invoice.sent", invoice)
    else:
        collect(state, invoice, method_for(state, invoice), off_session=True, automatic=True)


def collect_first(state: State, invoice: Object, due: int) -> None:
    """An invoice that was finalized by hand with auto_advance is charged then."""
    waits = invoice["status"] == "open" and invoice["auto_advance"] and not invoice["attempted"]
    if waits and invoice["collection_method"] == "charge_automatically":
        collect(state, invoice, method_for(state, invoice), off_session=True, automatic=True)


def retry(state: State, invoice: Object, due: int) -> None:
    """The next try of the retry schedule."""
    if invoice["status"] == "open" and invoice["next_payment_attempt"] == due:
        collect(state, invoice, method_for(state, invoice), off_session=True, automatic=True)


def overdue(state: State, invoice: Object, due: int) -> None:
    """The due date has passed unpaid."""
    if invoice["status"] != "open" or invoice["due_date"] != due:
        return
    before = snapshot(state, invoice)
    state.edit(invoice)["attempted"] = True
    emit_update(state, "invoice.updated", before, invoice)
    emit(state, "invoice.overdue", invoice)
    after_failure(state, invoice)
