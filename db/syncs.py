"""How far the syncs of a mirror have come: a sync that was killed goes on from here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Boolean, Text, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, mapped_column

from db.accounts import Account
from db.base import TEXT, Base
from db.upsert import upsert, upsert_many


class SyncRow(Base):
    """A sync that has begun and not ended. `scope` is what it was asked for: another one goes on beside it."""

    __tablename__ = "syncs"

    account: Mapped[str] = mapped_column(TEXT, primary_key=True)
    livemode: Mapped[bool] = mapped_column(Boolean, primary_key=True)
    scope: Mapped[str] = mapped_column(TEXT, primary_key=True)
    began: Mapped[int] = mapped_column(BigInteger)
    """Whole seconds, on Stripe's clock."""
    since: Mapped[int | None] = mapped_column(BigInteger)
    """Whole seconds, UTC: only what was created from then on is listed."""


class WindowRow(Base):
    """A stretch of a list: what was asked for at first, or split off from another one since."""

    __tablename__ = "sync_windows"

    account: Mapped[str] = mapped_column(TEXT, primary_key=True)
    livemode: Mapped[bool] = mapped_column(Boolean, primary_key=True)
    scope: Mapped[str] = mapped_column(TEXT, primary_key=True)
    type: Mapped[str] = mapped_column(TEXT, primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    test_clock: Mapped[str] = mapped_column(TEXT)
    earliest: Mapped[int] = mapped_column(BigInteger)
    latest: Mapped[int | None] = mapped_column(BigInteger)
    reached: Mapped[int | None] = mapped_column(BigInteger)
    after: Mapped[str | None] = mapped_column(Text)
    objects: Mapped[int] = mapped_column(BigInteger)
    done: Mapped[bool] = mapped_column(Boolean)


@dataclass(frozen=True, slots=True)
class Window:
    """What is left of a stretch of a list: created between two moments (whole seconds, UTC, both included).

    `after` is the object that was listed last, created at `reached`; `objects` were listed so far; `test_clock` is ""
    for what is on none.
    """

    type: str
    number: int
    test_clock: str = ""
    earliest: int = 0
    latest: int | None = None
    reached: int | None = None
    after: str | None = None
    objects: int = 0
    done: bool = False


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A sync as it was left."""

    began: int
    since: int | None
    windows: tuple[Window, ...]


async def unfinished(connection: AsyncConnection, account: Account, scope: str) -> Unfinished | None:
    found = (await connection.execute(select(SyncRow.began, SyncRow.since).where(*_own(SyncRow, account, scope)))).all()
    if not found:
        return None
    columns = [getattr(WindowRow, name) for name in Window.__dataclass_fields__]
    rows = await connection.execute(select(*columns).where(*_own(WindowRow, account, scope)))
    return Unfinished(found[0].began, found[0].since, tuple(Window(*row) for row in rows))


async def begin(
    connection: AsyncConnection, account: Account, scope: str, *, began: int, since: int | None
) -> Unfinished:
    """Begin anew, whatever was left of one of the same scope."""
    await end(connection, account, scope)
    await upsert(connection, SyncRow, {**_owner(account, scope), "began": began, "since": since})
    return Unfinished(began, since, ())


async def keep(connection: AsyncConnection, account: Account, scope: str, windows: Sequence[Window]) -> None:
    """Write how far windows have come; of one that is given several times, how far it is in the end."""
    latest = {(window.type, window.number): window for window in windows}
    rows = [
        {**_owner(account, scope), **{name: getattr(window, name) for name in Window.__dataclass_fields__}}
        for window in latest.values()
    ]
    await upsert_many(connection, WindowRow, rows)


async def end(connection: AsyncConnection, account: Account, scope: str) -> None:
    """Forget a sync and how far it came."""
    for table in (WindowRow, SyncRow):
        await connection.execute(delete(table).where(*_own(table, account, scope)))


def _owner(account: Account, scope: str) -> dict[str, Any]:
    return {"account": account.id, "livemode": account.livemode, "scope": scope}


def _own(table: type[SyncRow] | type[WindowRow], account: Account, scope: str) -> tuple[Any, ...]:
    return table.account == account.id, table.livemode == account.livemode, table.scope == scope
