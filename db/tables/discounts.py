from sqlalchemy.orm import Mapped

from db.columns import reference, timestamp
from db.tables.mirrored import Mirrored


class Discount(Mirrored):
    """Which of them a subscription or an invoice has now is said by the parent's own list of ids."""

    __tablename__ = "discounts"
    object_name = "discount"

    customer: Mapped[str | None] = reference("customer", to="customer")
    subscription: Mapped[str | None] = reference("subscription", to="subscription")
    coupon: Mapped[str | None] = reference("source", "coupon", to="coupon")
    promotion_code: Mapped[str | None] = reference("promotion_code", to="promotion_code")
    start: Mapped[int | None] = timestamp("start")
    end: Mapped[int | None] = timestamp("end")
