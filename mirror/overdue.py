"""Subscriptions whose period ended without word of a renewal: asked of Stripe once their leeway is over."""

import time

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import reading
from db.tables import Subscription
from mirror.apply import Mirror

log = structlog.get_logger()

PAUSE_SECONDS = 60.0
AT_ONCE = 100


class Overdue:
    """At a renewal Stripe's event comes after the period's end; crossing the leeway means that it may be lost."""

    def __init__(self, engine: AsyncEngine, mirror: Mirror, *, leeway_seconds: int) -> None:
        self._engine = engine
        self._mirror = mirror
        self._leeway = leeway_seconds

    async def watch(self) -> None:
        """Look every minute, for as long as the mirror is open."""
        going_on = True
        while going_on:
            try:
                await self.refetch(int(time.time()))
            except Exception as error:
                log.warning("overdue subscriptions could not be looked for", error=type(error).__name__)
            going_on = await self._mirror.background.pause(PAUSE_SECONDS)

    async def refetch(self, now: int) -> int:
        """Ask Stripe for each that has not been asked for since; how many those were. `now` in whole seconds, UTC."""
        ids = await self._overdue(now)
        for id in ids:
            try:
                await self._mirror.refresh("subscription", id)
            except Exception as error:
                log.warning("an overdue subscription could not be fetched", error=type(error).__name__)
        return len(ids)

    async def _overdue(self, now: int) -> list[str]:
        account = self._mirror.account
        over = Subscription.current_period_end + self._leeway
        statement = (
            select(Subscription.id)
            .where(Subscription.account == account.id, Subscription.livemode == account.livemode)
            .where(Subscription.deleted.is_(False), Subscription.status.in_(("active", "trialing")))
            .where(over <= now, Subscription.observed_at < over)
            .order_by(Subscription.current_period_end)
            .limit(AT_ONCE)
        )
        async with reading(self._engine).connect() as connection:
            return list(await connection.scalars(statement))
