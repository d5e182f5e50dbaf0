"""Copies what Stripe lists into the mirror, whole or in parts, and goes on where it was after a kill."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from datetime import UTC, datetime
from uuid import uuid4

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from db import syncs, watermarks
from db.syncs import Unfinished, Window
from mirror.apply import Mirror, UnknownObject
from mirror.backfill.alone import Alone, AlreadyRunning, Failed
from mirror.backfill.listing import Walk
from mirror.backfill.patience import GivenUp, Say, persistently
from mirror.backfill.progress import Progress
from mirror.backfill.run import Run, TakenOver
from mirror.backfill.vanished import Vanished, persistent_reader
from mirror.catchup import LISTED_SECONDS, NAME, CatchUp
from mirror.dangling import dangling
from mirror.errors import Misconfigured, NotFetchable, Refused
from mirror.gateway import Gateway
from mirror.gateway.lists import COMES_WITH, LISTED, TABLE_NAMES, test_clocks
from mirror.gateway.pace import Pace
from mirror.stored import KEPT_WHEN_ABSENT, Key

__all__ = ["AlreadyRunning", "Backfill", "Failed", "Pace", "Progress"]

log = structlog.get_logger()

FOLLOWERS: dict[str, frozenset[str]] = {
    "customer": frozenset({"customer"}),
    "invoiceitem": frozenset({"invoiceitem"}),
    "invoice_payment": frozenset({"invoice_payments"}),
}
"""Types that others change without an event, and what the door asks for because of that.

They are listed when the others are in: what changed before is in their list, and what changes after it has an event
that is newer than the list of the others.
"""
ELSEWHERE_SECONDS = 1.0
MARGIN_SECONDS = 3_600
"""A sync that is nearly older than Stripe's list of events is begun anew."""
REFERENCES = 1_000
"""So many missing objects are asked for one by one by a sync of some resources; a list is better for more."""


