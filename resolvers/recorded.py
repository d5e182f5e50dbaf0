"""Outcomes as they are kept with their operation: plain JSON, and never a client secret."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from resolvers.outcome import (
    IntentKind,
    Outcome,
    PaymentActionRequired,
    PaymentAuthorized,
    PaymentFailed,
    PaymentOutcome,
    PaymentProcessing,
    PaymentSucceeded,
    StripeErrorDetail,
    UserError,
    UserErrorCode,
)

INTENT_TYPES: Mapping[IntentKind, str] = {IntentKind.PAYMENT: "payment_intent", IntentKind.SETUP: "setup_intent"}
KINDS: Mapping[str, type[PaymentOutcome]] = {
    "succeeded": PaymentSucceeded,
    "authorized": PaymentAuthorized,
    "action_required": PaymentActionRequired,
    "processing": PaymentProcessing,
    "failed": PaymentFailed,
}


def record(outcome: Outcome) -> dict[str, Any]:
    kept = asdict(replace(outcome, client_secret=None))
    if outcome.payment is not None:
        kept["payment"]["kind"] = next(name for name, kind in KINDS.items() if kind is type(outcome.payment))
        kept["payment"].pop("client_secret", None)
        if isinstance(outcome.payment, PaymentAuthorized) and outcome.payment.capture_before:
            kept["payment"]["capture_before"] = int(outcome.payment.capture_before.timestamp())
    return kept


def secret_needed(kept: Mapping[str, Any]) -> tuple[str, str] | None:
    """Type and id of the intent whose client secret the outcome shows; it is asked of Stripe again."""
    payment = kept["payment"]
    if payment and payment["kind"] == "action_required":
        return INTENT_TYPES[IntentKind(payment["intent"])], payment["intent_id"]
    return ("setup_intent", kept["setup_intent"]) if kept["setup_intent"] else None


def recall(kept: Mapping[str, Any], client_secret: str | None) -> Outcome:
    """The inverse of `record`. `client_secret` is that of the intent that `secret_needed` names."""
    payment = kept["payment"]
    fields = {name: value for name, value in kept.items() if name not in ("payment", "errors")}
    fields["subscriptions"] = tuple(kept["subscriptions"])
    fields["client_secret"] = client_secret if kept["setup_intent"] else None
    errors = tuple(_error(error) for error in kept["errors"])
    return Outcome(**fields, payment=_payment(payment, client_secret) if payment else None, errors=errors)


def _payment(kept: Mapping[str, Any], client_secret: str | None) -> PaymentOutcome:
    fields = {name: value for name, value in kept.items() if name != "kind"}
    kind = KINDS[kept["kind"]]
    if kind is PaymentActionRequired:
        fields |= {"intent": IntentKind(kept["intent"]), "client_secret": client_secret or ""}
    if kind is PaymentAuthorized and kept["capture_before"] is not None:
        fields["capture_before"] = datetime.fromtimestamp(kept["capture_before"], UTC)
    return kind(**fields)


def _error(kept: Mapping[str, Any]) -> UserError:
    path, detail = kept["path"], kept["stripe"]
    return UserError(
        code=UserErrorCode(kept["code"]),
        message=kept["message"],
        path=None if path is None else tuple(path),
        retryable=kept["retryable"],
        operation=kept["operation"],
        stripe=None if detail is None else StripeErrorDetail(**detail),
    )
