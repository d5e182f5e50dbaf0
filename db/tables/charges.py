from typing import Any

from sqlalchemy.orm import Mapped

from db.columns import boolean, integer, json_text, reference, text
from db.tables.mirrored import Mirrored, listed_by


class Charge(Mirrored):
    __tablename__ = "charges"
    object_name = "charge"

    customer: Mapped[str | None] = reference("customer", to="customer")
    payment_intent: Mapped[str | None] = reference("payment_intent", to="payment_intent")
    payment_method: Mapped[str | None] = reference("payment_method", to="payment_method")
    amount: Mapped[int | None] = integer("amount")
    amount_captured: Mapped[int | None] = integer("amount_captured")
    amount_refunded: Mapped[int | None] = integer("amount_refunded")
    currency: Mapped[str | None] = text("currency")
    status: Mapped[str | None] = text("status")
    paid: Mapped[bool | None] = boolean("paid")
    captured: Mapped[bool | None] = boolean("captured")
    refunded: Mapped[bool | None] = boolean("refunded")
    disputed: Mapped[bool | None] = boolean("disputed")
    metadata_: Mapped[Any] = json_text("metadata", name="metadata")

    __table_args__ = (listed_by("charges"), listed_by("charges", "customer"))
