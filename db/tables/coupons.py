from sqlalchemy.orm import Mapped

from db.columns import boolean, integer, text
from db.tables.mirrored import Mirrored


class Coupon(Mirrored):
    __tablename__ = "coupons"
    object_name = "coupon"

    name: Mapped[str | None] = text("name")
    valid: Mapped[bool | None] = boolean("valid")
    amount_off: Mapped[int | None] = integer("amount_off")
    currency: Mapped[str | None] = text("currency")
