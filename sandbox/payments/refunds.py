"""Refunds (https://docs.stripe.com/api/refunds)."""

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import Call, merged
from sandbox.api.errors import ApiError, invalid
from sandbox.api.lists import page
from sandbox.api.parameters import PAGING, Choice, Integer, Metadata, Moments, Shape, Text, unsupported_names
from sandbox.api.views import snapshot
from sandbox.money import display
from sandbox.payments.charging import enter
from sandbox.payments.payment_intent_building import end_intent
from sandbox.payments.payment_method_building import card_of
from sandbox.webhooks.events import emit, emit_update

CREATE: Shape = unsupported_names(
    "currency customer instructions_email origin refund_application_fee reverse_transfer"
) | {
    "amount": Integer(low=1),
    "charge": Text(),
    "metadata": Metadata(),
    "payment_intent": Text(),
    "reason": Choice(("duplicate", "fraudulent", "requested_by_customer")),
}
UPDATE: Shape = {"metadata": Metadata()}
LIST: Shape = PAGING | {"charge": Text(), "created": Moments(), "payment_intent": Text()}


def create(call: Call) -> Object:
    """POST /v1/refunds: all that is left unless an amount is given."""
    state, params = call.state, call.params
    charge = state.edit(charge_to_refund(call))
    left = charge["amount"] - charge["amount_refunded"]
    if charge["refunded"] or left <= 0:
        raise ApiError(400, f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if charge["disputed"]:
        raise ApiError(
            400, f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed"
        )
    amount = params.get("amount", left)
    if amount > left:
        raise invalid(
            f"Refund amount ({display(amount, charge['currency'])}) is greater than unrefunded amount on charge"
            f" ({display(left, charge['currency'])})",
            "amount",
        )
    return make(state, charge, amount, params.get("reason"), merged({}, params.get("metadata")))


def charge_to_refund(call: Call) -> Object:
    """The charge that is named, or the one of the intent that is. Raises ApiError 400."""
    charge, intent = call.find("charge", "charge"), call.find("payment_intent", "payment_intent")
    if charge is None and intent is None:
        raise invalid(
            "One of the following params should be provided for this request: payment_intent or charge.",
            "payment_intent",
            "parameter_missing",
        )
    if charge is None and intent is not None:
        charge = call.state.table("charge").get(intent["latest_charge"])
    if charge is None or charge["status"] != "succeeded":
        raise invalid("This PaymentIntent or charge does not have a successful charge to refund.")
    return charge


def make(state: State, charge: Object, amount: int, reason: str | None, metadata: dict[str, str]) -> Object:
    """Gives money back, or releases it where it was only authorized."""
    intent = state.get("payment_intent", charge["payment_intent"])
    card = card_of(state.get("payment_method", charge["payment_method"]))
    before = snapshot(state, charge)
    refund: Object = {
        "id": state.new_id("refund"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": state.now_for(charge),
        "currency": charge["currency"],
        "customer": charge["customer"],
        "customer_account": None,
        "destination_details": {
            "card": {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"},
            "type": "card",
        },
        "metadata": metadata,
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "pending" if card.refund == "pending" else "succeeded",
        "transfer_reversal": None,
    }
    state.table("refund").add(refund)
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] >= charge["amount"]
    if charge["captured"]:
        entry = enter(state, refund, "refund", -amount, 0, f"REFUND FOR CHARGE ({charge['description']})")
        refund["balance_transaction"] = entry["id"]
    emit(state, "refund.created", refund)
    shown = snapshot(state, charge)
    changed = {name: before[name] for name in ("amount_refunded", "refunded") if before[name] != shown[name]}
    emit(state, "charge.refunded", charge, changed)
    if not charge["captured"]:
        end_intent(state, intent, None)
    if card.refund == "failed":
        state.at(refund, state.now_for(refund) + 1, "refund.fail")
    return refund


def fail(state: State, refund: Object, due: int) -> None:
    """The test card whose refunds come back."""
    if refund["status"] != "succeeded":
        return
    before = snapshot(state, refund)
    charge = state.edit(state.get("charge", refund["charge"]))
    charge["amount_refunded"] -= refund["amount"]
    charge["refunded"] = False
    entry = enter(state, state.edit(refund), "refund_failure", refund["amount"], 0, "REFUND FAILURE")
    refund |= {
        "status": "failed",
        "failure_reason": "unknown",
        "failure_balance_transaction": entry["id"],
    }
    emit_update(state, "refund.updated", before, refund)
    emit(state, "refund.failed", refund)


def retrieve(call: Call) -> Object:
    """GET /v1/refunds/{refund}"""
    return call.fetch("refund", "refund")


def update(call: Call) -> Object:
    """POST /v1/refunds/{refund}"""
    refund = call.state.edit(call.fetch("refund", "refund"))
    before = snapshot(call.state, refund)
    if "metadata" in call.params:
        refund["metadata"] = merged(refund["metadata"], call.params["metadata"])
    emit_update(call.state, "refund.updated", before, refund)
    return refund


def cancel(call: Call) -> Object:
    """POST /v1/refunds/{refund}/cancel: only refunds that wait for the customer can be canceled, and there are none."""
    call.fetch("refund", "refund")
    raise invalid("You can only cancel a refund that requires action from the customer.")


def listing(call: Call) -> Object:
    """GET /v1/refunds"""
    for name in ("charge", "payment_intent"):
        if call.params.get(name):
            return page(call, "refund", index=name, value=call.params[name])
    return page(call, "refund")
