"""Amounts as people write them, and as Stripe counts them."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount in the major unit, as a caller gave it: Decimal("10.00") and "USD"."""

    decimal: Decimal
    currency: str
