"""Operations whose caller is gone: which are to be settled, and what is known of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.accounts import Account
from db.leases import database_ms
from db.operations import Kept, OperationRow, OperationState, StepRow


@dataclass(frozen=True, slots=True)
class Unsettled:
    """An operation as it stands, settled by now or not. `created` is whole seconds, UTC."""

    id: str
    caller: str
    mutation: str
    key: str
    kept: Kept
    state: OperationState
    outcome: dict[str, Any] | None
    leased: bool
    attempts: int
    error: str | None
    created: int


@dataclass(frozen=True, slots=True)
class Listed:
    """An operation, for people. Its steps are in the order in which they were begun."""

    id: str
    mutation: str
    state: OperationState
    leased: bool
    age_seconds: int
    attempts: int
    outcome: dict[str, Any] | None
    error: str | None
    steps: tuple[tuple[str, str], ...]
    """Names, and what is known: `done`, `sent` (its answer is not known), or `not done`."""


async def read(connection: AsyncConnection, account: Account, id: str) -> Unsettled | None:
    statement = select(OperationRow, _leased().label("leased")).where(*_owned(account), OperationRow.id == id)
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        return None
    return Unsettled(
        id=row.id,
        caller=row.caller,
        mutation=row.mutation,
        key=row.key,
        kept=Kept(row.input, row.claims),
        state=OperationState(row.state),
        outcome=row.outcome,
        leased=row.leased,
        attempts=row.attempts,
        error=row.error,
        created=row.created // 1000,
    )


async def due(connection: AsyncConnection, account: Account, *, limit: int) -> Sequence[str]:
    """Ids of begun operations that nobody works on and whose pause is over, those first that wait for longest."""
    statement = (
        select(OperationRow.id)
        .where(*_begun(account), OperationRow.lease_until <= database_ms(), OperationRow.due <= database_ms())
        .order_by(OperationRow.due, OperationRow.created, OperationRow.id)
        .limit(limit)
    )
    return (await connection.scalars(statement)).all()


async def begun(connection: AsyncConnection, account: Account) -> Sequence[str]:
    """Ids of all begun operations, also those that somebody works on, oldest first."""
    statement = select(OperationRow.id).where(*_begun(account)).order_by(OperationRow.created, OperationRow.id)
    return (await connection.scalars(statement)).all()


async def seconds_until_due(connection: AsyncConnection, account: Account) -> float | None:
    """Until the next begun operation may have to be settled. None where there is none."""
    free = case((OperationRow.lease_until > OperationRow.due, OperationRow.lease_until), else_=OperationRow.due)
    left = await connection.scalar(select(func.min(free) - database_ms()).where(*_begun(account)))
    return None if left is None else left / 1000


async def close_untouched(connection: AsyncConnection, account: Account, id: str) -> bool:
    """Close an operation as not sent that nobody works on and of which no step is begun. False for any other."""
    touched = select(StepRow.name).where(StepRow.operation == OperationRow.id, StepRow.call.is_not(None)).exists()
    statement = (
        update(OperationRow)
        .where(*_begun(account), OperationRow.id == id, OperationRow.lease_until <= database_ms(), ~touched)
        .values(state=OperationState.NOT_SENT, lease_owner=None, error=None, updated=database_ms())
    )
    return bool((await connection.execute(statement)).rowcount)


async def postpone(connection: AsyncConnection, account: Account, id: str, *, pause_ms: int, error: str | None) -> None:
    """After a try in vain. `error` is None where the reason is written there already."""
    told = {} if error is None else {"error": error}
    await connection.execute(
        update(OperationRow)
        .where(*_begun(account), OperationRow.id == id, OperationRow.lease_until <= database_ms())
        .values(**told, attempts=OperationRow.attempts + 1, due=database_ms() + pause_ms)
    )


async def listed(connection: AsyncConnection, account: Account, *, everything: bool, limit: int) -> list[Listed]:
    """The newest operations that are begun, or of whatever state, newest first."""
    statement = (
        select(OperationRow, _leased().label("leased"), (database_ms() - OperationRow.created).label("age_ms"))
        .where(*(_owned(account) if everything else _begun(account)))
        .order_by(OperationRow.created.desc(), OperationRow.id)
        .limit(limit)
    )
    rows = (await connection.execute(statement)).all()
    steps: dict[str, list[tuple[str, str]]] = {row.id: [] for row in rows}
    begun = (
        select(StepRow.operation, StepRow.name, StepRow.call.is_(None), StepRow.result.is_(None))
        .where(StepRow.operation.in_(list(steps)))
        .order_by(StepRow.begun, StepRow.name)
    )
    for operation, name, taken_back, unanswered in await connection.execute(begun):
        steps[operation].append((name, "not done" if taken_back else "sent" if unanswered else "done"))
    return [
        Listed(
            id=row.id,
            mutation=row.mutation,
            state=OperationState(row.state),
            leased=row.leased,
            age_seconds=max(row.age_ms, 0) // 1000,
            attempts=row.attempts,
            outcome=row.outcome,
            error=row.error,
            steps=tuple(steps[row.id]),
        )
        for row in rows
    ]


def _owned(account: Account) -> tuple[ColumnElement[bool], ...]:
    return OperationRow.account == account.id, OperationRow.livemode == account.livemode


def _begun(account: Account) -> tuple[ColumnElement[bool], ...]:
    return *_owned(account), OperationRow.state == OperationState.BEGUN


def _leased() -> ColumnElement[bool]:
    return OperationRow.lease_until > database_ms()
