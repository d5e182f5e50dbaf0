"""Payment intents as they begin and as they are called off."""

from typing import Any

from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.errors import ApiError, invalid
from sandbox.money import MAXIMUM, THREE_DECIMAL, digits, display, minimum
from sandbox.webhooks.events import emit

TYPES = ("card", "link")
NOT_POSITIVE = (
    "The amount must be greater than or equal to the minimum charge amount allowed for your account and the currency"
    " set (https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts).  If you want to save a Payment"
    " Method for future use without an immediate payment, use a Setup Intent instead:"
    " https://docs.stripe.com/payments/setup-intents"
)


def check_amount(amount: int, currency: str) -> None:
    """Refuses what no card can be charged. Raises ApiError 400."""
    if amount <= 0:
        raise invalid(NOT_POSITIVE, "amount", "parameter_invalid_integer")
    if amount < minimum(currency):
        raise too_small(currency)
    if amount > MAXIMUM:
        raise invalid(
            f"Amount must be no more than {display(MAXIMUM, currency)} {currency}", "amount", "amount_too_large"
        )
    if currency in THREE_DECIMAL and amount % 10:
        raise invalid(
            f"Invalid amount: amounts in {currency.upper()} must be evenly divisible by 10.", "amount", "invalid_amount"
        )
    if currency in ("isk", "ugx") and amount % 100:
        raise invalid(
            f"Invalid amount: amounts in {currency.upper()} must be evenly divisible by 100.",
            "amount",
            "invalid_amount",
        )


def too_small(currency: str) -> ApiError:
    """Below what Stripe charges in a currency."""
    lowest = display(minimum(currency), currency)
    suffix = "" if digits(currency) == 3 else f" {currency}"
    return invalid(f"Amount must be at least {lowest}{suffix}", "amount", "amount_too_small")


def build(state: State, amount: int, currency: str, customer: Object | None, **fields: Any) -> Object:
    """A new intent that waits for a payment method."""
    id = state.new_id("payment_intent")
    intent: Object = {
        "id": id,
        "object": "payment_intent",
        "allowed_payment_method_types": None,
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic",
        "client_secret": state.token(25, f"{id}_secret_"),
        "confirmation_method": "automatic",
        "created": state.now_for(customer) if customer else state.now(),
        "currency": currency,
        "customer": customer["id"] if customer else None,
        "customer_account": None,
        "description": None,
        "excluded_payment_method_types": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "managed_payments": {"enabled": False},
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {
            "card": {
                "installments": None,
                "mandate_options": None,
                "network": None,
                "request_three_d_secure": "automatic",
            },
            "link": {"persistent_token": None},
        },
        "payment_method_types": list(TYPES),
        "payment_record": None,
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "source": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
    } | fields
    if intent["automatic_payment_methods"]:
        intent["payment_method_configuration_details"] = {"id": state.payment_method_configuration, "parent": None}
    state.table("payment_intent").add(intent)
    emit(state, "payment_intent.created", intent)
    return intent


def end_intent(state: State, intent: Object, reason: str | None) -> None:
    """Cancels an intent; what was authorized is released."""
    state.edit(intent).update(
        status="canceled",
        canceled_at=state.now_for(intent),
        cancellation_reason=reason,
        amount_capturable=0,
        next_action=None,
    )
    for payment in state.table("invoice_payment").oldest_first("payment_intent", intent["id"]):
        if payment["status"] == "open":
            state.edit(payment)["status"] = "canceled"
            payment["status_transitions"]["canceled_at"] = intent["canceled_at"]
    charge = state.table("charge").get(intent["latest_charge"])
    if charge and charge["status"] == "succeeded" and not charge["captured"]:
        state.edit(charge).update(refunded=True, amount_refunded=charge["amount"])
        emit(state, "charge.expired" if reason == "automatic" else "charge.refunded", charge)
    emit(state, "payment_intent.canceled", intent)
