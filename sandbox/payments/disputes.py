"""Disputes (https://docs.stripe.com/api/disputes); they are opened by charging certain test cards."""

from sandbox.account.objects import Object
from sandbox.api.calls import Call, merged
from sandbox.api.errors import invalid, unsupported
from sandbox.api.lists import page
from sandbox.api.parameters import PAGING, Boolean, Choice, Hash, Metadata, Moments, Shape, Text, unsupported_names
from sandbox.api.views import snapshot
from sandbox.payments.dispute_building import FILES, TEXTS
from sandbox.payments.dispute_outcomes import CLOSED, finish, is_inquiry, submit
from sandbox.webhooks.events import emit_update

MOST_PER_TEXT = 20_000
MOST_TOGETHER = 150_000
EVIDENCE: Shape = unsupported_names(" ".join(("appeal", "enhanced_evidence", *FILES))) | {
    name: Text(limit=MOST_PER_TEXT) for name in TEXTS
}
UPDATE: Shape = {
    "evidence": Hash(EVIDENCE),
    "intended_submission_method": Choice(("manual", "prefer_manual", "prefer_smart_disputes", "smart_disputes")),
    "metadata": Metadata(),
    "submit": Boolean(),
}
LIST: Shape = PAGING | {"charge": Text(), "created": Moments(), "payment_intent": Text()}


def retrieve(call: Call) -> Object:
    """GET /v1/disputes/{dispute}"""
    return call.fetch("dispute", "dispute")


def open_one(call: Call) -> Object:
    """The dispute that the path names, to change. Raises ApiError 400 when it is closed."""
    dispute = call.fetch("dispute", "dispute")
    if dispute["status"] in CLOSED:
        raise invalid("This dispute is already closed")
    return call.state.edit(dispute)


def update(call: Call) -> Object:
    """POST /v1/disputes/{dispute}: evidence goes to the bank at once unless `submit` is false."""
    state, params = call.state, call.params
    dispute = open_one(call)
    before = snapshot(state, dispute)
    intended = params.get("intended_submission_method")
    if intended in ("prefer_smart_disputes", "smart_disputes"):
        raise unsupported("Smart Disputes", "intended_submission_method")
    if intended is not None:
        dispute["intended_submission_method"] = intended
    if "metadata" in params:
        dispute["metadata"] = merged(dispute["metadata"], params["metadata"])
    evidence = dispute["evidence"]
    evidence |= {name: text for name, text in params.get("evidence", {}).items() if name in TEXTS}
    if sum(len(evidence[name] or "") for name in TEXTS) > MOST_TOGETHER:
        raise invalid(f"The combined character count of all evidence is limited to {MOST_TOGETHER:,}.", "evidence")
    staged = any(evidence[name] is not None for name in TEXTS)
    dispute["evidence_details"]["has_evidence"] = staged
    if staged and params.get("submit", "evidence" in params):
        submit(state, dispute)
    emit_update(state, "charge.dispute.updated", before, dispute)
    return dispute


def close(call: Call) -> Object:
    """POST /v1/disputes/{dispute}/close: accepts a chargeback as lost."""
    dispute = open_one(call)
    if is_inquiry(dispute):
        raise unsupported("closing an inquiry, which has taken no money")
    finish(call.state, dispute, "lost")
    return dispute


def listing(call: Call) -> Object:
    """GET /v1/disputes"""
    params = call.params

    def matches(row: Object) -> bool:
        return all(row[name] == params[name] for name in ("charge", "payment_intent") if name in params)

    for name in ("charge", "payment_intent"):
        if params.get(name):
            return page(call, "dispute", index=name, value=params[name], where=matches)
    return page(call, "dispute", where=matches)
