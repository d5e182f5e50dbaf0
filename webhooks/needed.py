"""Which events a webhook endpoint at Stripe has to send, and what an endpoint that is there lacks. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mirror.gateway import API_VERSION

NEEDED = (
    "charge.captured",
    "charge.dispute.closed",
    "charge.dispute.created",
    "charge.dispute.funds_reinstated",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.updated",
    "charge.expired",
    "charge.failed",
    "charge.pending",
    "charge.refund.updated",
    "charge.refunded",
    "charge.succeeded",
    "charge.updated",
    "coupon.created",
    "coupon.deleted",
    "coupon.updated",
    "customer.created",
    "customer.deleted",
    "customer.discount.created",
    "customer.discount.deleted",
    "customer.discount.updated",
    "customer.subscription.created",
    "customer.subscription.deleted",
    "customer.subscription.paused",
    "customer.subscription.pending_update_applied",
    "customer.subscription.pending_update_expired",
    "customer.subscription.resumed",
    "customer.subscription.trial_will_end",
    "customer.subscription.updated",
    "customer.updated",
    "invoice.created",
    "invoice.deleted",
    "invoice.finalization_failed",
    "invoice.finalized",
    "invoice.marked_uncollectible",
    "invoice.overdue",
    "invoice.overpaid",
    "invoice.paid",
    "invoice.payment_action_required",
    "invoice.payment_attempt_required",
    "invoice.payment_failed",
    "invoice.payment_succeeded",
    "invoice.sent",
    "invoice.updated",
    "invoice.voided",
    "invoice.will_be_due",
    "invoice_payment.paid",
    "invoiceitem.created",
    "invoiceitem.deleted",
    "payment_intent.amount_capturable_updated",
    "payment_intent.canceled",
    "payment_intent.created",
    "payment_intent.partially_funded",
    "payment_intent.payment_failed",
    "payment_intent.processing",
    "payment_intent.requires_action",
    "payment_intent.succeeded",
    "payment_method.attached",
    "payment_method.automatically_updated",
    "payment_method.detached",
    "payment_method.updated",
    "price.created",
    "price.deleted",
    "price.updated",
    "product.created",
    "product.deleted",
    "product.updated",
    "promotion_code.created",
    "promotion_code.updated",
    "refund.created",
    "refund.failed",
    "refund.updated",
)
"""Every event whose object is mirrored, and those about disputes, which change their charge."""
ALL = "*"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A webhook endpoint at Stripe, held against what is needed."""

    id: str
    url: str
    enabled: bool
    api_version: str | None
    """None is the account's own default."""
    sent: frozenset[str]

    @property
    def is_pinned(self) -> bool:
        return self.api_version == API_VERSION

    @property
    def missing(self) -> list[str]:
        return [] if self.sends_all else sorted(set(NEEDED) - self.sent)

    @property
    def superfluous(self) -> list[str]:
        return sorted(self.sent - {ALL, *NEEDED})

    @property
    def sends_all(self) -> bool:
        return ALL in self.sent

    @property
    def is_right(self) -> bool:
        return self.enabled and self.is_pinned and not self.missing


def endpoint_of(stripe_object: Mapping[str, Any]) -> Endpoint:
    events: Sequence[str] = stripe_object["enabled_events"]
    return Endpoint(
        id=stripe_object["id"],
        url=stripe_object["url"],
        enabled=stripe_object["status"] == "enabled",
        api_version=stripe_object["api_version"],
        sent=frozenset(events),
    )
