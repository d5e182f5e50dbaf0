"""How far typed rows were derived anew, so that one that was killed goes on."""

from dataclasses import dataclass

from sqlalchemy import BigInteger, Boolean, ColumnElement, Text, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, mapped_column

from db.accounts import Account
from db.base import TEXT, Base
from db.upsert import upsert


class Rederivation(Base):
    """One of a type that has begun and not ended."""

    __tablename__ = "rederivations"

    account: Mapped[str] = mapped_column(Text, primary_key=True)
    livemode: Mapped[bool] = mapped_column(Boolean, primary_key=True)
    type: Mapped[str] = mapped_column(Text, primary_key=True)
    basis: Mapped[str] = mapped_column(Text)
    """What the rows are made by: with another one they have to be made from the beginning."""
    reached: Mapped[str] = mapped_column(TEXT)
    objects: Mapped[int] = mapped_column(BigInteger)


@dataclass(frozen=True, slots=True)
class Reached:
    """The last id that is done, and how many objects are."""

    id: str
    objects: int


async def reached(connection: AsyncConnection, account: Account, type: str, basis: str) -> Reached | None:
    statement = select(Rederivation.reached, Rederivation.objects).where(
        *_own(account), Rederivation.type == type, Rederivation.basis == basis
    )
    row = (await connection.execute(statement)).one_or_none()
    return None if row is None else Reached(row.reached, row.objects)


async def keep(connection: AsyncConnection, account: Account, type: str, basis: str, now: Reached) -> None:
    row = {"account": account.id, "livemode": account.livemode, "type": type, "basis": basis}
    await upsert(connection, Rederivation, {**row, "reached": now.id, "objects": now.objects})


async def forget(connection: AsyncConnection, account: Account, types: list[str]) -> None:
    """They have ended."""
    await connection.execute(delete(Rederivation).where(*_own(account), Rederivation.type.in_(types)))


def _own(account: Account) -> tuple[ColumnElement[bool], ...]:
    return Rederivation.account == account.id, Rederivation.livemode == account.livemode
