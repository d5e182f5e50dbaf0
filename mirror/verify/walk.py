"""Both lists of a resource side by side: Stripe's, newest first, and the rows here that Stripe does not list."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from db.accounts import Account
from db.engine import reading
from db.tables import InvoiceItem
from mirror.gateway import Gateway
from mirror.gateway.lists import Listing, page_of, test_clocks
from mirror.known import TABLES

WINDOW = 10_000
"""After so many listed objects, rows of the same time that were not among them are looked for."""
PAGE = 100
ROWS = 1_000

Page = list[dict[str, Any]]


async def listed(gateway: Gateway, account: Account, listing: Listing) -> AsyncIterator[Page]:
    """Everything that Stripe lists, newest first, a page at a time, what is on test clocks too."""
    clocks: list[str | None] = [None]
    if listing.by_test_clock and not account.livemode:
        clocks += [clock["id"] async for page in gateway.pages(test_clocks()) for clock in page.data["data"]]
    streams = [_objects(gateway, listing, clock) for clock in clocks]
    heads = [(stream, first) for stream in streams if (first := await anext(stream, None)) is not None]
    page: Page = []
    while heads:
        place = max(range(len(heads)), key=lambda place: moment_of(heads[place][1]))
        stream, newest = heads[place]
        page.append(newest)
        if (following := await anext(stream, None)) is None:
            del heads[place]
        else:
            heads[place] = stream, following
        if len(page) == PAGE or not heads:
            yield page
            page = []


async def _objects(gateway: Gateway, listing: Listing, test_clock: str | None) -> AsyncIterator[dict[str, Any]]:
    async for page in gateway.pages(page_of(listing, test_clock=test_clock)):
        for each in page.data["data"]:
            yield each


def moment_of(stripe_object: dict[str, Any]) -> int:
    """What lists are ordered by, in whole seconds, UTC. Invoice items call it their date."""
    moment: int = stripe_object.get("created") or stripe_object.get("date") or 0
    return moment


class Unlisted:
    """Finds rows of one type that are alive here and were not listed. In constant memory, whatever the order."""

    def __init__(self, engine: AsyncEngine, account: Account, type: str) -> None:
        self._engine = engine
        self._account = account
        columns = TABLES[type].__table__.c
        self._columns = columns
        self._moment = func.coalesce(columns.date, 0) if TABLES[type] is InvoiceItem else columns.created
        self._newest: int | None = None
        self._listed: dict[str, int] = {}

    async def after(self, page: Sequence[dict[str, Any]]) -> list[str]:
        """Take note of a page; sometimes, the ids of rows that should have been listed before it ends."""
        self._listed |= {each["id"]: moment_of(each) for each in page}
        if len(self._listed) < WINDOW:
            return []
        oldest = min(self._listed.values())
        found = [id async for ids in self._window(oldest, self._newest) for id in ids if id not in self._listed]
        self._listed = {id: moment for id, moment in self._listed.items() if moment <= oldest}
        self._newest = oldest
        return found

    async def rest(self) -> AsyncIterator[list[str]]:
        """The ids of all others that were not listed, in batches."""
        async for ids in self._window(None, self._newest):
            yield [id for id in ids if id not in self._listed]

    async def _window(self, after: int | None, until: int | None) -> AsyncIterator[list[str]]:
        """Ids of rows that are younger than one moment and as old as another or older."""
        columns, moment = self._columns, self._moment
        statement = (
            select(moment, columns.id)
            .where(columns.account == self._account.id, columns.livemode == self._account.livemode)
            .where(columns.deleted.is_(False))
            .order_by(moment, columns.id)
            .limit(ROWS)
        )
        if after is not None:
            statement = statement.where(moment > after)
        if until is not None:
            statement = statement.where(moment <= until)
        last: tuple[int, str] | None = None
        while True:
            beyond = or_(moment > last[0], and_(moment == last[0], columns.id > last[1])) if last else None
            following = statement if beyond is None else statement.where(beyond)
            async with reading(self._engine).connect() as connection:
                rows = [(each[0], each[1]) for each in await connection.execute(following)]
            if rows:
                yield [id for _, id in rows]
            if len(rows) < ROWS:
                return
            last = rows[-1]
