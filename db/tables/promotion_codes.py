from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from db.columns import boolean, reference, text
from db.tables.mirrored import Mirrored


class PromotionCode(Mirrored):
    __tablename__ = "promotion_codes"
    object_name = "promotion_code"

    code: Mapped[str | None] = text("code")
    active: Mapped[bool | None] = boolean("active")
    coupon: Mapped[str | None] = reference("promotion", "coupon", to="coupon")
    customer: Mapped[str | None] = reference("customer", to="customer")

    __table_args__ = (Index("ix_promotion_codes_code", "account", "livemode", "code"),)
