from typing import Any

from sqlalchemy.orm import Mapped

from db.columns import integer, json_text, reference, text
from db.tables.mirrored import Mirrored, listed_by


class Refund(Mirrored):
    __tablename__ = "refunds"
    object_name = "refund"

    charge: Mapped[str | None] = reference("charge", to="charge")
    payment_intent: Mapped[str | None] = reference("payment_intent", to="payment_intent")
    amount: Mapped[int | None] = integer("amount")
    currency: Mapped[str | None] = text("currency")
    status: Mapped[str | None] = text("status")
    reason: Mapped[str | None] = text("reason")
    metadata_: Mapped[Any] = json_text("metadata", name="metadata")

    __table_args__ = (listed_by("refunds", "charge"),)
