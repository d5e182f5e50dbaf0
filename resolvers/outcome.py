"""What a mutation comes to: ids of the objects to show, how the money went, and what was refused."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class UserErrorCode(StrEnum):
    INVALID_INPUT = "INVALID_INPUT"
    NOT_FOUND = "NOT_FOUND"
    CARD_DECLINED = "CARD_DECLINED"
    PAYMENT_METHOD_REQUIRED = "PAYMENT_METHOD_REQUIRED"
    ALREADY_SUBSCRIBED = "ALREADY_SUBSCRIBED"
    NOT_ALLOWED = "NOT_ALLOWED"
    NOTHING_TO_INVOICE = "NOTHING_TO_INVOICE"
    NOTHING_TO_DISCOUNT = "NOTHING_TO_DISCOUNT"
    INVALID_STATE = "INVALID_STATE"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    IN_PROGRESS = "IN_PROGRESS"
    RATE_LIMITED = "RATE_LIMITED"
    STRIPE_UNAVAILABLE = "STRIPE_UNAVAILABLE"
    STRIPE_REFUSED = "STRIPE_REFUSED"


@dataclass(frozen=True, slots=True)
class StripeErrorDetail:
    """What Stripe said, in its own codes."""

    code: str | None = None
    decline_code: str | None = None
    param: str | None = None
    request_id: str | None = None
    doc_url: str | None = None


@dataclass(frozen=True, slots=True)
class UserError:
    """Why a mutation was refused. `path` leads into the input as the contract spells it: ("items", "0", "price")."""

    code: UserErrorCode
    message: str
    path: tuple[str, ...] | None = None
    retryable: bool = False
    operation: str | None = None
    stripe: StripeErrorDetail | None = None


class IntentKind(StrEnum):
    PAYMENT = "PAYMENT"
    SETUP = "SETUP"


@dataclass(frozen=True, slots=True)
class PaymentSucceeded:
    """`amount` in minor units, `currency` as Stripe writes it: lower case."""

    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class PaymentAuthorized:
    """Held, to be captured later. `amount` in minor units; `capture_before` in UTC."""

    amount: int
    currency: str
    capture_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class PaymentActionRequired:
    """The customer has to act. `intent_id` is kept; the secret is not, and is asked of Stripe again on a replay."""

    intent: IntentKind
    intent_id: str
    client_secret: str
    hosted_invoice_url: str | None = None


@dataclass(frozen=True, slots=True)
class PaymentProcessing:
    payment_intent: str | None = None


@dataclass(frozen=True, slots=True)
class PaymentFailed:
    code: str | None
    decline_code: str | None
    message: str


PaymentOutcome = PaymentSucceeded | PaymentAuthorized | PaymentActionRequired | PaymentProcessing | PaymentFailed


@dataclass(frozen=True, slots=True)
class Outcome:
    """Ids of the mirrored objects that the payload shows, and the rest of the payload.

    With ALREADY_SUBSCRIBED among the errors, `subscription` is the one that stands in the way. `setup_intent` is the
    intent behind `client_secret`, which is never stored.
    """

    customer: str | None = None
    subscription: str | None = None
    subscriptions: tuple[str, ...] = ()
    invoice: str | None = None
    invoice_item: str | None = None
    charge: str | None = None
    payment_method: str | None = None
    setup_intent: str | None = None
    created: bool = False
    client_secret: str | None = None
    payment: PaymentOutcome | None = None
    errors: tuple[UserError, ...] = ()

    def with_payment(self, payment: PaymentOutcome | None) -> "Outcome":
        return replace(self, payment=payment)

    def of_operation(self, operation: str) -> "Outcome":
        """The same outcome with our id of the operation on each of its errors."""
        return replace(self, errors=tuple(replace(error, operation=operation) for error in self.errors))


class Rejected(Exception):
    """A verb says no. `outcome` is what the payload shows besides the error."""

    def __init__(self, error: UserError, outcome: Outcome | None = None) -> None:
        super().__init__(error.message)
        self.error = error
        self.outcome = replace(outcome or Outcome(), errors=(error,))
