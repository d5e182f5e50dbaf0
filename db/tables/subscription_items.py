from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from db.columns import integer, json_text, reference, timestamp
from db.tables.mirrored import Mirrored, listed_by


class SubscriptionItem(Mirrored):
    __tablename__ = "subscription_items"
    object_name = "subscription_item"

    subscription: Mapped[str | None] = reference("subscription", to="subscription")
    price: Mapped[str | None] = reference("price", to="price")
    quantity: Mapped[int | None] = integer("quantity")
    current_period_start: Mapped[int | None] = timestamp("current_period_start")
    current_period_end: Mapped[int | None] = timestamp("current_period_end")
    metadata_: Mapped[Any] = json_text("metadata", name="metadata")
    position: Mapped[int | None] = mapped_column(BigInteger)
    """Place in the subscription's list of items, from 0."""

    __table_args__ = (listed_by("subscription_items", "subscription"),)
