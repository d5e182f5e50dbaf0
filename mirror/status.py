"""How fresh and complete the mirror is."""

import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from db import watermarks
from db.accounts import Account
from db.engine import reading
from db.inbox import EventState, InboxEvent, owned
from db.leases import database_ms
from db.operations import OperationRow, OperationState
from db.tables import RESOURCES
from mirror import catchup
from mirror.census import Census
from mirror.gateway import API_VERSION
from mirror.warnings import MANY_TRIES, OPERATION_LATE_SECONDS, Facts, warnings

LATELY_SECONDS = 86_400
LATEST_EVENTS = 1_000
"""How many of the latest events are looked at for their API version."""


@dataclass(frozen=True, slots=True)
class ResourceStatus:
    """`rows` are live ones. Moments are whole seconds, UTC."""

    name: str
    rows: int
    oldest_observed_at: int | None
    sync_completed_at: int | None

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "rows": self.rows,
            "oldestObservedAt": self.oldest_observed_at,
            "syncCompletedAt": self.sync_completed_at,
        }


@dataclass(frozen=True, slots=True)
class Status:
    """Moments are whole seconds, UTC.

    `lag_seconds` is how long ago the oldest event happened that is stored and not applied yet, 0 where there is none.
    `caught_up_at` is the moment up to which Stripe's own list of events was read. `last_synced_at` is that of the
    resource whose last complete sync is longest ago, and None while one of them was never synced.
    """

    api_version: str
    last_event_at: int | None
    lag_seconds: int
    events_pending: int
    events_failed: int
    operations_pending: int
    caught_up_at: int | None
    last_synced_at: int | None
    warnings: tuple[str, ...]
    resources: tuple[ResourceStatus, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain data, named as people read it."""
        return {
            "apiVersion": self.api_version,
            "lastEventAt": self.last_event_at,
            "lagSeconds": self.lag_seconds,
            "eventsPending": self.events_pending,
            "eventsFailed": self.events_failed,
            "operationsPending": self.operations_pending,
            "caughtUpAt": self.caught_up_at,
            "lastSyncedAt": self.last_synced_at,
            "warnings": self.warnings,
            "resources": [each.as_json() for each in self.resources],
        }


async def status(engine: AsyncEngine, account: Account, census: Census) -> Status:
    """Cheap, but for counting rows: `census` says how old those figures may be."""
    counts = await census.counts()
    now = int(time.time())
    async with reading(engine).connect() as connection:
        moments = await watermarks.all_of(connection, account)
        states = dict((await connection.execute(_unapplied(account))).all())
        oldest_pending_at = await connection.scalar(_oldest_pending(account))
        last_event_at = await connection.scalar(select(func.max(InboxEvent.created)).where(*owned(account)))
        stuck = await connection.scalar(_stuck(account)) or 0
        versions = tuple(await connection.scalars(_other_versions(account, now)))
        pending, late = (await connection.execute(_open_operations(account))).one()
    resources = tuple(
        ResourceStatus(
            name=table.__tablename__,
            rows=counts.resources[table.__tablename__].rows,
            oldest_observed_at=counts.resources[table.__tablename__].oldest_observed_at,
            sync_completed_at=moments.get(f"{watermarks.SYNC}{table.__tablename__}"),
        )
        for table in RESOURCES
    )
    synced = [each.sync_completed_at for each in resources if each.sync_completed_at is not None]
    facts = Facts(
        now=now,
        rows=sum(each.rows for each in resources),
        never_synced=tuple(each.name for each in resources if each.sync_completed_at is None),
        oldest_sync_at=min(synced, default=None),
        caught_up_at=moments.get(catchup.NAME),
        gap_at=moments.get(catchup.GAP),
        missed_at=moments.get(catchup.MISSED),
        events_failed=states.get(EventState.FAILED, 0),
        events_stuck=stuck,
        operations_stuck=late or 0,
        other_versions=versions,
        claimed_by_several=counts.claimed_by_several,
    )
    return Status(
        api_version=API_VERSION,
        last_event_at=last_event_at,
        lag_seconds=0 if oldest_pending_at is None else max(0, now - oldest_pending_at),
        events_pending=states.get(EventState.PENDING, 0),
        events_failed=facts.events_failed,
        operations_pending=pending,
        caught_up_at=facts.caught_up_at,
        last_synced_at=None if facts.never_synced else facts.oldest_sync_at,
        warnings=warnings(facts),
        resources=resources,
    )


def _unapplied(account: Account) -> Any:
    # Those that are applied may be millions, and are not counted.
    waiting = InboxEvent.state.in_((EventState.PENDING, EventState.FAILED))
    return select(InboxEvent.state, func.count()).where(*owned(account), waiting).group_by(InboxEvent.state)


def _oldest_pending(account: Account) -> Any:
    return select(func.min(InboxEvent.created)).where(*owned(account), InboxEvent.state == EventState.PENDING)


def _stuck(account: Account) -> Any:
    stuck = InboxEvent.state == EventState.PENDING, InboxEvent.attempts >= MANY_TRIES
    return select(func.count()).select_from(InboxEvent).where(*owned(account), *stuck)


def _other_versions(account: Account, now: int) -> Any:
    latest = (
        select(InboxEvent.api_version, InboxEvent.received_at)
        .where(*owned(account))
        .order_by(InboxEvent.created.desc())
        .limit(LATEST_EVENTS)
        .subquery()
    )
    version = latest.c.api_version
    lately = latest.c.received_at > now - LATELY_SECONDS
    return select(version).where(lately, version.is_not(None), version != API_VERSION).distinct().order_by(version)


def _open_operations(account: Account) -> Any:
    # Whoever tries to settle one writes to it, so only its beginning tells how long it has been open.
    late = and_(
        OperationRow.created < database_ms() - OPERATION_LATE_SECONDS * 1_000, OperationRow.lease_until <= database_ms()
    )
    return (
        select(func.count(), func.count().filter(late))
        .select_from(OperationRow)
        .where(OperationRow.account == account.id, OperationRow.livemode == account.livemode)
        .where(OperationRow.state == OperationState.BEGUN)
    )
