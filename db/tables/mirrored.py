"""What every typed table of the mirror has in common."""

from typing import ClassVar

from sqlalchemy import BigInteger, Boolean, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.base import TEXT, Base
from db.columns import at


class Mirrored(Base):
    """A typed projection of one kind of Stripe's objects; the whole JSON is in `objects`.

    Rows belong to one Stripe account and one mode. References are plain ids without foreign keys, since objects arrive
    in any order.
    """

    __abstract__ = True

    object_name: ClassVar[str]
    """The value of `object` in Stripe's JSON."""

    account: Mapped[str] = mapped_column(TEXT, primary_key=True)
    livemode: Mapped[bool] = mapped_column(Boolean, primary_key=True)
    id: Mapped[str] = mapped_column(TEXT, primary_key=True)
    created: Mapped[int] = mapped_column(
        BigInteger, info={"read": lambda stripe_object: at(stripe_object, "created") or 0}
    )
    deleted: Mapped[bool] = mapped_column(Boolean)
    observed_at: Mapped[int] = mapped_column(BigInteger)
    """Whole seconds, UTC: when this copy was last known to be true."""


def listed_by(table: str, *columns: str) -> Index:
    """The index behind a list: the columns that it is narrowed by, then newest first."""
    return Index(f"ix_{table}_{'_'.join(columns) or 'all'}", "account", "livemode", *columns, "created", "id")
