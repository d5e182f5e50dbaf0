"""addCoupon: a coupon on what the customer is subscribed to, or kept for the next subscribe."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AddCouponRequest:
    customer: str
    coupon: str
    subscription: str | None = None
    idempotency_key: str | None = None
