"""Refunds (https://docs.stripe.com/api/refunds)."""

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.calls import Call, merged
from sandbox.api.errors import ApiError, invalid
from sandbox.api.lists import page
from sandbox.api.parameters import PAGING, Choice, Integer, Metadata, Moments, Shape, Text, unsupported_names
from sandbox.api.views import snapshot
from sandbox.money import display
from sandbox.payments.balance_entries import book_refund
from sandbox.payments.payment_method_building import card_of
from sandbox.payments.refund_outcomes import tell
from sandbox.webhooks.events import emit

SECONDS_TO_SETTLE = 2

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
    dispute = state.table("dispute").get(charge["dispute"])
    if dispute is not None and not dispute["is_charge_refundable"]:
        raise ApiError(
            400, f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed"
        )
    if charge["refunded"] or left <= 0:
        raise ApiError(400, f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    amount = params.get("amount", left)
    if amount > left:
        raise invalid(
            f"Refund amount ({display(amount, charge['currency'])}) is greater than unrefunded amount on charge"
            f" ({display(left, charge['currency'])})",
            "amount",
        )
    if not charge["captured"] and amount != charge["amount"]:
        raise invalid(
            "You cannot partially refund an uncaptured charge. Instead, capture the charge for an amount less than the"
            " original amount.",
            "amount",
        )
    return make(state, charge, amount, params.get("reason"), merged({}, params.get("metadata")))


def charge_to_refund(call: Call) -> Object:
    """The captured charge that is named, or the one of the intent that is. Raises ApiError 400 or 404."""
    state, params = call.state, call.params
    intent = call.find("payment_intent", "payment_intent")
    if params.get("charge"):
        charge: Object | None = state.find("charge", params["charge"], "id", status=404)
    elif intent is not None:
        charge = state.table("charge").get(intent["latest_charge"])
    else:
        raise invalid("One of the following params should be provided for this request: payment_intent or charge.")
    paid_by = intent["id"] if intent is not None else charge["payment_intent"] if charge is not None else None
    if charge is None or charge["status"] != "succeeded":
        raise invalid(f"This PaymentIntent ({paid_by}) does not have a successful charge to refund.")
    if charge["payment_intent"] != paid_by:
        raise invalid(f"Charge {charge['id']} does not belong to PaymentIntent {paid_by}.", "charge")
    if not charge["captured"]:
        raise invalid(
            f"This uncaptured Charge was created by a PaymentIntent ({paid_by}). You must cancel the PaymentIntent to"
            " reverse the authorization instead of refunding the Charge directly. For more information, see"
            " https://stripe.com/docs/payments/place-a-hold-on-a-payment-method"
        )
    return charge


def make(state: State, charge: Object, amount: int, reason: str | None, metadata: dict[str, str]) -> Object:
    """Gives money back; what the card does with it comes a moment later."""
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
        "status": "succeeded",
        "transfer_reversal": None,
    }
    state.table("refund").add(refund)
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] >= charge["amount"]
    if card.refund == "pending":
        refund |= {"status": "pending", "pending_reason": "processing"}
        state.soon(refund, "refund.succeed", SECONDS_TO_SETTLE)
    else:
        book_refund(state, refund, charge)
    if card.refund == "failed":
        state.soon(refund, "refund.fail", SECONDS_TO_SETTLE)
    emit(state, "refund.created", refund)
    shown = snapshot(state, charge)
    changed = {name: before[name] for name in ("amount_refunded", "refunded") if before[name] != shown[name]}
    emit(state, "charge.refunded", charge, changed)
    return refund


def retrieve(call: Call) -> Object:
    """GET /v1/refunds/{refund}"""
    return call.fetch("refund", "refund")


def update(call: Call) -> Object:
    """POST /v1/refunds/{refund}"""
    refund = call.state.edit(call.fetch("refund", "refund"))
    before = snapshot(call.state, refund)
    if "metadata" in call.params:
        refund["metadata"] = merged(refund["metadata"], call.params["metadata"])
    tell(call.state, before, refund)
    return refund


def cancel(call: Call) -> Object:
    """POST /v1/refunds/{refund}/cancel: only for refunds that wait for the customer; those to cards never do."""
    call.fetch("refund", "refund")
    raise invalid("Canceling this refund is unsupported.")


def listing(call: Call) -> Object:
    """GET /v1/refunds"""
    params = call.params

    def matches(row: Object) -> bool:
        return all(row[name] == params[name] for name in ("charge", "payment_intent") if name in params)

    for name in ("charge", "payment_intent"):
        if params.get(name):
            return page(call, "refund", index=name, value=params[name], where=matches)
    return page(call, "refund", where=matches)
