"""subscribe: a new subscription, and how its first payment went."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

CollectionMethod = Literal["charge_automatically", "send_invoice"]


@dataclass(frozen=True, slots=True)
class SubscribeItem:
    price: str
    quantity: int | None = None
    metadata: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class SubscribeRequest:
    """`customer` is the operator's to give; a subscriber means themselves. `trial_end` is an aware datetime."""

    items: tuple[SubscribeItem, ...]
    idempotency_key: str
    customer: str | None = None
    default_payment_method: str | None = None
    promotion_code: str | None = None
    trial_period_days: int | None = None
    trial_end: datetime | None = None
    coupon: str | None = None
    collection_method: CollectionMethod | None = None
    days_until_due: int | None = None
    metadata: Mapping[str, Any] | None = None
    allow_duplicate: bool = False
