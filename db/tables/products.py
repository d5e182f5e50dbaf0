from typing import Any

from sqlalchemy.orm import Mapped

from db.columns import boolean, json_text, reference, text
from db.tables.mirrored import Mirrored, listed_by


class Product(Mirrored):
    __tablename__ = "products"
    object_name = "product"

    name: Mapped[str | None] = text("name")
    active: Mapped[bool | None] = boolean("active")
    default_price: Mapped[str | None] = reference("default_price", to="price")
    metadata_: Mapped[Any] = json_text("metadata", name="metadata")

    __table_args__ = (listed_by("products"),)
