from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from db.columns import boolean, integer, json_text, reference, text, timestamp
from db.tables.mirrored import Mirrored, listed_by


class InvoiceItem(Mirrored):
    __tablename__ = "invoice_items"
    object_name = "invoiceitem"

    customer: Mapped[str | None] = reference("customer", to="customer")
    invoice: Mapped[str | None] = reference("invoice", to="invoice")
    subscription: Mapped[str | None] = reference("parent", "subscription_details", "subscription", to="subscription")
    amount: Mapped[int | None] = integer("amount")
    currency: Mapped[str | None] = text("currency")
    price: Mapped[str | None] = reference("pricing", "price_details", "price", to="price")
    quantity: Mapped[int | None] = integer("quantity")
    proration: Mapped[bool | None] = boolean("proration")
    date: Mapped[int | None] = timestamp("date")
    metadata_: Mapped[Any] = json_text("metadata", name="metadata")

    __table_args__ = (
        listed_by("invoice_items", "customer"),
        Index("ix_invoice_items_invoice", "account", "livemode", "invoice"),
    )
