"""The verbs of a subscription that exists: cancelSubscription and resumeSubscription."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CancelSubscriptionRequest:
    subscription: str
    immediately: bool = False
    comment: str | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class ResumeSubscriptionRequest:
    subscription: str
    idempotency_key: str | None = None
