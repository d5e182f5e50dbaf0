"""Our names for the ways in which a call to Stripe fails.

StripeError
├── Unavailable              certainly nothing was carried out
│   └── RateLimited
├── Uncertain                it may have been carried out
│   └── IdempotencyConflict  another request with the same key is being carried out
├── Refused                  Stripe answered no
│   ├── CardDeclined
│   ├── AuthenticationRequired
│   ├── NotFound
│   └── IdempotencyMismatch  the key was used with other parameters
├── Misconfigured            a fault of ours: the key, or what it may do
└── NotFetchable             a type that Stripe has no way to retrieve
"""

from dataclasses import dataclass
from typing import Any

import stripe

AUTHENTICATION_CODES = frozenset(
    {
        "authentication_required",
        "invoice_payment_intent_requires_action",
        "subscription_payment_intent_requires_action",
    }
)


class StripeError(Exception):
    """A call to Stripe did not come to the answer that was asked for."""


class Unavailable(StripeError):
    """Certainly nothing was carried out: nothing was sent, or only a question was asked, or Stripe took it back."""


class RateLimited(Unavailable):
    """Stripe asked for fewer calls, and did not carry this one out."""


class Uncertain(StripeError):
    """Sent, and no answer that tells whether it was carried out: lost, too late, or a fault at Stripe (5xx).

    `replayed`: the fault is the answer that Stripe keeps for the idempotency key, so that repeating cannot help.
    """

    def __init__(self, message: str, *, replayed: bool = False) -> None:
        super().__init__(message)
        self.replayed = replayed


class IdempotencyConflict(Uncertain):
    """Another request with the same key is still being carried out."""


class Misconfigured(StripeError):
    """Stripe does not accept our secret key, or the key may not do this. Nothing was carried out."""


class NotFetchable(StripeError):
    """Objects of this type cannot be retrieved on their own."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What Stripe said with its no. `payment_intent` and `setup_intent` are the objects that the error names."""

    status: int
    message: str
    code: str | None = None
    decline_code: str | None = None
    param: str | None = None
    request_id: str | None = None
    doc_url: str | None = None
    payment_intent: dict[str, Any] | None = None
    setup_intent: dict[str, Any] | None = None
    charge: str | None = None


class Refused(StripeError):
    """Stripe understood and said no. Codes decide what it means, never the message."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code or str(refusal.status))
        self.refusal = refusal


class CardDeclined(Refused):
    """The card, or another payment method, did not pay."""


class AuthenticationRequired(Refused):
    """The bank wants to ask its customer first."""


class NotFound(Refused):
    """No such object: the one addressed, or the one that `refusal.param` refers to."""


class IdempotencyMismatch(Refused):
    """The idempotency key was used before with other parameters."""


def told(error: StripeError) -> str:
    """The error in a sentence that may be logged and kept: nothing of what Stripe said to people."""
    return type(error).__name__ if isinstance(error, Refused) else f"{type(error).__name__}: {error}"


def from_sdk(error: stripe.StripeError, *, writing: bool) -> StripeError:
    """Our name for the SDK's error. `writing` tells a request that changes something from a question."""
    status = error.http_status or 0
    body = error.json_body
    said = body.get("error") if isinstance(body, dict) else None
    if status in (401, 403):
        return Misconfigured(f"Stripe answered {status}: check STRIPE_SECRET_KEY and what that key may do.")
    if not isinstance(said, dict) or status >= 500 or status < 400:
        replayed = (error.headers or {}).get("idempotent-replayed") == "true"
        return (
            Uncertain(f"Stripe answered {status}.", replayed=replayed)
            if writing
            else Unavailable(f"Stripe answered {status}.")
        )
    refusal = _refusal(status, said, error.request_id)
    if status == 409 and refusal.code == "idempotency_key_in_use":
        return IdempotencyConflict("A request with the same idempotency key is still being carried out.")
    if status in (409, 429):
        return RateLimited(f"Stripe answered {status}.")
    if refusal.code in AUTHENTICATION_CODES:
        return AuthenticationRequired(refusal)
    if said.get("type") == "card_error":
        return CardDeclined(refusal)
    if said.get("type") == "idempotency_error":
        return IdempotencyMismatch(refusal)
    # Without a param, resource_missing speaks of something that is not there at all, such as a payment method.
    if status == 404 or (refusal.code == "resource_missing" and refusal.param is not None):
        return NotFound(refusal)
    return Refused(refusal)


def _refusal(status: int, said: dict[str, Any], request_id: str | None) -> Refusal:
    charge = said.get("charge")
    return Refusal(
        status=status,
        message=str(said.get("message") or "Stripe refused the request."),
        code=said.get("code"),
        decline_code=said.get("decline_code"),
        param=said.get("param"),
        request_id=request_id,
        doc_url=said.get("doc_url"),
        payment_intent=said.get("payment_intent"),
        setup_intent=said.get("setup_intent"),
        charge=charge if isinstance(charge, str) else None,
    )