class Backfill:
    """One sync. `drain` applies the stored events that are due, some at a time; how many those were."""

    def __init__(
        self,
        engine: AsyncEngine,
        gateway: Gateway,
        mirror: Mirror,
        catch_up: CatchUp,
        drain: Callable[[], Awaitable[int]],
        *,
        pace: Pace,
        say: Say,
    ) -> None:
        self._engine = engine
        self._gateway = gateway
        self._mirror = mirror
        self._account = mirror.account
        self._catch_up = catch_up
        self._drain = drain
        self._pace = pace
        self._say = say
        self._owner = uuid4().hex
        self.progress = Progress()

    async def run(
        self, types: Sequence[str] = (), *, since: int | None = None, scope: str = "", concurrency: int = 8
    ) -> None:
        """List the types, all without any; only what was created since a moment (whole seconds, UTC), if given.

        `scope` says in the words of who asked what is to be done, so that the same one goes on where it was. Raises
        AlreadyRunning, Failed, and Misconfigured when Stripe does not take the key.
        """
        wanted = frozenset(types or LISTED)
        async with Alone(self._engine, self._account, self._owner).held(self._pace):
            try:
                await self._run(wanted, since, scope, concurrency)
            except TakenOver:
                raise AlreadyRunning("Another sync has taken over, since this one was silent for too long.") from None
            except GivenUp as error:
                raise Failed(f"{error} The same command goes on where this one ended.") from None
            except Refused as error:
                raise Failed(f"Stripe refuses what a sync has to ask: {error.refusal.message}") from None

    async def _run(self, types: frozenset[str], since: int | None, scope: str, concurrency: int) -> None:
        begun = await self._begin(types, since, scope)
        run = Run(self._mirror, self._gateway, scope, self._owner, types, self.progress, self._say)
        self.progress.step = "listing"
        one_writer = self._engine.dialect.name == "sqlite"
        for phase, coming in _phases(types):
            windows = [window for window in begun.windows if window.type in phase]
            walk = Walk(run, windows, coming=coming, concurrency=concurrency, one_writer=one_writer)
            await _alone_of_its_kind(walk.walk())
        self.progress.step = "looking for what is gone at Stripe"
        vanished = Vanished(self._engine, self._account, types, began=begun.began, since=begun.since)
        self.progress.to_look_at = await persistently(vanished.count, self._say)
        await self._refresh(vanished.candidates(self._say), concurrency, counted=True)
        whole = begun.since is None and types == LISTED.keys()
        self.progress.step = "fetching what others refer to"
        await self._fetch_missing(types, concurrency, whole=whole)
        self.progress.step = "reading what happened meanwhile"
        await self._close_the_gap(begun, whole=whole)
        await persistently(lambda: self._finish(types, scope, complete=begun.since is None), self._say)
        self.progress.step = "done"

    async def _begin(self, types: frozenset[str], since: int | None, scope: str) -> Unfinished:
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
        for type in LISTED:
            if type in types:
                self.progress.begin_list(type, [window for window in begun.windows if window.type == type])
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

    async def _refresh(self, keys: AsyncIterator[Key], concurrency: int, *, counted: bool) -> None:
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
                    self.progress.failed += 1
                    log.warning("An object could not be fetched.", type=key.type, reason=error.refusal.message)
                if counted:
                    self.progress.looked_at += 1
                    self.progress.gone += 1

        async with asyncio.TaskGroup() as group:
            for _ in range(concurrency):
                group.create_task(work())

    async def _fetch_missing(self, types: frozenset[str], concurrency: int, *, whole: bool) -> None:
        parts = {part for part, owners in COMES_WITH.items() if types.intersection(owners)}
        too_many = False

        async def missing() -> AsyncIterator[Key]:
            nonlocal too_many
            count = 0
            async for key in dangling(persistent_reader(self._engine, self._say), self._account, types | parts):
                if not whole and key.type in LISTED and (count := count + 1) > REFERENCES:
                    too_many = True
                    return
                yield key

        await self._refresh(missing(), concurrency, counted=False)
        if too_many:
            self._say(
                "Much of what these refer to is not here: run `stripe-graphql sync` without naming resources once."
            )

    async def _close_the_gap(self, begun: Unfinished, *, whole: bool) -> None:
        async def read() -> bool:
            if whole:
                async with self._engine.begin() as connection:
                    read_to = await watermarks.read(connection, self._account, NAME)
                    if read_to is None or read_to < begun.began:
                        await watermarks.write(connection, self._account, NAME, begun.began)
            return await self._catch_up.once(since=begun.began) is not None

        while not await persistently(read, self._say):  # noqa: ASYNC110 – the other is another process
            # A server reads just now, perhaps since before this sync was done.
            await asyncio.sleep(ELSEWHERE_SECONDS)
        while await persistently(self._drain, self._say):
            pass

    async def _finish(self, types: frozenset[str], scope: str, *, complete: bool) -> None:
        nested = {part for part, owners in COMES_WITH.items() if types.issuperset(owners)}
        async with self._engine.begin() as connection:
            if complete:
                for type in sorted(types | nested):
                    name = f"sync:{TABLE_NAMES[type]}"
                    await watermarks.write(connection, self._account, name, int(time.time()))
            await syncs.end(connection, self._account, scope)


def _phases(types: Collection[str]) -> list[tuple[frozenset[str], frozenset[str]]]:
    """Which types are listed together, and what the door need not ask for since it is listed after them.

    First those that come inside of others too, and there without all of their fields.
    """
    first = frozenset(KEPT_WHEN_ABSENT).intersection(types)
    followers = frozenset(FOLLOWERS).intersection(types)
    coming = frozenset(question for type in followers for question in FOLLOWERS[type])
    return [(first, coming), (frozenset(types) - first - followers, coming), (followers, frozenset())]


async def _alone_of_its_kind(work: Awaitable[None]) -> None:
    """Of what several tasks raise together, the first that says why."""
    try:
        await work
    except BaseExceptionGroup as group:
        raise _first(group) from None


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
