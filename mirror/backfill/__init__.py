"""Copies what Stripe lists into the mirror, whole or in parts, and goes on where it was after a kill."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncEngine

from db import syncs, watermarks
from db.syncs import Unfinished
from mirror.apply import Mirror
from mirror.backfill.alone import Alone, AlreadyRunning, Failed
from mirror.backfill.beginning import Beginning
from mirror.backfill.listing import Walk
from mirror.backfill.one_by_one import OneByOne
from mirror.backfill.patience import GivenUp, Say, persistently
from mirror.backfill.phases import phases
from mirror.backfill.progress import Progress
from mirror.backfill.run import Run, TakenOver
from mirror.backfill.vanished import Vanished
from mirror.catchup import NAME, CatchUp
from mirror.errors import Refused
from mirror.gateway import Gateway
from mirror.gateway.lists import COMES_WITH, LISTED, TABLE_NAMES
from mirror.gateway.pace import Pace

__all__ = ["AlreadyRunning", "Backfill", "Failed", "Pace", "Progress"]

ELSEWHERE_SECONDS = 1.0


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
        begun = await Beginning(self._engine, self._gateway, self._account, self._say).begin(types, since, scope)
        self._show(types, begun)
        run = Run(self._mirror, self._gateway, scope, self._owner, types, self.progress, self._say)
        self.progress.step = "listing"
        one_writer = self._engine.dialect.name == "sqlite"
        for phase, coming in phases(types):
            windows = [window for window in begun.windows if window.type in phase]
            walk = Walk(run, windows, coming=coming, concurrency=concurrency, one_writer=one_writer)
            await _alone_of_its_kind(walk.walk())
        one_by_one = OneByOne(self._engine, self._mirror, self.progress, self._say, concurrency)
        self.progress.step = "looking for what is gone at Stripe"
        vanished = Vanished(self._engine, self._account, types, began=begun.began, since=begun.since)
        self.progress.to_look_at = await persistently(vanished.count, self._say)
        await one_by_one.refresh(vanished.candidates(self._say), counted=True)
        whole = begun.since is None and types == LISTED.keys()
        self.progress.step = "fetching what others refer to"
        await one_by_one.fetch_missing(types, whole=whole)
        self.progress.step = "reading what happened meanwhile"
        await self._close_the_gap(begun, whole=whole)
        await persistently(lambda: self._finish(types, scope, complete=begun.since is None), self._say)
        self.progress.step = "done"

    def _show(self, types: frozenset[str], begun: Unfinished) -> None:
        for type in LISTED:
            if type in types:
                self.progress.begin_list(type, [window for window in begun.windows if window.type == type])

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
