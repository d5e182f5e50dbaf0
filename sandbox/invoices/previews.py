"""Invoices as they would be: worked out for real, then taken back (https://docs.stripe.com/api/invoices/create_preview)."""

from collections.abc import Callable

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.account.tables import Journal
from sandbox.api.views import snapshot
from sandbox.invoices.invoice_building import HOUR
from sandbox.subscriptions.subscription_renewal import renew
from sandbox.subscriptions.subscription_timing import next_end


def imagine(state: State, work: Callable[[], Object]) -> Object:
    """The invoice that some work makes, as a preview."""
    return pretended(state, lambda: preview(snapshot(state, work())))


def pretended(state: State, work: Callable[[], Object]) -> Object:
    """What some work answers; everything else about it never happened."""
    real = state.journal
    trial = Journal()
    state.use_journal(trial)
    state.muted += 1
    try:
        return work()
    finally:
        trial.rollback()
        state.use_journal(real)
        state.muted -= 1


def preview(invoice: Object) -> Object:
    """With the ids of previews, which are never stored."""
    id = f"upcoming_in_{invoice['id'].removeprefix('in_')}"
    for line in invoice["lines"]["data"]:
        line |= {"id": f"il_tmp_{line['id'].removeprefix('il_')}", "invoice": id}
    invoice["lines"]["url"] = f"/v1/invoices/{id}/lines"
    return invoice | {
        "id": id,
        "auto_advance": True,
        "automatically_finalizes_at": None,
        "billing_reason": "upcoming",
        "number": None,
        "webhooks_delivered_at": None,
    }


def next_invoice(state: State, subscription: Object) -> Object:
    """What a subscription's next renewal will bill."""
    return imagine(state, lambda: renewed(state, subscription))


def renewed(state: State, subscription: Object) -> Object:
    """Goes to the end of the current period and renews; the invoice is dated then."""
    moment = next_end(state, subscription)
    invoice = renew(state, subscription, moment)
    invoice["created"] = moment
    if invoice["collection_method"] == "charge_automatically":
        invoice["next_payment_attempt"] = moment + HOUR
    return invoice
