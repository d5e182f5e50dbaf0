"""What objects refer to and the mirror lacks, looked for once in a while.

Whoever puts an object away fetches what it refers to soon afterwards, but may end before that, or Stripe may be away.
"""

from collections.abc import AsyncIterator
from uuid import uuid4

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from db import leases
from db.batches import reader
from db.engine import reading
from db.tables import RESOURCES
from mirror.apply import Mirror
from mirror.backfill.alone import LEASE as SYNC
from mirror.dangling import dangling
from mirror.referred import AT_ONCE
from mirror.stored import Key

log = structlog.get_logger()

NAME = "missing"
"""Of the lease."""
PATIENCE_SECONDS = 30.0
"""After the start, when much arrives that was missed."""
PAUSE_SECONDS = 6 * 3600.0
MOST = 1_000
TYPES = frozenset(table.object_name for table in RESOURCES)


class Missing:
    """One process of those that share a database looks at a time."""

    def __init__(self, engine: AsyncEngine, mirror: Mirror) -> None:
        self._engine = engine
        self._mirror = mirror
        self._account = mirror.account
        self._owner = uuid4().hex

    async def watch(self) -> None:
        """Soon after the start and every few hours, until the mirror closes."""
        pause = PATIENCE_SECONDS
        while await self._mirror.background.pause(pause):
            pause = PAUSE_SECONDS
            try:
                await self.fetch()
            except Exception as error:
                log.warning("Missing objects could not be looked for.", error=type(error).__name__)

    async def fetch(self) -> int:
        """Ask Stripe for what is missing, a thousand objects at most. How many came.

        Nothing is asked while another process does, or while a sync runs, which brings what seems to be missing.
        """
        async with reading(self._engine).connect() as connection:
            if await leases.is_held(connection, self._account, SYNC):
                return 0
        came = 0
        try:
            async for keys in _together(dangling(reader(self._engine), self._account, TYPES)):
                if self._mirror.background.closing or not await self._hold():
                    break
                came += len(keys) - len(await self._mirror.refresh_many(keys))
        finally:
            async with self._engine.begin() as connection:
                await leases.let_go(connection, self._account, NAME, self._owner)
        if came:
            log.info("Objects that others refer to were missing and have been fetched.", count=came)
        return came

    async def _hold(self) -> bool:
        async with self._engine.begin() as connection:
            return await leases.hold(connection, self._account, NAME, self._owner)


async def _together(keys: AsyncIterator[Key]) -> AsyncIterator[set[Key]]:
    """The first of them, in groups."""
    group: set[Key] = set()
    count = 0
    async for key in keys:
        count += key not in group
        group.add(key)
        if len(group) == AT_ONCE or count == MOST:
            yield group
            group = set()
        if count == MOST:
            return
    if group:
        yield group
