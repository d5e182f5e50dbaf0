"""Gathers events that come at the same time, since commits cost most: while some are stored, the next wait."""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from db.outage import DATABASE_AWAY
from mirror.events import LEASE_MS, Arrived, Inbox, Kept

log = structlog.get_logger()

AT_ONCE = 64
"""Events a transaction: more would keep queries waiting for the processor."""
MOST_BYTES = 64 * 1024 * 1024
"""Of bodies that wait to be stored."""
MOST_ASKING = 1
"""How many groups of events wait for Stripe's answers; what is beyond that is left to the drain, in larger groups."""
PATIENCE_SECONDS = 10.0
"""How long an answer waits for a stored event to be applied."""


class Full(Exception):
    """Too much waits to be stored."""


class Gathering:
    """Stores and applies what is delivered. One group is on its way to the database at a time."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._background = inbox.background
        self._waiting: deque[tuple[Arrived, asyncio.Future[None]]] = deque()
        self._bytes = 0
        self._storing = False
        self._asking = 0

    async def deliver(self, event: Mapping[str, Any], body: bytes) -> None:
        """Returns when the event is stored, and applied as far as that does not take long.

        Raises Full, and the database's errors, and then it need not be stored.
        """
        if self._bytes > MOST_BYTES:
            raise Full
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((Arrived(event, body), done))
        self._bytes += len(body)
        if not self._storing:
            self._storing = True
            self._background.start(self._store())
        await done

    async def _store(self) -> None:
        try:
            while self._waiting:
                group = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
                self._bytes -= sum(len(arrived.body) for arrived, _ in group)
                await self._receive(group)
        finally:
            self._storing = False

    async def _receive(self, group: Sequence[tuple[Arrived, asyncio.Future[None]]]) -> None:
        busy = self._asking >= MOST_ASKING
        try:
            left = await self._inbox.receive([arrived for arrived, _ in group], lease_ms=0 if busy else LEASE_MS)
        except Exception as error:
            if len(group) == 1 or isinstance(error, DATABASE_AWAY):
                for _, done in group:
                    _end(done, error)
            else:
                for each in group:
                    await self._receive([each])
            return
        by_id = {kept.event["id"]: kept for kept in left}
        slow = [done for arrived, done in group if arrived.event["id"] in by_id]
        for arrived, done in group:
            if busy or arrived.event["id"] not in by_id:
                _end(done)
        if left and not busy:
            self._asking += 1
            self._background.start(self._apply(left, slow))

    async def _apply(self, kept: Sequence[Kept], waiting: Sequence[asyncio.Future[None]]) -> None:
        patience = asyncio.get_running_loop().call_later(PATIENCE_SECONDS, _end_all, waiting)
        try:
            await self._inbox.apply(kept, have_to_ask=True)
        except Exception as error:
            # They are stored, and due again when their lease is over.
            log.warning("Stored events could not be applied yet.", error=type(error).__name__)
        finally:
            self._asking -= 1
            patience.cancel()
            _end_all(waiting)


def _end_all(waiting: Sequence[asyncio.Future[None]]) -> None:
    for done in waiting:
        _end(done)


def _end(done: asyncio.Future[None], error: Exception | None = None) -> None:
    if done.done():
        return
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)
