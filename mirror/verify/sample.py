"""Some objects of a resource, at random."""

import random
from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from db.accounts import Account
from db.engine import reading
from mirror.gateway import Gateway
from mirror.gateway.lists import Listing, page_of
from mirror.known import TABLES
from mirror.stored import Key

PAGE = 100


class Sample:
    """Half of what can be wrong shows among rows that are here, the other half among what Stripe lists."""

    def __init__(self, engine: AsyncEngine, gateway: Gateway, account: Account, size: int) -> None:
        self._engine = engine
        self._gateway = gateway
        self._account = account
        self._size = size

    async def held(self, type: str) -> list[Key]:
        """So many of the objects that are here."""
        columns = TABLES[type].__table__.c
        statement = (
            select(columns.id)
            .where(columns.account == self._account.id, columns.livemode == self._account.livemode)
            .order_by(func.random())
            .limit(self._size)
        )
        async with reading(self._engine).connect() as connection:
            return [Key(type, id) for id in await connection.scalars(statement)]

    async def listed(self, listing: Listing) -> AsyncIterator[list[dict[str, Any]]]:
        """So many of the objects that Stripe lists, in pages from moments at random."""
        newest = (await self._gateway.send(page_of(listing, limit=1))).data["data"]
        if not newest:
            return
        latest = newest[0].get("created") or newest[0].get("date") or 0
        earliest = await self._earliest(listing.type) or latest
        left = self._size
        while left > 0:
            moment = random.randint(min(earliest, latest), latest) if listing.by_created else None
            page = await self._gateway.send(page_of(listing, latest=moment, limit=min(left, PAGE)))
            yield page.data["data"]
            left -= PAGE

    async def _earliest(self, type: str) -> int | None:
        columns = TABLES[type].__table__.c
        moment = columns.date if "date" in columns else columns.created
        statement = select(func.min(moment)).where(
            columns.account == self._account.id, columns.livemode == self._account.livemode
        )
        async with reading(self._engine).connect() as connection:
            earliest: int | None = await connection.scalar(statement)
        return earliest
