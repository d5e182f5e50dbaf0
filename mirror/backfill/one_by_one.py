"""Ask Stripe for single objects: what was in no list, and what others refer to."""

import asyncio
from collections.abc import AsyncIterator

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from mirror.apply import Mirror, UnknownObject
from mirror.backfill.patience import Say, persistently
from mirror.backfill.progress import Progress
from mirror.backfill.vanished import persistent_reader
from mirror.dangling import dangling
from mirror.errors import NotFetchable, Refused
from mirror.gateway.lists import COMES_WITH, LISTED
from mirror.stored import Key

log = structlog.get_logger()

REFERENCES = 1_000
"""So many missing objects are asked for one by one by a sync of some resources; a list is better for more."""


class OneByOne:
    """`concurrency` of them at a time."""

    def __init__(self, engine: AsyncEngine, mirror: Mirror, progress: Progress, say: Say, concurrency: int) -> None:
        self._engine = engine
        self._mirror = mirror
        self._progress = progress
        self._say = say
        self._concurrency = concurrency

    async def refresh(self, keys: AsyncIterator[Key], *, counted: bool) -> None:
        """Ask Stripe for objects, several side by side, never more of them known than are under way."""
        lock = asyncio.Lock()

        async def next_key() -> Key | None:
            async with lock:
                return await anext(keys, None)

        async def work() -> None:
            while (key := await persistently(next_key, self._say)) is not None:
                try:
                    await persistently(lambda key=key: self._mirror.refresh(*key), self._say)  # type: ignore[misc]
                except (UnknownObject, NotFetchable):
                    pass
                except Refused as error:
                    self._progress.failed += 1
                    log.warning("An object could not be fetched.", type=key.type, reason=error.refusal.message)
                if counted:
                    self._progress.looked_at += 1
                    self._progress.gone += 1

        async with asyncio.TaskGroup() as group:
            for _ in range(self._concurrency):
                group.create_task(work())

    async def fetch_missing(self, types: frozenset[str], *, whole: bool) -> None:
        parts = {part for part, owners in COMES_WITH.items() if types.intersection(owners)}
        too_many = False

        async def missing() -> AsyncIterator[Key]:
            nonlocal too_many
            count = 0
            async for key in dangling(persistent_reader(self._engine, self._say), self._mirror.account, types | parts):
                if not whole and key.type in LISTED and (count := count + 1) > REFERENCES:
                    too_many = True
                    return
                yield key

        await self.refresh(missing(), counted=False)
        if too_many:
            self._say(
                "Much of what these refer to is not here: run `stripe-graphql sync` without naming resources once."
            )
