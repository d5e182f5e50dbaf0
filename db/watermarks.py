"""How far something has come that goes on after a restart."""

from sqlalchemy import BigInteger, Boolean, Text, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, mapped_column

from db.accounts import Account
from db.base import Base
from db.upsert import upsert

SYNC = "sync:"
"""Begins the name under which the end of a resource's last complete sync is kept; the name of its table follows."""


class Watermark(Base):
    """A moment (whole seconds, UTC) up to which something is known to be done."""

    __tablename__ = "watermarks"

    account: Mapped[str] = mapped_column(Text, primary_key=True)
    livemode: Mapped[bool] = mapped_column(Boolean, primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    moment: Mapped[int] = mapped_column(BigInteger)


async def read(connection: AsyncConnection, account: Account, name: str) -> int | None:
    statement = select(Watermark.moment).where(
        Watermark.account == account.id, Watermark.livemode == account.livemode, Watermark.name == name
    )
    return (await connection.scalars(statement)).one_or_none()


async def all_of(connection: AsyncConnection, account: Account) -> dict[str, int]:
    """Every moment by its name."""
    statement = select(Watermark.name, Watermark.moment).where(
        Watermark.account == account.id, Watermark.livemode == account.livemode
    )
    return dict((await connection.execute(statement)).all())


async def write(connection: AsyncConnection, account: Account, name: str, moment: int) -> None:
    row = {"account": account.id, "livemode": account.livemode, "name": name, "moment": moment}
    await upsert(connection, Watermark, row)
