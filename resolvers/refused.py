"""What Stripe refused, told to the caller: which of our codes it is, and how much of it may be told."""

from collections.abc import Mapping
from dataclasses import replace

from mirror.errors import AuthenticationRequired, CardDeclined, NotFound, Refused
from resolvers.context import Caller
from resolvers.outcome import Outcome, PaymentFailed, StripeErrorDetail, UserError, UserErrorCode

HIDDEN_DECLINES = frozenset(
    {
        "fraudulent",
        "highest_risk_level",
        "lost_card",
        "merchant_blacklist",
        "pickup_card",
        "restricted_card",
        "security_violation",
        "stolen_card",
    }
)
"""Decline codes that Stripe says not to tell card holders. https://docs.stripe.com/declines/codes"""
GENERIC_DECLINE = "generic_decline"
GENERIC_MESSAGE = "Your card was declined."

Paths = Mapping[str, tuple[str, ...]]
"""From the names of Stripe's parameters to paths into the input."""


def user_error(error: Refused, paths: Paths) -> UserError:
    """Codes decide, never the message."""
    refusal = error.refusal
    path = paths.get(refusal.param) if refusal.param else None
    detail = StripeErrorDetail(refusal.code, refusal.decline_code, refusal.param, refusal.request_id, refusal.doc_url)
    return UserError(_code(error, path), refusal.message, path, stripe=detail)


def _code(error: Refused, path: tuple[str, ...] | None) -> UserErrorCode:
    if isinstance(error, CardDeclined | AuthenticationRequired):
        return UserErrorCode.CARD_DECLINED
    if isinstance(error, NotFound):
        return UserErrorCode.NOT_FOUND
    if error.refusal.code == "resource_missing":
        return UserErrorCode.PAYMENT_METHOD_REQUIRED
    return UserErrorCode.INVALID_INPUT if path else UserErrorCode.STRIPE_REFUSED


def decline_code_for(caller: Caller, decline_code: str | None) -> str | None:
    """The decline code as the caller may read it."""
    return GENERIC_DECLINE if decline_code in HIDDEN_DECLINES and not caller.is_operator else decline_code


def for_caller(outcome: Outcome, caller: Caller) -> Outcome:
    """The outcome as the caller may read it."""
    payment = outcome.payment
    if isinstance(payment, PaymentFailed) and decline_code_for(caller, payment.decline_code) != payment.decline_code:
        code = None if payment.code in HIDDEN_DECLINES else payment.code
        payment = PaymentFailed(code, GENERIC_DECLINE, GENERIC_MESSAGE)
    return replace(outcome, payment=payment, errors=tuple(_error_for(caller, error) for error in outcome.errors))


def _error_for(caller: Caller, error: UserError) -> UserError:
    detail = error.stripe
    if detail is None or decline_code_for(caller, detail.decline_code) == detail.decline_code:
        return error
    # The page behind doc_url is the one about that decline code.
    told = replace(detail, decline_code=GENERIC_DECLINE, doc_url=None)
    return replace(error, message=GENERIC_MESSAGE, stripe=told)
