"""addPaymentMethod: attach what Stripe.js made."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AddPaymentMethodRequest:
    """`customer` is the operator's to give; a subscriber means themselves."""

    payment_method: str
    customer: str | None = None
    set_default: bool = True
    idempotency_key: str | None = None
