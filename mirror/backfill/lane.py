"""Put pages of lists away in the order in which they came, some at a time."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from db.syncs import Window
from mirror.apply import Also, Told, UnknownObject, read
from mirror.backfill.patience import persistently
from mirror.backfill.run import Run
from mirror.errors import NotFound, Refused
from mirror.gateway import Answer

log = structlog.get_logger()

WAITING_PAGES = 2
PAGES_AT_ONCE = 6
"""Put away in one transaction. What waits takes memory: a page of invoices is some megabytes."""


@dataclass(frozen=True, slots=True)
class Page:
    """`told` is made of the answer while the pages before it are put away; `moved` is how far its windows are then."""

    answer: Answer
    told: Told
    moved: tuple[Window, ...]


class Lane:
    """What of the pages was fetched waits here. `coming` are the types that are listed after these."""

    def __init__(self, run: Run, coming: frozenset[str]) -> None:
        self._run = run
        self._coming = coming
        self._fetched: asyncio.Queue[Page | None] = asyncio.Queue(WAITING_PAGES)

    async def put(self, page: Page) -> None:
        await self._fetched.put(page)

    async def end(self) -> None:
        """No more will come."""
        await self._fetched.put(None)

    async def put_away(self) -> None:
        """All that comes, to the end."""
        over = False
        while not over:
            pages = [await self._fetched.get()]
            while len(pages) < PAGES_AT_ONCE and not self._fetched.empty():
                pages.append(self._fetched.get_nowait())
                # Whoever waits for a place puts another page there.
                await asyncio.sleep(0)
            over = pages[-1] is None
            whole = [page for page in pages if page is not None]
            if whole:
                await self._settle(whole)

    async def _settle(self, pages: Sequence[Page]) -> None:
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
