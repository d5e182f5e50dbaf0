"""Operations: what mutations set out to do, kept so that asking again, or a crash, never does a thing twice."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

import orjson
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    ColumnElement,
    Index,
    Select,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, mapped_column

from db.accounts import Account
from db.base import Base
from db.leases import LEASE_MS, database_ms
from db.upsert import insert


class OperationState(StrEnum):
    BEGUN = "begun"
    DONE = "done"
    NOT_SENT = "not_sent"
    """Closed, since what it was for was not carried out; it is never sent later unless its caller asks again."""


class OperationRow(Base):
    """One mutation of one caller under one idempotency key. Times are milliseconds since 1970, by the database's clock.

    The id derives from the rest of the identity, and Stripe's idempotency keys from the id: even a database that was
    set back does not do a thing twice.
    """

    __tablename__ = "operations"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    account: Mapped[str] = mapped_column(Text)
    livemode: Mapped[bool] = mapped_column(Boolean)
    caller: Mapped[str] = mapped_column(Text)
    mutation: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)
    input_hash: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    lease_owner: Mapped[str | None] = mapped_column(Text)
    lease_until: Mapped[int] = mapped_column(BigInteger)
    outcome: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    input: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What was asked for, so that it can be settled without its caller."""
    claims: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What the caller's token told besides who it is."""
    attempts: Mapped[int] = mapped_column(BigInteger, default=0)
    """How often it was tried in vain to settle it without its caller."""
    due: Mapped[int] = mapped_column(BigInteger, default=0)
    """Not to be settled without its caller before."""
    error: Mapped[str | None] = mapped_column(Text)
    """Why it is not settled yet."""
    created: Mapped[int] = mapped_column(BigInteger)
    updated: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (
        UniqueConstraint("account", "livemode", "caller", "mutation", "key"),
        Index("ix_operations_state", "account", "livemode", "state", "lease_until"),
    )


class StepRow(Base):
    """One call of an operation: written before it is sent, and its result as soon as it came."""

    __tablename__ = "operation_steps"

    operation: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    idempotency_key: Mapped[str] = mapped_column(Text)
    call: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """Method, path and parameters; None once it is certain that the call was not carried out."""
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What Stripe answered, without client secrets, and when it was true."""
    begun: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (Index("ix_operation_steps_begun", "begun"),)


@dataclass(frozen=True, slots=True)
class Identity:
    """What makes a mutation the same one when it is asked for again."""

    account: Account
    caller: str
    mutation: str
    key: str

    @property
    def operation(self) -> str:
        """Our id of the operation."""
        parts = [self.account.id, self.account.livemode, self.caller, self.mutation, self.key]
        return "op_" + hashlib.sha256(orjson.dumps(parts)).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Found:
    """An operation as it stands. `leased` tells whether somebody works on it now."""

    input_hash: str
    state: OperationState
    outcome: dict[str, Any] | None
    leased: bool


@dataclass(frozen=True, slots=True)
class FoundStep:
    name: str
    idempotency_key: str
    call: dict[str, Any] | None
    result: dict[str, Any] | None
    age_ms: int


@dataclass(frozen=True, slots=True)
class Kept:
    """What an operation is settled by when its caller is gone, as plain data: the request, and the token's claims."""

    input: dict[str, Any] | None = None
    claims: dict[str, Any] | None = None


NOTHING_KEPT = Kept()
FREE: Mapping[str, Any] = {"lease_owner": None, "lease_until": 0}


class LeaseLost(Exception):
    """Somebody else took the operation up, since this process was silent for too long."""


async def begin(
    connection: AsyncConnection, identity: Identity, input_hash: str, owner: str, kept: Kept = NOTHING_KEPT
) -> bool:
    """Write the operation and take its lease. False when there is one of that identity already."""
    statement = insert(connection, OperationRow).values(
        id=identity.operation,
        account=identity.account.id,
        livemode=identity.account.livemode,
        caller=identity.caller,
        mutation=identity.mutation,
        key=identity.key,
        input_hash=input_hash,
        input=kept.input,
        claims=kept.claims,
        state=OperationState.BEGUN,
        lease_owner=owner,
        lease_until=database_ms() + LEASE_MS,
        created=database_ms(),
        updated=database_ms(),
    )
    return bool((await connection.execute(statement.on_conflict_do_nothing())).rowcount)


async def find(connection: AsyncConnection, identity: Identity) -> Found | None:
    statement = select(
        OperationRow.input_hash,
        OperationRow.state,
        OperationRow.outcome,
        (OperationRow.lease_until > database_ms()).label("leased"),
    ).where(OperationRow.id == identity.operation)
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        return None
    return Found(row.input_hash, OperationState(row.state), row.outcome, row.leased)


