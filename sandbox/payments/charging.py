"""Charges as they come out of payment attempts, and their capture."""

from urllib.parse import quote

from sandbox.account.objects import Object, clone
from sandbox.account.state import State
from sandbox.api.views import snapshot
from sandbox.payments.balance_entries import book
from sandbox.payments.cards import Card, Decline
from sandbox.payments.payment_method_building import card_of, verify
from sandbox.timing.periods import DAY
from sandbox.webhooks.events import emit, emit_update

HOLD = 7 * DAY
SHOP = "SANDBOX"


def make_charge(
    state: State, intent: Object, method: Object, *, decline: Decline | None, captured: bool, authenticated: bool
) -> Object:
    """A succeeded, authorized or failed charge for the amount of an intent; the caller tells of the intent."""
    verify(state, method)
    card = card_of(method)
    now = state.now_for(intent)
    failed = decline is not None
    amount = intent["amount"]
    suffix = intent["statement_descriptor_suffix"]
    charge: Object = {
        "id": state.new_id("charge"),
        "object": "charge",
        "amount": amount,
        "amount_captured": amount if captured and not failed else 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": clone(method["billing_details"]),
        "calculated_statement_descriptor": f"{SHOP}* {suffix}" if suffix else SHOP,
        "captured": captured and not failed,
        "created": now,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "destination": None,
        "dispute": None,
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": decline.code if decline else None,
        "failure_message": decline.message if decline else None,
        "fraud_details": {},
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "on_behalf_of": None,
        "order": None,
        "outcome": outcome_of(card, decline),
        "paid": not failed,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {
            "card": details_of(card, method, amount, hold_until=None if captured else now + HOLD, asked=authenticated),
            "type": "card",
        },
        "radar_options": {},
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": intent["shipping"],
        "source": None,
        "source_transfer": None,
        "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": "failed" if failed else "succeeded",
        "transfer_data": None,
        "transfer_group": intent["transfer_group"],
    }
    if not failed:
        charge["receipt_url"] = f"{state.base_url}/sandbox/receipts/{quote(charge['id'])}"
    state.table("charge").add(charge)
    if captured and not failed and intent["capture_method"] == "automatic_async":
        state.soon(charge, "charge.settle")
    elif captured and not failed:
        book(state, charge)
    emit(state, "charge.failed" if failed else "charge.succeeded", charge)
    return charge


def settle_charge(state: State, charge: Object, due: int) -> None:
    """Asynchronous capture: the money moves a moment after the payment has succeeded."""
    before = snapshot(state, charge)
    book(state, state.edit(charge))
    emit_update(state, "charge.updated", before, charge)


def outcome_of(card: Card, decline: Decline | None) -> Object:
    """What the network and Radar said."""
    blocked = decline is not None and card.risk == "highest" and decline.reason == "fraudulent"
    if decline is None:
        status, reason, message, type = "approved_by_network", None, "Payment complete.", "authorized"
    elif blocked:
        status, reason, message, type = (
            "not_sent_to_network", "highest_risk_level", "Stripe blocked this payment as too risky.", "blocked",
        )  # fmt: skip
    else:
        status, reason = "declined_by_network", decline.reason
        message, type = f"The bank returned the decline code `{decline.reason}`.", "issuer_declined"
        if decline.reason == "generic_decline":
            message = "The bank did not return any further details with this decline."
    return {
        "advice_code": decline.advice_code if decline else None,
        "network_advice_code": None,
        "network_decline_code": decline.network_decline_code if decline else None,
        "network_status": status,
        "reason": reason,
        "risk_level": card.risk,
        "risk_score": {"normal": 20, "elevated": 65, "highest": 90}[card.risk],
        "seller_message": message,
        "type": type,
    }


def details_of(card: Card, method: Object, amount: int, *, hold_until: int | None, asked: bool) -> Object:
    """`payment_method_details.card`."""
    shown = method["card"]
    details: Object = {
        "amount_authorized": amount,
        "authorization_code": "424242",
        "brand": card.brand,
        "checks": dict(shown["checks"]),
        "country": card.country,
        "electronic_commerce_indicator": "05" if asked else None,
        "exp_month": shown["exp_month"],
        "exp_year": shown["exp_year"],
        "extended_authorization": {"status": "disabled"},
        "fingerprint": shown["fingerprint"],
        "funding": card.funding,
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "last4": card.last4,
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network": card.brand,
        "network_token": {"used": False},
        "network_transaction_id": "119528868122817",
        "overcapture": {"maximum_amount_capturable": amount, "status": "unavailable"},
        "regulated_status": "unregulated",
        "three_d_secure": authentication() if asked else None,
        "transaction_link_id": None,
        "wallet": None,
    }
    if hold_until is not None:
        details["capture_before"] = hold_until
    return details


def authentication() -> Object:
    """A passed 3-D Secure challenge."""
    return {
        "authentication_flow": "challenge",
        "electronic_commerce_indicator": "05",
        "exemption_indicator": None,
        "result": "authenticated",
        "result_reason": None,
        "transaction_id": "5a4a3a2a-0000-4000-8000-000000000000",
        "version": "2.2.0",
    }
