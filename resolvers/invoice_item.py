"""addInvoiceItem: something to bill with the next invoice, or on a given draft."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from resolvers.money import Amount


@dataclass(frozen=True, slots=True)
class AddInvoiceItemRequest:
    """Exactly one of `amount` (negative is credit) and `price`."""

    customer: str
    idempotency_key: str
    amount: Amount | None = None
    price: str | None = None
    quantity: int | None = None
    description: str | None = None
    invoice: str | None = None
    subscription: str | None = None
    discountable: bool | None = None
    metadata: Mapping[str, Any] | None = None