async def take_up(connection: AsyncConnection, operation: str, owner: str, kept: Kept = NOTHING_KEPT) -> bool:
    """Take the lease of an unfinished operation that nobody works on. False when somebody was quicker."""
    asked = {} if kept.input is None else {"input": kept.input, "claims": kept.claims}
    return await _take(
        connection, operation, owner, OperationRow.state != OperationState.DONE, state=OperationState.BEGUN, **asked
    )


async def take_over(connection: AsyncConnection, operation: str, owner: str) -> bool:
    """Take the lease of a begun operation in its caller's stead. False when somebody was quicker."""
    return await _take(connection, operation, owner, OperationRow.state == OperationState.BEGUN)


async def renew(connection: AsyncConnection, operation: str, owner: str) -> None:
    """Raises LeaseLost, as everything below that writes for an owner."""
    await _write(connection, operation, owner, lease_until=database_ms() + LEASE_MS)


async def finish(connection: AsyncConnection, operation: str, owner: str, outcome: Mapping[str, Any]) -> None:
    await _write(connection, operation, owner, **FREE, state=OperationState.DONE, outcome=dict(outcome), error=None)


async def close_as_not_sent(connection: AsyncConnection, operation: str, owner: str) -> None:
    await _write(connection, operation, owner, **FREE, state=OperationState.NOT_SENT, error=None)


async def release(connection: AsyncConnection, operation: str, owner: str, error: str) -> None:
    """Leave the operation unfinished, for whoever asks next. `error` says why it is unfinished."""
    await _write(connection, operation, owner, **FREE, error=error)


async def forget(connection: AsyncConnection, operation: str, owner: str) -> None:
    """Undo `begin`, for an operation that was refused before any step of it was begun."""
    await renew(connection, operation, owner)
    await connection.execute(delete(OperationRow).where(OperationRow.id == operation))


async def steps(connection: AsyncConnection, operation: str) -> list[FoundStep]:
    statement = select(
        StepRow.name,
        StepRow.idempotency_key,
        StepRow.call,
        StepRow.result,
        (database_ms() - StepRow.begun).label("age_ms"),
    ).where(StepRow.operation == operation)
    rows = await connection.execute(statement)
    return [FoundStep(row.name, row.idempotency_key, row.call, row.result, row.age_ms) for row in rows]


async def begin_step(
    connection: AsyncConnection, operation: str, owner: str, name: str, idempotency_key: str, call: Mapping[str, Any]
) -> None:
    await renew(connection, operation, owner)
    statement = insert(connection, StepRow).values(
        operation=operation, name=name, idempotency_key=idempotency_key, call=dict(call), begun=database_ms()
    )
    changed = {column: statement.excluded[column] for column in ("idempotency_key", "call", "begun")}
    await connection.execute(statement.on_conflict_do_update(index_elements=["operation", "name"], set_=changed))


async def finish_step(
    connection: AsyncConnection, operation: str, owner: str, name: str, result: Mapping[str, Any]
) -> None:
    await renew(connection, operation, owner)
    await connection.execute(
        update(StepRow).where(StepRow.operation == operation, StepRow.name == name).values(result=dict(result))
    )


async def undo_step(connection: AsyncConnection, operation: str, owner: str, name: str, next_key: str) -> None:
    """Take back a step that certainly was not carried out. `next_key` is the idempotency key of its next beginning."""
    await renew(connection, operation, owner)
    await connection.execute(
        update(StepRow)
        .where(StepRow.operation == operation, StepRow.name == name)
        .values(call=None, idempotency_key=next_key)
    )


async def _take(
    connection: AsyncConnection, operation: str, owner: str, condition: ColumnElement[bool], **values: Any
) -> bool:
    statement = (
        update(OperationRow)
        .where(OperationRow.id == operation, condition, OperationRow.lease_until <= database_ms())
        .values(**values, lease_owner=owner, lease_until=database_ms() + LEASE_MS, updated=database_ms())
    )
    return bool((await connection.execute(statement)).rowcount)


async def _write(connection: AsyncConnection, operation: str, owner: str, **values: Any) -> None:
    statement = (
        update(OperationRow)
        .where(OperationRow.id == operation, OperationRow.lease_owner == owner)
        .values(**values, updated=database_ms())
    )
    if not (await connection.execute(statement)).rowcount:
        raise LeaseLost("Another process has taken this operation up.")


async def calls_of_the_last_second(connection: AsyncConnection, account: Account) -> int:
    """How many steps of operations any process has begun in it."""
    whose = {"account": account.id, "livemode": account.livemode}
    return await connection.scalar(_calls_of_the_last_second(), whose) or 0


@cache
def _calls_of_the_last_second() -> Select[int]:
    return (
        select(func.count())
        .select_from(StepRow)
        .join(OperationRow, OperationRow.id == StepRow.operation)
        .where(OperationRow.account == bindparam("account"), OperationRow.livemode == bindparam("livemode"))
        .where(StepRow.begun > database_ms() - 1_000)
    )
