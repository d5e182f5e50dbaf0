"""One sync at a time on a database, and mutations of any process go first."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from db import leases, operations
from db.accounts import Account
from db.engine import reading
from db.outage import DATABASE_AWAY
from mirror.background import Background
from mirror.gateway.pace import Pace

log = structlog.get_logger()

LEASE = "sync"
RENEWAL_SECONDS = 3.0
LOOK_SECONDS = 0.2
SEEMS_TO_RUN = "Another sync seems to run on this database: looking whether it still does."


class Failed(Exception):
    """A sentence: why a sync ended, and what to do."""


class AlreadyRunning(Failed):
    """Another process is at it."""


class Alone:
    """The right of `owner` to sync an account's mirror, renewed for as long as it is held."""

    def __init__(self, engine: AsyncEngine, account: Account, owner: str) -> None:
        self._engine = engine
        self._account = account
        self._owner = owner

    @asynccontextmanager
    async def held(self, pace: Pace) -> AsyncIterator[None]:
        """Raises AlreadyRunning when somebody else holds it; what a killed process held is waited for."""
        await self._take()
        beside = Background()
        beside.start(self._renew(beside))
        beside.start(self._leave_mutations_their_share(beside, pace))
        try:
            yield
        finally:
            await beside.close()
            try:
                async with self._engine.begin() as connection:
                    await leases.let_go(connection, self._account, LEASE, self._owner)
            except (SQLAlchemyError, *DATABASE_AWAY) as error:
                log.warning("The sync's lease could not be let go; it runs out.", error=type(error).__name__)

    async def _take(self) -> None:
        first: int | None = None
        while not await self._hold():
            async with reading(self._engine).connect() as connection:
                until = await leases.held_until(connection, self._account, LEASE)
            if first is None:
                first = until
                log.info(SEEMS_TO_RUN)
            elif until is not None and until > first:
                raise AlreadyRunning("Another sync runs on this database: wait until it is done, or end it.")
            await asyncio.sleep(LOOK_SECONDS)

    async def _hold(self) -> bool:
        async with self._engine.begin() as connection:
            return await leases.hold(connection, self._account, LEASE, self._owner)

    async def _renew(self, beside: Background) -> None:
        while await beside.pause(RENEWAL_SECONDS):
            try:
                await self._hold()
            except (SQLAlchemyError, *DATABASE_AWAY) as error:
                log.warning("The sync's lease could not be renewed.", error=type(error).__name__)

    async def _leave_mutations_their_share(self, beside: Background, pace: Pace) -> None:
        going_on = True
        while going_on:
            try:
                async with reading(self._engine).connect() as connection:
                    pace.leave(await operations.calls_of_the_last_second(connection, self._account))
            except (SQLAlchemyError, *DATABASE_AWAY) as error:
                log.warning("Mutations could not be counted.", error=type(error).__name__)
            going_on = await beside.pause(LOOK_SECONDS)
