"""Walk along Stripe's lists and put their pages away."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from db import leases, syncs
from db.syncs import Window
from mirror.apply import Also, Mirror, Told, UnknownObject, read
from mirror.backfill.alone import LEASE
from mirror.backfill.patience import Say, persistently
from mirror.backfill.progress import Progress
from mirror.backfill.windows import Windows, created, rest_of
from mirror.errors import NotFound, Refused
from mirror.gateway import Answer, Gateway
from mirror.gateway.lists import LISTED, Listing, page_of

log = structlog.get_logger()

WAITING_PAGES = 10
PAGES_AT_ONCE = 10
"""Put away in one transaction."""
COMES_ANYWAY = {"data.payments": "invoice_payment"}
"""What is expanded and has a list of its own, by the type of that list."""


class TakenOver(Exception):
    """Another sync runs on this database now, since this one was silent for too long."""


@dataclass(frozen=True, slots=True)
class Run:
    """Which sync this is: of whose mirror, of what, and the right to write how far it has come."""

    mirror: Mirror
    gateway: Gateway
    scope: str
    owner: str
    types: frozenset[str]
    progress: Progress
    say: Say

    async def keep(self, connection: AsyncConnection, windows: Sequence[Window]) -> None:
        """Write how far windows have come. Raises TakenOver."""
        if not await leases.hold(connection, self.mirror.account, LEASE, self.owner):
            raise TakenOver
        await syncs.keep(connection, self.mirror.account, self.scope, windows)


@dataclass(frozen=True, slots=True)
class _Page:
    """`told` is made of the answer while the pages before it are put away."""

    answer: Answer
    told: Told
    moved: tuple[Window, ...]


class Walk:
    """Some windows walked to their ends: several workers fetch, and what they fetched is put away in order."""

    def __init__(self, run: Run, windows: Iterable[Window], *, coming: Collection[str], concurrency: int) -> None:
        """`coming` are the types that are listed after these, so that the door need not ask for them."""
        self._run = run
        self._windows = Windows(windows)
        self._coming = frozenset(coming)
        self._concurrency = concurrency
        self._fetched: asyncio.Queue[_Page | None] = asyncio.Queue(WAITING_PAGES)
        self._listings = {type: _without_what_comes(LISTED[type], run.types) for type in run.types}

    async def walk(self) -> None:
        async with asyncio.TaskGroup() as group:
            putting_away = group.create_task(self._put_away())
            async with asyncio.TaskGroup() as workers:
                for _ in range(self._concurrency):
                    workers.create_task(self._work())
            await self._fetched.put(None)
            await putting_away

    async def _work(self) -> None:
        while (window := await self._windows.take()) is not None:
            await self._walk(window)
            await self._windows.walked()

    async def _walk(self, window: Window) -> None:
        answer = await self._fetch(window)
        while True:
            rest = rest_of(window, answer.data)
            halves = None if rest.done else self._windows.cut(rest, answer.data)
            moved = (rest,) if halves is None else halves
            # The next page is on its way while this one waits to be put away.
            upcoming = None if rest.done else asyncio.create_task(self._fetch(moved[0]))
            try:
                page = _trimmed(answer, window, self._run.types)
                await self._fetched.put(_Page(page, read(page), moved))
                if halves is not None:
                    # Not before: what is walked must not be kept before that it is there.
                    await self._windows.offer(halves[1])
                if upcoming is None:
                    return
                window, answer = moved[0], await upcoming
            finally:
                if upcoming is not None and not upcoming.done():
                    upcoming.cancel()

    async def _fetch(self, window: Window) -> Answer:
        listing = self._listings[window.type]

        def ask(after: str | None, latest: int | None) -> Any:
            call = page_of(
                listing,
                earliest=window.earliest or None,
                latest=latest,
                after=after,
                test_clock=window.test_clock or None,
            )
            return persistently(lambda: self._run.gateway.send(call), self._run.say)

        try:
            answer: Answer = await ask(window.after, window.latest)
        except Refused as error:
            if window.after is None or error.refusal.param != "starting_after":
                raise
            # What was listed last is gone: what was made in the same second is listed again.
            answer = await ask(None, window.latest if window.reached is None else window.reached)
        return answer

    async def _put_away(self) -> None:
        over = False
        while not over:
            pages = [await self._fetched.get()]
            while len(pages) < PAGES_AT_ONCE and not self._fetched.empty():
                pages.append(self._fetched.get_nowait())
            over = pages[-1] is None
            whole = [page for page in pages if page is not None]
            if whole:
                await self._settle(whole)

    async def _settle(self, pages: Sequence[_Page]) -> None:
        run = self._run
        windows = [window for page in pages for window in page.moved]

        async def also(connection: AsyncConnection) -> None:
            await run.keep(connection, windows)

        try:
            await self._enter([page.told for page in pages], also)
        except (UnknownObject, Refused):
            await self._settle_apart([page.answer for page in pages])
            await self._enter([], also)
        run.progress.moved(windows)

    async def _settle_apart(self, answers: Sequence[Answer]) -> None:
        """Something of them went away while the rest of it was asked for: the others are put away all the same."""
        for answer in answers:
            for member in answer.data["data"]:
                try:
                    await self._enter([read(replace(answer, data=member))])
                except (UnknownObject, NotFound):
                    continue
                except Refused as error:
                    self._run.progress.failed += 1
                    log.warning("An object could not be taken over.", type=member["object"], reason=str(error))

    async def _enter(self, pages: Sequence[Told], also: Also | None = None) -> None:
        await persistently(lambda: self._run.mirror.settle_lists(pages, also, coming=self._coming), self._run.say)


def _without_what_comes(listing: Listing, types: Collection[str]) -> Listing:
    return replace(
        listing, expand=tuple(each for each in listing.expand if COMES_ANYWAY.get(each) not in (types or frozenset()))
    )


def _trimmed(page: Answer, window: Window, types: Collection[str]) -> Answer:
    """Without what is too old, and without the payment methods of intents that a customer keeps: these are listed."""
    objects: list[dict[str, Any]] = page.data["data"]
    if not LISTED[window.type].by_created:
        objects = [each for each in objects if (created(each) or window.earliest) >= window.earliest]
    if window.type == "payment_intent" and "payment_method" in types:
        for each in objects:
            method = each.get("payment_method")
            if isinstance(method, dict) and method.get("customer"):
                each["payment_method"] = method["id"]
    return replace(page, data={**page.data, "data": objects})
