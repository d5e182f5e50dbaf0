from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped

from db.columns import derived, integer, json_text, reference, text, timestamp
from db.tables.mirrored import Mirrored, listed_by


def _tax(invoice: Mapping[str, Any]) -> int | None:
    """Sum of the taxes in minor units, None while Stripe has not computed them."""
    taxes = invoice.get("total_taxes")
    return None if taxes is None else sum(tax["amount"] for tax in taxes)


class Invoice(Mirrored):
    __tablename__ = "invoices"
    object_name = "invoice"

    customer: Mapped[str | None] = reference("customer", to="customer")
    subscription: Mapped[str | None] = reference("parent", "subscription_details", "subscription", to="subscription")
    status: Mapped[str | None] = text("status")
    number: Mapped[str | None] = text("number")
    collection_method: Mapped[str | None] = text("collection_method")
    currency: Mapped[str | None] = text("currency")
    subtotal: Mapped[int | None] = integer("subtotal")
    tax: Mapped[int | None] = derived(BigInteger(), _tax)
    total: Mapped[int | None] = integer("total")
    amount_due: Mapped[int | None] = integer("amount_due")
    amount_paid: Mapped[int | None] = integer("amount_paid")
    amount_remaining: Mapped[int | None] = integer("amount_remaining")
    due_date: Mapped[int | None] = timestamp("due_date")
    finalized_at: Mapped[int | None] = timestamp("status_transitions", "finalized_at")
    hosted_invoice_url: Mapped[str | None] = text("hosted_invoice_url")
    discounts: Mapped[Any] = json_text("discounts")
    metadata_: Mapped[Any] = json_text("metadata", name="metadata")

    __table_args__ = (
        listed_by("invoices"),
        listed_by("invoices", "customer"),
        listed_by("invoices", "subscription"),
    )
