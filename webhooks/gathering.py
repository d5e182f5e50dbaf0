"""Stores events as they come, and applies them: each in groups, since commits and statements cost most.

While one group is stored the next gathers, and while one is applied the next does: the busier, the larger. What Stripe
has to be asked about goes its own way, so that nothing else waits for Stripe.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

import structlog

from db.outage import DATABASE_AWAY
from mirror.background import Worker
from mirror.events import Arrived, Inbox, Kept

log = structlog.get_logger()

AT_ONCE = 128
"""Events a group: more would keep queries waiting for the processor."""
MOST_BYTES = 64 * 1024 * 1024
"""Of bodies that wait to be stored."""
MOST_STORED = 1_024
"""Events that wait to be applied; beyond them nothing more is stored, and Stripe waits for its answers."""
FEW = 16
"""Events that are too few for a group where more are on their way: what a group costs hardly grows with it."""
GATHERING_SECONDS = 0.02
ASKING_SECONDS = 0.1
"""How long more gather, where there are few."""
MOST_ASKING = 1_024
"""Events that wait for Stripe's answers; those beyond are left to the drain."""


Told = TypeVar("Told")
Each = TypeVar("Each")


class Full(Exception):
    """Too much waits to be stored."""


class Gathering:
    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._arrived: deque[tuple[Arrived, asyncio.Future[None]]] = deque()
        self._bytes = 0
        self._storing = Worker(inbox.background, self._store)
        self._stored: deque[Kept] = deque()
        self._applying = Worker(inbox.background, self._apply)
        self._to_ask: deque[Kept] = deque()
        self._asking = Worker(inbox.background, self._ask)
        self._room = asyncio.Event()

    async def deliver(self, event: Mapping[str, Any], body: bytes) -> None:
        """Returns when the event is stored; it is applied next.

        Raises Full, and the database's errors, and then it need not be stored.
        """
        if self._bytes > MOST_BYTES:
            raise Full
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._arrived.append((Arrived(event, body), done))
        self._bytes += len(body)
        self._storing.wake()
        await done

    async def applied(self) -> None:
        """Returns when nothing is left of what was delivered, but for what is put off."""
        for worker in (self._storing, self._applying, self._asking):
            await worker.idle()

    async def _store(self) -> None:
        while self._arrived:
            while len(self._stored) > MOST_STORED:
                self._room.clear()
                await self._room.wait()
            group = _next(self._arrived)
            self._bytes -= sum(len(arrived.body) for arrived, _ in group)
            await self._store_group(group)

    async def _store_group(self, group: Sequence[tuple[Arrived, asyncio.Future[None]]]) -> None:
        try:
            self._stored += await self._inbox.store([arrived for arrived, _ in group])
        except Exception as error:
            if len(group) == 1 or isinstance(error, DATABASE_AWAY):
                for _, done in group:
                    _end(done, error)
            else:
                for each in group:
                    await self._store_group([each])
            return
        self._applying.wake()
        for _, done in group:
            _end(done)

    async def _apply(self) -> None:
        while self._stored:
            group = _next(self._stored)
            self._room.set()
            left = await self._tried(self._inbox.apply_without_asking, group) or []
            self._to_ask += left[: MOST_ASKING - len(self._to_ask)]
            if left:
                self._asking.wake()
            await _let_gather(self._stored, GATHERING_SECONDS)

    async def _ask(self) -> None:
        # At the end of the process they are left to the next one: Stripe may let each group wait.
        while self._to_ask and not self._inbox.background.closing:
            await self._tried(self._inbox.apply_asking, _next(self._to_ask))
            await _let_gather(self._to_ask, ASKING_SECONDS)

    async def _tried(self, apply: Callable[[Sequence[Kept]], Awaitable[Told]], group: list[Kept]) -> Told | None:
        try:
            return await apply(group)
        except Exception as error:
            # They are stored, and due again when their lease is over.
            log.warning("Stored events could not be applied yet.", error=type(error).__name__)
            return None


async def _let_gather(waiting: deque[Kept], seconds: float) -> None:
    if 0 < len(waiting) < FEW:
        await asyncio.sleep(seconds)


def _next(waiting: deque[Each]) -> list[Each]:
    return [waiting.popleft() for _ in range(min(AT_ONCE, len(waiting)))]


def _end(done: asyncio.Future[None], error: Exception | None = None) -> None:
    if done.done():
        return
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)
