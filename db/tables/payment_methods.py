from sqlalchemy.orm import Mapped

from db.columns import reference, text
from db.tables.mirrored import Mirrored, listed_by


class PaymentMethod(Mirrored):
    __tablename__ = "payment_methods"
    object_name = "payment_method"

    customer: Mapped[str | None] = reference("customer", to="customer")
    type: Mapped[str | None] = text("type")

    __table_args__ = (listed_by("payment_methods", "customer"),)
