"""Reads the events of Stripe's own list, so that a webhook that never came is healed without anyone noticing."""

import time
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from db import inbox, leases, watermarks
from mirror.apply import Mirror
from mirror.events import Inbox
from mirror.gateway import Gateway

log = structlog.get_logger()

NAME = "catch-up"
"""Of the lease, and of the moment up to which events were read."""
GAP = "gap"
"""Of the moment at which it was found that Stripe does not list all events any more that were missed."""
MISSED = "missed"
"""Of the moment at which events were last found that should have come by webhook."""
PAUSE_SECONDS = 180.0
SOON_SECONDS = 5.0
"""Before another try where a reading failed or another process reads: that one may have been killed amid it."""
OVERLAP_SECONDS = 600
"""Stripe's list may lag behind, and clocks differ."""
LISTED_SECONDS = 30 * 86_400
"""As far back as Stripe lists events."""
WEBHOOK_SECONDS = 60
"""How long a webhook may take, while somebody listens."""


class CatchUp:
    """One process of those that share a database reads at a time; what it finds is put into the inbox."""

    def __init__(self, engine: AsyncEngine, gateway: Gateway, mirror: Mirror, inbox: Inbox) -> None:
        self._engine = engine
        self._gateway = gateway
        self._mirror = mirror
        self._inbox = inbox
        self._account = mirror.account
        self._owner = uuid4().hex
        self._listening_since: int | None = None
        """On Stripe's clock: events that are younger could have come by webhook."""

    async def run(self) -> None:
        """At once and then every few minutes, until the mirror closes."""
        going_on = True
        while going_on:
            found = None
            try:
                found = await self.once()
            except Exception as error:
                log.warning("Stripe's events could not be read.", error=type(error).__name__)
            going_on = await self._mirror.background.pause(SOON_SECONDS if found is None else PAUSE_SECONDS)

    async def once(self, since: int | None = None) -> int | None:
        """Read the events since the last time. How many were not known, or None while another process reads.

        At least those since a moment (whole seconds, UTC), if given; without one and without a last time there are none
        to read. Raises the gateway's errors; what was read until then is kept, and read again next time.
        """
        if not await self._hold():
            return None
        try:
            return await self._read(since)
        finally:
            async with self._engine.begin() as connection:
                await leases.let_go(connection, self._account, NAME, self._owner)

    async def _read(self, since: int | None) -> int:
        async with self._engine.connect() as connection:
            read_to = await watermarks.read(connection, self._account, NAME)
        if read_to is None:
            # An account that was never read: what happened before is the business of a sync.
            read_to = int(time.time()) if since is None else since
        found, reached = 0, read_to
        first = True
        begin = read_to if since is None else min(read_to, since)
        async for page in self._gateway.events(begin - OVERLAP_SECONDS):
            if first:
                first, reached = False, page.seen.earliest
                await self._look_for_a_gap(read_to, reached)
            await self._look_for_missed(page.data["data"], reached)
            found += await self._inbox.keep_many(page.data["data"])
            if not await self._hold():
                return found
        self._listening_since = self._listening_since or reached
        async with self._engine.begin() as connection:
            await watermarks.write(connection, self._account, NAME, max(read_to, reached))
        if found:
            log.info("Events that had not come by webhook were found.", count=found)
        return found

    async def _hold(self) -> bool:
        async with self._engine.begin() as connection:
            return await leases.hold(connection, self._account, NAME, self._owner)

    async def _look_for_a_gap(self, read_to: int, now: int) -> None:
        """Keep that there is one until a sync heals it: nothing else can."""
        if now - read_to > LISTED_SECONDS:
            log.warning("The server was off for longer than Stripe lists events: run `stripe-graphql sync`.")
            async with self._engine.begin() as connection:
                await watermarks.write(connection, self._account, GAP, int(time.time()))

    async def _look_for_missed(self, events: Sequence[Mapping[str, Any]], now: int) -> None:
        since = self._listening_since
        due = [each["id"] for each in events if since is not None and since < each["created"] < now - WEBHOOK_SECONDS]
        if not due:
            return
        async with self._engine.begin() as connection:
            if await inbox.strangers(connection, self._account, due):
                await watermarks.write(connection, self._account, MISSED, int(time.time()))
