from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, Boolean
from sqlalchemy.orm import Mapped, mapped_column

from db.columns import at, derived, integer, reference, text, timestamp
from db.tables.mirrored import Mirrored, listed_by


def _proration(line: Mapping[str, Any]) -> bool:
    """A line says it in whichever kind of parent it has."""
    parent = line.get("parent") or {}
    return bool(at(parent, "subscription_item_details", "proration") or at(parent, "invoice_item_details", "proration"))


class InvoiceLine(Mirrored):
    __tablename__ = "invoice_lines"
    object_name = "line_item"

    invoice: Mapped[str | None] = reference("invoice", to="invoice")
    amount: Mapped[int | None] = integer("amount")
    currency: Mapped[str | None] = text("currency")
    quantity: Mapped[int | None] = integer("quantity")
    price: Mapped[str | None] = reference("pricing", "price_details", "price", to="price")
    proration: Mapped[bool | None] = derived(Boolean(), _proration)
    period_start: Mapped[int | None] = timestamp("period", "start")
    period_end: Mapped[int | None] = timestamp("period", "end")
    position: Mapped[int | None] = mapped_column(BigInteger)
    """Place in the invoice's list of lines, from 0."""

    __table_args__ = (listed_by("invoice_lines", "invoice", "position"),)
