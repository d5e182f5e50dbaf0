from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from db.base import TEXT
from db.columns import boolean, integer, json_text, reference, text
from db.tables.mirrored import Mirrored, listed_by


class Customer(Mirrored):
    __tablename__ = "customers"
    object_name = "customer"

    email: Mapped[str | None] = text("email")
    name: Mapped[str | None] = text("name")
    currency: Mapped[str | None] = text("currency")
    balance: Mapped[int | None] = integer("balance")
    delinquent: Mapped[bool | None] = boolean("delinquent")
    default_payment_method: Mapped[str | None] = reference(
        "invoice_settings", "default_payment_method", to="payment_method"
    )
    discount: Mapped[str | None] = reference("discount", to="discount")
    metadata_: Mapped[Any] = json_text("metadata", name="metadata")
    claimed_subscriber: Mapped[str | None] = mapped_column(TEXT)
    """The subscriber id in Stripe's metadata; which key holds it is a setting, so the door writes it."""

    __table_args__ = (
        listed_by("customers"),
        Index("ix_customers_email", "account", "livemode", "email"),
        Index("ix_customers_claimed_subscriber", "account", "livemode", "claimed_subscriber"),
    )
