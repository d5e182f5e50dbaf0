"""Events as they arrived, kept before anything is done with them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    Index,
    LargeBinary,
    Text,
    bindparam,
    cast,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, mapped_column

from db import given
from db.accounts import Account
from db.base import Base
from db.find import find
from db.leases import database_ms
from db.upsert import insert_into

BROUGHT = ("account", "livemode", "id", "type", "api_version", "created", "received_at", "body")
"""The columns that are known when an event comes."""


class EventState(StrEnum):
    PENDING = "pending"
    APPLIED = "applied"
    FAILED = "failed"


class InboxEvent(Base):
    """One event of Stripe's, once by its id.

    The body is kept as bytes, since text may hold what a database refuses; client secrets are taken out.
    """

    __tablename__ = "events"

    account: Mapped[str] = mapped_column(Text, primary_key=True)
    livemode: Mapped[bool] = mapped_column(Boolean, primary_key=True)
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    type: Mapped[str] = mapped_column(Text)
    api_version: Mapped[str | None] = mapped_column(Text)
    created: Mapped[int] = mapped_column(BigInteger)
    received_at: Mapped[int] = mapped_column(BigInteger)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(BigInteger)
    error: Mapped[str | None] = mapped_column(Text)
    due_at: Mapped[int | None] = mapped_column(BigInteger)
    """When a pending event may be taken up (milliseconds on the database's clock); NULL for all others."""

    __table_args__ = (
        Index("ix_events_state", "account", "livemode", "state", "created"),
        Index("ix_events_created", "account", "livemode", "created"),
        Index("ix_events_due", "account", "livemode", "due_at"),
    )


@dataclass(frozen=True, slots=True)
class Taken:
    """A pending event that somebody works on now."""

    id: str
    body: bytes
    attempts: int


def owned(account: Account) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return InboxEvent.account == account.id, InboxEvent.livemode == account.livemode


async def states(connection: AsyncConnection, account: Account, ids: Sequence[str]) -> dict[str, EventState]:
    """The states of those events that are stored."""
    found = await find(connection, account, InboxEvent, ("id", "state"), "id", ids)
    return {id: EventState(state) for id, state in found}


async def keep(connection: AsyncConnection, rows: Sequence[dict[str, Any]], *, pause_ms: int) -> int:
    """Store events as pending, to be taken up after a pause; how many of them were not here yet.

    `rows` have the columns that an event brings. Of what is here already nothing changes.
    """
    if not rows:
        return 0
    dialect = connection.dialect.name
    # Whoever stores several takes them in one order, so that no two wait for each other.
    inserted = sorted(rows, key=itemgetter("id"))
    parameters: Any = [{**row, "pause_ms": pause_ms} for row in inserted]
    if dialect == "postgresql":
        parameters = {name: [row[name] for row in inserted] for name in BROUGHT} | {"pause_ms": pause_ms}
    return (await connection.execute(_keeping(dialect), parameters)).rowcount


@cache
def _keeping(dialect: str) -> Any:
    columns = InboxEvent.__table__.c
    values: dict[str, Any] = {name: bindparam(name, type_=columns[name].type) for name in BROUGHT}
    if dialect == "postgresql":
        # All rows as one array for each column: otherwise each would be planned and executed on its own.
        arrays = (cast(bindparam(name, type_=ARRAY(plain := _plain(columns[name]))), ARRAY(plain)) for name in BROUGHT)
        rows = func.unnest(*arrays).table_valued(*BROUGHT, name="given").render_derived()
        values = {name: rows.c[name] for name in BROUGHT}
    values |= {
        "state": literal(EventState.PENDING.value, Text),
        "attempts": literal(0, BigInteger),
        "due_at": database_ms() + cast(bindparam("pause_ms"), BigInteger),
    }
    statement = insert_into(dialect, InboxEvent)
    statement = (
        statement.from_select(list(values), select(*values.values()).order_by(values["id"]))
        if dialect == "postgresql"
        else statement.values(values)
    )
    return statement.on_conflict_do_nothing()


def _plain(column: Any) -> Any:
    """The column's type without its collation, which an array does not take."""
    return Text() if isinstance(column.type, Text) else column.type


async def strangers(connection: AsyncConnection, account: Account, ids: Sequence[str]) -> set[str]:
    """Those of the ids under which no event is stored."""
    return set(ids) - (await states(connection, account, ids)).keys()


async def take(connection: AsyncConnection, account: Account, *, most: int, lease_ms: int) -> list[Taken]:
    """Pending events that are due, oldest first; nobody else takes them while the lease lasts."""
    due = (
        select(InboxEvent.id)
        .where(*owned(account), InboxEvent.due_at <= database_ms())
        .order_by(InboxEvent.due_at, InboxEvent.created)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    taken = await connection.execute(
        update(InboxEvent)
        .where(*owned(account), InboxEvent.id.in_(due.scalar_subquery()))
        .values(due_at=database_ms() + lease_ms)
        .returning(InboxEvent.id, InboxEvent.body, InboxEvent.attempts)
    )
    return [Taken(*row) for row in taken]


async def applied(connection: AsyncConnection, account: Account, ids: Sequence[str]) -> None:
    dialect = connection.dialect.name
    await connection.execute(_applying(dialect), given.owner(account) | given.values(dialect, ids))


@cache
def _applying(dialect: str) -> Any:
    values = {"state": EventState.APPLIED, "error": None, "due_at": None, "attempts": InboxEvent.attempts + 1}
    held = _held(given.among(dialect, InboxEvent.id))
    return update(InboxEvent).where(*given.owned(InboxEvent), InboxEvent.id.in_(held)).values(values)


def _held(which: ColumnElement[bool]) -> Any:
    """The ids of events, locked in one order: no two who hold several wait for each other."""
    return select(InboxEvent.id).where(*given.owned(InboxEvent), which).order_by(InboxEvent.id).with_for_update()


async def put_off(connection: AsyncConnection, account: Account, id: str, error: str, *, pause_ms: int) -> None:
    """Keep why an event could not be applied, and try again after a pause."""
    values = {"error": error, "due_at": database_ms() + pause_ms, "attempts": InboxEvent.attempts + 1}
    await connection.execute(update(InboxEvent).where(*owned(account), InboxEvent.id == id).values(values))


async def give_up(connection: AsyncConnection, account: Account, id: str, error: str) -> None:
    """Keep an event as failed; only a replay takes it up again."""
    values = {"state": EventState.FAILED, "error": error, "due_at": None, "attempts": InboxEvent.attempts + 1}
    await connection.execute(update(InboxEvent).where(*owned(account), InboxEvent.id == id).values(values))


async def replay(connection: AsyncConnection, account: Account, ids: Iterable[str] | None) -> list[str]:
    """Make events pending anew, due at once: the given ones whatever their state, or all that have failed."""
    dialect = connection.dialect.name
    which = InboxEvent.state == EventState.FAILED if ids is None else given.among(dialect, InboxEvent.id)
    values = {"state": EventState.PENDING, "attempts": 0, "due_at": database_ms()}
    these = (*given.owned(InboxEvent), InboxEvent.id.in_(_held(which)))
    statement = update(InboxEvent).where(*these).values(values).returning(InboxEvent.id)
    parameters = given.owner(account) | (given.values(dialect, ids) if ids is not None else {})
    return sorted(await connection.scalars(statement, parameters))


async def listed(
    connection: AsyncConnection, account: Account, states: Sequence[EventState], *, limit: int
) -> list[Any]:
    """Rows without bodies, the newest event first."""
    columns = (InboxEvent.id, InboxEvent.type, InboxEvent.created, InboxEvent.state, InboxEvent.attempts)
    statement = (
        select(*columns, InboxEvent.error)
        .where(*owned(account), InboxEvent.state.in_(states))
        .order_by(InboxEvent.created.desc(), InboxEvent.id)
        .limit(limit)
    )
    return list(await connection.execute(statement))
