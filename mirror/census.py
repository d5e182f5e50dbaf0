"""What the mirror holds, counted."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CompoundSelect, Select, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.accounts import Account
from db.engine import reading
from db.tables import RESOURCES, Customer, Mirrored

QUICK_SECONDS = 0.25
"""Counting that takes no longer is done anew each time."""
REST = 20
"""Otherwise what was counted serves for this many times as long as counting took."""
TOLD_SUBSCRIBERS = 20


@dataclass(frozen=True, slots=True)
class Counted:
    """Of one resource: live rows, and when the stalest of them was known to be true (whole seconds, UTC)."""

    rows: int
    oldest_observed_at: int | None


@dataclass(frozen=True, slots=True)
class Counts:
    resources: Mapping[str, Counted]
    """By the name of the resource's table."""
    claimed_by_several: tuple[tuple[str, int], ...]
    """Subscribers that several live customers at Stripe name, with how many do; the first few."""


class Census:
    """Counts one account's rows. Among millions that takes seconds, so that figures may then be a little older."""

    def __init__(self, engine: AsyncEngine, account: Account) -> None:
        self._engine = engine
        self._account = account
        self._turn = asyncio.Lock()
        self._counts: Counts | None = None
        self._good_until = 0.0

    async def counts(self) -> Counts:
        async with self._turn:
            if self._counts is None or time.monotonic() >= self._good_until:
                begun = time.monotonic()
                async with reading(self._engine).connect() as connection:
                    self._counts = await self._count(connection)
                took = time.monotonic() - begun
                self._good_until = time.monotonic() + took * REST if took > QUICK_SECONDS else 0.0
        return self._counts

    async def _count(self, connection: AsyncConnection) -> Counts:
        rows = await connection.execute(self._of_resources())
        claimed = await connection.execute(self._claimed_by_several())
        return Counts(
            resources={name: Counted(count, oldest) for name, count, oldest in rows},
            claimed_by_several=tuple((subscriber, count) for subscriber, count in claimed),
        )

    def _of_resources(self) -> CompoundSelect[Any, Any, Any]:
        return union_all(*(self._of(table) for table in RESOURCES))

    def _of(self, table: type[Mirrored]) -> Select[Any, Any, Any]:
        return select(literal(table.__tablename__), func.count(), func.min(table.observed_at)).where(
            table.account == self._account.id, table.livemode == self._account.livemode, table.deleted.is_(False)
        )

    def _claimed_by_several(self) -> Select[Any, Any]:
        claims = func.count()
        return (
            select(Customer.claimed_subscriber, claims)
            .where(Customer.account == self._account.id, Customer.livemode == self._account.livemode)
            .where(Customer.claimed_subscriber.is_not(None), Customer.deleted.is_(False))
            .group_by(Customer.claimed_subscriber)
            .having(claims > 1)
            .order_by(Customer.claimed_subscriber)
            .limit(TOLD_SUBSCRIBERS)
        )
