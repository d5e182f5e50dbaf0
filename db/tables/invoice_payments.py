from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from db.columns import boolean, integer, reference, text
from db.tables.mirrored import Mirrored, listed_by


class InvoicePayment(Mirrored):
    __tablename__ = "invoice_payments"
    object_name = "invoice_payment"

    invoice: Mapped[str | None] = reference("invoice", to="invoice")
    payment_intent: Mapped[str | None] = reference("payment", "payment_intent", to="payment_intent")
    charge: Mapped[str | None] = reference("payment", "charge", to="charge")
    status: Mapped[str | None] = text("status")
    amount_requested: Mapped[int | None] = integer("amount_requested")
    amount_paid: Mapped[int | None] = integer("amount_paid")
    currency: Mapped[str | None] = text("currency")
    is_default: Mapped[bool | None] = boolean("is_default")

    __table_args__ = (
        listed_by("invoice_payments", "invoice"),
        Index("ix_invoice_payments_payment_intent", "account", "livemode", "payment_intent"),
        Index("ix_invoice_payments_charge", "account", "livemode", "charge"),
    )
