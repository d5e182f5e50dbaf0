"""What is referred to and may not be here, fetched a little later."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Set

import structlog
from sqlalchemy.exc import SQLAlchemyError

from db.outage import DATABASE_AWAY
from mirror.background import Background, Worker
from mirror.deciding import Contended
from mirror.errors import Unavailable
from mirror.known import Known
from mirror.stored import Key

log = structlog.get_logger()

AT_ONCE = 64
PATIENCE_SECONDS = 2.0
"""How long a reference may point at nothing before its target is asked for: most arrive by themselves."""
LONGEST_PAUSE_SECONDS = 60.0
MOST = 10_000
"""That are remembered. What is beyond is found by the look that is taken once in a while (mirror/missing.py)."""


class Referred:
    """Fetches what is missing; what cannot be fetched while Stripe or the database is away is tried again."""

    def __init__(
        self,
        background: Background,
        look_up: Callable[[Set[Key]], Awaitable[Mapping[Key, Known | None]]],
        refresh_many: Callable[[Collection[Key]], Awaitable[Mapping[Key, Exception]]],
    ) -> None:
        self._background = background
        self._look_up = look_up
        self._refresh_many = refresh_many
        self._pauses: dict[Key, float] = {}
        """How long each waits this time."""
        self._due: dict[Key, float] = {}
        self._worker = Worker(background, self._fetch)

    def note(self, keys: Iterable[Key]) -> None:
        """Look, soon, whether these are here."""
        for key in keys:
            if key not in self._due and len(self._due) < MOST:
                self._wait(key, PATIENCE_SECONDS)
        if self._due:
            self._worker.wake()

    def _wait(self, key: Key, seconds: float) -> None:
        self._pauses[key] = seconds
        self._due[key] = asyncio.get_running_loop().time() + seconds

    async def _fetch(self) -> None:
        while self._due and await self._background.pause(PATIENCE_SECONDS):
            now = asyncio.get_running_loop().time()
            due = {key for key, moment in self._due.items() if moment <= now}
            if due:
                await self._fetch_missing(due)

    async def _fetch_missing(self, due: set[Key]) -> None:
        for key in due:
            # Whoever refers to it from now on may mean another look.
            del self._due[key]
        try:
            known = await self._look_up(due)
        except (SQLAlchemyError, *DATABASE_AWAY) as error:
            log.warning("References could not be looked up; they are looked up again.", error=type(error).__name__)
            self._try_again(due)
            return
        missing = sorted(key for key in due if known[key] is None)
        for first in range(0, len(missing), AT_ONCE):
            if self._background.closing:
                return
            failed = await self._refresh_many(missing[first : first + AT_ONCE])
            self._try_again(key for key, why in failed.items() if _passes(why))
        for key in due - self._due.keys():
            del self._pauses[key]

    def _try_again(self, keys: Iterable[Key]) -> None:
        for key in keys:
            self._wait(key, min(2 * self._pauses[key], LONGEST_PAUSE_SECONDS))


def _passes(why: Exception) -> bool:
    """Whether it is worth trying again."""
    return isinstance(why, (Unavailable, Contended, *DATABASE_AWAY))
