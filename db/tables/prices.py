from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from db.columns import boolean, integer, json_text, reference, text
from db.tables.mirrored import Mirrored, listed_by


class Price(Mirrored):
    __tablename__ = "prices"
    object_name = "price"

    product: Mapped[str | None] = reference("product", to="product")
    active: Mapped[bool | None] = boolean("active")
    type: Mapped[str | None] = text("type")
    currency: Mapped[str | None] = text("currency")
    unit_amount: Mapped[int | None] = integer("unit_amount")
    lookup_key: Mapped[str | None] = text("lookup_key")
    metadata_: Mapped[Any] = json_text("metadata", name="metadata")

    __table_args__ = (
        listed_by("prices", "product"),
        Index("ix_prices_lookup_key", "account", "livemode", "lookup_key"),
    )
