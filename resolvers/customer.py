"""The customer's own verbs: getOrCreateCustomer and purgeCustomer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class GetOrCreateCustomerRequest:
    """`subscriber` and `metadata` are the operator's to give; a subscriber means themselves."""

    subscriber: str | None = None
    email: str | None = None
    name: str | None = None
    metadata: Mapping[str, Any] | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class PurgeCustomerRequest:
    customer: str
    idempotency_key: str | None = None
