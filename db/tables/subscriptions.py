from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from db.columns import boolean, json_text, reference, text, timestamp
from db.tables.mirrored import Mirrored, listed_by


class Subscription(Mirrored):
    __tablename__ = "subscriptions"
    object_name = "subscription"

    customer: Mapped[str | None] = reference("customer", to="customer")
    status: Mapped[str | None] = text("status")
    collection_method: Mapped[str | None] = text("collection_method")
    cancel_at_period_end: Mapped[bool | None] = boolean("cancel_at_period_end")
    trial_end: Mapped[int | None] = timestamp("trial_end")
    ended_at: Mapped[int | None] = timestamp("ended_at")
    default_payment_method: Mapped[str | None] = reference("default_payment_method", to="payment_method")
    latest_invoice: Mapped[str | None] = reference("latest_invoice", to="invoice")
    discounts: Mapped[Any] = json_text("discounts")
    metadata_: Mapped[Any] = json_text("metadata", name="metadata")
    current_period_start: Mapped[int | None] = mapped_column(BigInteger)
    current_period_end: Mapped[int | None] = mapped_column(BigInteger)
    """Of the item whose period ends first; the door rolls it up from the items, where Stripe keeps it."""

    __table_args__ = (listed_by("subscriptions"), listed_by("subscriptions", "customer"))
