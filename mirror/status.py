"""How fresh and complete the mirror is."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.accounts import Account
from db.engine import reading
from db.inbox import EventState, InboxEvent
from db.operations import OperationRow, OperationState
from db.tables import RESOURCES, Customer, Mirrored
from mirror.gateway import API_VERSION


@dataclass(frozen=True, slots=True)
class ResourceStatus:
    name: str
    rows: int
    oldest_observed_at: int | None
    """Whole seconds, UTC."""


@dataclass(frozen=True, slots=True)
class Status:
    """Moments are whole seconds, UTC."""

    api_version: str
    last_event_at: int | None
    events_pending: int
    events_failed: int
    operations_pending: int
    warnings: tuple[str, ...]
    resources: tuple[ResourceStatus, ...]


async def status(engine: AsyncEngine, account: Account) -> Status:
    async with reading(engine).connect() as connection:
        states = dict((await connection.execute(_events_by_state(account))).all())
        last_event_at = await connection.scalar(
            select(func.max(InboxEvent.created)).where(*_owned(InboxEvent, account))
        )
        return Status(
            api_version=API_VERSION,
            last_event_at=last_event_at,
            events_pending=states.get(EventState.PENDING, 0),
            events_failed=states.get(EventState.FAILED, 0),
            operations_pending=await connection.scalar(_open_operations(account)) or 0,
            warnings=(*await _other_versions(connection, account), *await _several_customers(connection, account)),
            resources=tuple([await _resource(connection, account, table) for table in RESOURCES]),
        )


def _owned(table: Any, account: Account) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return table.account == account.id, table.livemode == account.livemode


def _events_by_state(account: Account) -> Any:
    return select(InboxEvent.state, func.count()).where(*_owned(InboxEvent, account)).group_by(InboxEvent.state)


def _open_operations(account: Account) -> Any:
    begun = OperationRow.state == OperationState.BEGUN
    return select(func.count()).select_from(OperationRow).where(*_owned(OperationRow, account), begun)


async def _resource(connection: AsyncConnection, account: Account, table: type[Mirrored]) -> ResourceStatus:
    live = (*_owned(table, account), table.deleted.is_(False))
    row = (await connection.execute(select(func.count(), func.min(table.observed_at)).where(*live))).one()
    return ResourceStatus(table.__tablename__, row[0], row[1])


async def _other_versions(connection: AsyncConnection, account: Account) -> list[str]:
    statement = (
        select(InboxEvent.api_version)
        .where(*_owned(InboxEvent, account), InboxEvent.api_version.is_not(None), InboxEvent.api_version != API_VERSION)
        .distinct()
        .order_by(InboxEvent.api_version)
    )
    return [
        f"Events come in API version {version}, and each costs a call to Stripe: "
        f"set the webhook endpoint's version to {API_VERSION}."
        for version in await connection.scalars(statement)
    ]


async def _several_customers(connection: AsyncConnection, account: Account) -> list[str]:
    claims = func.count()
    statement = (
        select(Customer.claimed_subscriber, claims)
        .where(*_owned(Customer, account), Customer.claimed_subscriber.is_not(None), Customer.deleted.is_(False))
        .group_by(Customer.claimed_subscriber)
        .having(claims > 1)
        .order_by(Customer.claimed_subscriber)
        .limit(20)
    )
    return [
        f"Subscriber {subscriber} has {count} live customers at Stripe. The oldest is used: merge or delete the others."
        for subscriber, count in await connection.execute(statement)
    ]
