"""charge: money taken now, off-session, on a payment method that is already there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from resolvers.money import Amount


@dataclass(frozen=True, slots=True)
class ChargeRequest:
    customer: str
    amount: Amount
    idempotency_key: str
    payment_method: str | None = None
    description: str | None = None
    statement_descriptor_suffix: str | None = None
    receipt_email: str | None = None
    capture: bool = True
    metadata: Mapping[str, Any] | None = None
