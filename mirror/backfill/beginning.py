"""Begin a sync, or take up the one that was left."""

from datetime import UTC, datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from db import syncs
from db.accounts import Account
from db.syncs import Unfinished, Window
from mirror.backfill.patience import Say, persistently
from mirror.catchup import LISTED_SECONDS
from mirror.errors import Misconfigured
from mirror.gateway import Gateway
from mirror.gateway.lists import LISTED, test_clocks

log = structlog.get_logger()

MARGIN_SECONDS = 3_600
"""A sync that is nearly older than Stripe's list of events is begun anew."""


class Beginning:
    """Of a sync of an account's mirror."""

    def __init__(self, engine: AsyncEngine, gateway: Gateway, account: Account, say: Say) -> None:
        self._engine = engine
        self._gateway = gateway
        self._account = account
        self._say = say

    async def begin(self, types: frozenset[str], since: int | None, scope: str) -> Unfinished:
        account = await persistently(self._gateway.account, self._say)
        # What was known before this second is older than every list; what is asked from now on is not.
        now = account.seen.earliest
        async with self._engine.begin() as connection:
            begun = await syncs.unfinished(connection, self._account, scope)
        if begun is not None and now - begun.began > LISTED_SECONDS - MARGIN_SECONDS:
            self._say("The last sync was left so long ago that Stripe does not list all events since: beginning anew.")
            begun = None
        if begun is not None:
            when = datetime.fromtimestamp(begun.began, UTC).strftime("%Y-%m-%d %H:%M UTC")
            objects = sum(window.objects for window in begun.windows)
            self._say(f"Going on with the sync that began on {when}: {objects:,} objects were listed.")
        else:
            windows = [Window(type, 0, earliest=since or 0) for type in sorted(types)]
            windows += await self._windows_on_test_clocks(types, since)
            async with self._engine.begin() as connection:
                await syncs.begin(connection, self._account, scope, began=now, since=since)
                await syncs.keep(connection, self._account, scope, windows)
            begun = Unfinished(now, since, tuple(windows))
        return begun

    async def _windows_on_test_clocks(self, types: frozenset[str], since: int | None) -> list[Window]:
        on_clocks = [type for type in sorted(types) if LISTED[type].by_test_clock]
        if self._account.livemode or not on_clocks:
            return []
        clocks: list[str] = []

        async def read() -> None:
            clocks.clear()
            async for page in self._gateway.pages(test_clocks()):
                clocks.extend(each["id"] for each in page.data["data"])

        try:
            await persistently(read, self._say)
        except Misconfigured:
            # A restricted key need not be allowed to see test clocks.
            log.warning("Test clocks cannot be listed with this key.")
        return [
            Window(type, number, test_clock=clock, earliest=since or 0)
            for type in on_clocks
            for number, clock in enumerate(clocks, start=1)
        ]
