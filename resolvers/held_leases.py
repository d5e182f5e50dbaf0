"""What an operation holds while it is at work: itself, and what nobody else may change meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from sqlalchemy.exc import SQLAlchemyError

from db import leases, operations
from db.leases import LEASE_MS
from db.operations import LeaseLost
from resolvers.context import Services
from resolvers.outcome import Rejected, UserError, UserErrorCode

log = structlog.get_logger()

HEARTBEAT_SECONDS = LEASE_MS / 3000
PATIENCE_SECONDS = 5.0
"""How long a mutation waits for another one on the same customer."""


class HeldLeases:
    """The leases of one operation and one owner. Those of a process that died run out by themselves."""

    def __init__(self, services: Services, operation: str, owner: str) -> None:
        self._services = services
        self._operation = operation
        self._owner = owner
        self._names: set[str] = set()

    async def hold(self, name: str) -> None:
        """Raises Rejected with IN_PROGRESS when another operation does not let go of it in time."""
        loop = asyncio.get_running_loop()
        patience = loop.time() + min(PATIENCE_SECONDS, self._services.policy.stripe_timeout_seconds)
        while True:
            async with self._services.engine.begin() as connection:
                if await leases.hold(connection, self._services.account, name, self._operation):
                    self._names.add(name)
                    return
            if loop.time() > patience:
                sentence = "Another change for this customer is being carried out. Ask again in a moment."
                raise Rejected(UserError(UserErrorCode.IN_PROGRESS, sentence, retryable=True))
            await asyncio.sleep(0.1)

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Renew them as long as the block runs, and then let go of all but the operation's own."""
        heartbeat = asyncio.create_task(self._renew())
        try:
            yield
        finally:
            heartbeat.cancel()
            await asyncio.gather(heartbeat, return_exceptions=True)
            await self._let_go()

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            try:
                async with self._services.engine.begin() as connection:
                    await operations.renew(connection, self._operation, self._owner)
                    for name in sorted(self._names):
                        await leases.hold(connection, self._services.account, name, self._operation)
            except LeaseLost:
                return
            except (SQLAlchemyError, OSError) as error:
                log.warning("A lease could not be renewed.", operation=self._operation, error=type(error).__name__)

    async def _let_go(self) -> None:
        for name in sorted(self._names):
            try:
                async with self._services.engine.begin() as connection:
                    await leases.let_go(connection, self._services.account, name, self._operation)
            except (SQLAlchemyError, OSError) as error:
                log.warning("A lease could not be let go.", operation=self._operation, error=type(error).__name__)
