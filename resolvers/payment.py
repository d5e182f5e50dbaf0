"""How the money went, read from what Stripe says of the payment."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from mirror.errors import AUTHENTICATION_CODES, Refused, StripeError
from mirror.gateway import invoice_payments
from resolvers.operation import Operation
from resolvers.outcome import (
    IntentKind,
    PaymentActionRequired,
    PaymentAuthorized,
    PaymentFailed,
    PaymentOutcome,
    PaymentProcessing,
    PaymentSucceeded,
)


def of_intent(intent: Mapping[str, Any], *, hosted_invoice_url: str | None = None) -> PaymentOutcome:
    """`intent` is a payment intent as Stripe sends it, with its last charge expanded where there is one."""
    match intent["status"]:
        case "succeeded":
            return PaymentSucceeded(intent["amount_received"], intent["currency"])
        case "requires_capture":
            return PaymentAuthorized(intent["amount_capturable"], intent["currency"], _capture_before(intent))
        case "requires_action" | "requires_confirmation":
            return _action(intent, hosted_invoice_url)
        case "requires_payment_method":
            failure = intent.get("last_payment_error")
            if failure is None or failure.get("code") in AUTHENTICATION_CODES:
                return _action(intent, hosted_invoice_url)
            return PaymentFailed(failure.get("code"), failure.get("decline_code"), failure.get("message") or "")
        case "canceled":
            return PaymentFailed("canceled", None, "The payment was canceled.")
        case _:
            return PaymentProcessing(intent["id"])


async def of_invoice(operation: Operation, invoice: Mapping[str, Any]) -> PaymentOutcome | None:
    """How an invoice was paid, asked of Stripe. None where nothing asks for money, as on a draft."""
    paid = await operation.pages(invoice_payments.of(invoice=invoice["id"]))
    if invoice["status"] == "paid":
        return PaymentSucceeded(invoice["amount_paid"], invoice["currency"])
    intent = intent_of(paid)
    return None if intent is None else of_intent(intent, hosted_invoice_url=invoice.get("hosted_invoice_url"))


def intent_of(payments: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The payment intent of an invoice's default payment, from its invoice payments, newest first."""
    for payment in sorted(payments, key=lambda each: not each["is_default"]):
        intent = payment["payment"].get("payment_intent")
        if isinstance(intent, dict) and payment["status"] != "canceled":
            return intent
    return None


async def client_secret_of(operation: Operation, intent: Mapping[str, Any]) -> str:
    """Of a payment or setup intent. A recorded answer has none, so that it is asked for again."""
    secret = intent.get("client_secret")
    if secret is None:
        secret = (await operation.fetch(intent["object"], intent["id"])).data["client_secret"]
    return str(secret)


async def look_at_refusal(operation: Operation, error: Refused) -> dict[str, Any] | None:
    """Fetch what a refusal left behind, so that the mirror has it. The payment intent, where the error names one."""
    named = error.refusal.payment_intent
    try:
        if named is not None:
            return (await operation.fetch("payment_intent", named["id"])).data
        if error.refusal.charge is not None:
            await operation.fetch("charge", error.refusal.charge)
    except StripeError:
        # Its webhook will bring it. The outcome must not be lost over this.
        return named
    return None


def default_payment_method(customer: Mapping[str, Any]) -> str | None:
    """What a customer pays with when nothing else is said: a payment method, or a source of older integrations."""
    return id_of(customer["invoice_settings"]["default_payment_method"]) or id_of(customer.get("default_source"))


def id_of(reference: Any) -> str | None:
    """The id of an object, which Stripe sends as an id or, expanded, as the object."""
    found = reference["id"] if isinstance(reference, Mapping) else reference
    return found if isinstance(found, str) else None


def _action(intent: Mapping[str, Any], hosted_invoice_url: str | None) -> PaymentActionRequired:
    return PaymentActionRequired(IntentKind.PAYMENT, intent["id"], intent["client_secret"], hosted_invoice_url)


def _capture_before(intent: Mapping[str, Any]) -> datetime | None:
    charge = intent.get("latest_charge")
    details = (charge.get("payment_method_details") or {}) if isinstance(charge, Mapping) else {}
    until = (details.get("card") or {}).get("capture_before")
    return None if until is None else datetime.fromtimestamp(until, UTC)
