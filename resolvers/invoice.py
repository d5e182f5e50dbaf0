"""sendInvoice and payInvoice."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SendInvoiceRequest:
    customer: str
    idempotency_key: str
    subscription: str | None = None
    currency: str | None = None
    days_until_due: int = 30
    description: str | None = None
    pay_now: bool = False


@dataclass(frozen=True, slots=True)
class PayInvoiceRequest:
    invoice: str
    idempotency_key: str
    payment_method: str | None = None
