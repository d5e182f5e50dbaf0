from sqlalchemy.orm import Mapped

from db.columns import integer, reference, text
from db.tables.mirrored import Mirrored, listed_by


class PaymentIntent(Mirrored):
    __tablename__ = "payment_intents"
    object_name = "payment_intent"

    customer: Mapped[str | None] = reference("customer", to="customer")
    status: Mapped[str | None] = text("status")
    amount: Mapped[int | None] = integer("amount")
    currency: Mapped[str | None] = text("currency")
    latest_charge: Mapped[str | None] = reference("latest_charge", to="charge")
    payment_method: Mapped[str | None] = reference("payment_method", to="payment_method")

    __table_args__ = (listed_by("payment_intents", "customer"),)
