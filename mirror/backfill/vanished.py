"""Find what is alive here and was not in Stripe's lists, and ask Stripe for it, one by one.

What was listed is known here as it was after the sync began: either the list was put away, or something newer was there
already, or the same with a time that reaches past the beginning. So everything whose copy is older than the beginning
was not listed. Being asked for makes it newer in turn, so that a sync that goes on does not ask again.
"""

from collections.abc import AsyncIterator, Collection
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from db.accounts import Account
from db.batches import Read, Rows, batches, rows_of
from db.engine import reading
from db.tables import RESOURCES, Mirrored, PaymentMethod
from mirror.backfill.patience import Say, persistently
from mirror.stored import Key

AT_ONCE = 500


class Vanished:
    """Of one account, what is older than the second `began`, and not older than `since`."""

    def __init__(
        self, engine: AsyncEngine, account: Account, types: Collection[str], *, began: int, since: int | None
    ) -> None:
        self._engine = engine
        self._account = account
        self._tables = [table for table in RESOURCES if table.object_name in types]
        self._began = began
        self._since = since

    async def count(self) -> int:
        found = 0
        async with reading(self._engine).connect() as connection:
            for table in self._tables:
                statement = select(func.count()).select_from(table).where(*self._unlisted(table))
                found += await connection.scalar(statement) or 0
        return found

    async def candidates(self, say: Say) -> AsyncIterator[Key]:
        """In the order of their ids, some at a time, so that it does not matter how many there are."""
        read = persistent_reader(self._engine, say)
        for table in self._tables:
            statement = select(table.id).where(*self._unlisted(table))
            async for rows in batches(read, statement, table.id, size=AT_ONCE):
                for (id,) in rows:
                    yield Key(table.object_name, id)

    def _unlisted(self, table: type[Mirrored]) -> list[ColumnElement[bool]]:
        own: list[Any] = [table.account == self._account.id, table.livemode == self._account.livemode]
        unlisted = [*own, table.deleted.is_(False), table.observed_at < self._began]
        if table is PaymentMethod:
            # Those that nobody keeps are never listed.
            unlisted.append(PaymentMethod.customer.is_not(None))
        if self._since is not None:
            made = table.__table__.c.date if "date" in table.__table__.c else table.created
            unlisted.append(made >= self._since)
        return unlisted


def persistent_reader(engine: AsyncEngine, say: Say) -> Read:
    """Reads what a statement finds, however often it has to be tried."""

    async def read(statement: Any) -> Rows:
        return await persistently(lambda: rows_of(engine, statement), say)

    return read
