"""The coupon that waits for the next subscribe. It lives in the customer's metadata, so that it survives a rebuild."""

from collections.abc import Mapping, Sequence
from typing import Any

from mirror.errors import NotFound
from mirror.gateway import customers
from resolvers.operation import Operation

PENDING_COUPON_KEY = "pending_coupon"


def pending_coupon_of(customer: Mapping[str, Any]) -> str | None:
    return (customer.get("metadata") or {}).get(PENDING_COUPON_KEY) or None


async def keep(operation: Operation, customer: str, coupon: str) -> None:
    await operation.step(
        "keep",
        customers.update(customer, {"metadata": {PENDING_COUPON_KEY: coupon}}),
        done=lambda seen: pending_coupon_of(seen) == coupon,
    )


async def use_up(operation: Operation, customer: str, discounts: Sequence[Mapping[str, str]]) -> None:
    """The coupon that waited at the customer is gone once a subscription was made with it."""
    if not operation.has_begun("use_up"):
        coupons = {discount["coupon"] for discount in discounts if "coupon" in discount}
        if not coupons or pending_coupon_of((await operation.fetch("customer", customer)).data) not in coupons:
            return
    await operation.step(
        "use_up",
        customers.update(customer, {"metadata": {PENDING_COUPON_KEY: ""}}),
        done=lambda seen: pending_coupon_of(seen) is None,
    )


async def redeemable(operation: Operation, coupon: str, *, currency: str | None = None) -> bool | None:
    """Whether Stripe would take the coupon now, for a subscription in that currency. None when there is none."""
    try:
        data = (await operation.fetch("coupon", coupon)).data
    except NotFound:
        return None
    return bool(data["valid"]) and (currency is None or data["currency"] in (None, currency))
