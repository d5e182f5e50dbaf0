"""Find references whose target is not here."""

from collections.abc import AsyncIterator, Collection
from typing import Any

from sqlalchemy import exists, select

from db.accounts import Account
from db.batches import Read, batches
from db.tables import RESOURCES
from mirror.stored import Key

AT_ONCE = 1_000
TABLES = {table.object_name: table for table in RESOURCES}
HAVE_NO_ID_TO_ASK_FOR = frozenset({"discount"})


async def dangling(read: Read, account: Account, types: Collection[str]) -> AsyncIterator[Key]:
    """What objects of the types refer to and the mirror does not have, some at a time; some of it more than once."""
    for table in RESOURCES:
        if table.object_name not in types:
            continue
        for column in table.__table__.columns:
            target = TABLES.get(column.info.get("to", ""))
            if target is None or target.object_name in HAVE_NO_ID_TO_ASK_FOR:
                continue
            async for id in _missing(read, account, table, column, target):
                yield Key(target.object_name, id)


async def _missing(read: Read, account: Account, table: Any, column: Any, target: Any) -> AsyncIterator[str]:
    there = exists().where(target.account == table.account, target.livemode == table.livemode, target.id == column)
    statement = (
        select(column)
        .where(table.account == account.id, table.livemode == account.livemode, table.deleted.is_(False))
        .where(column > "", ~there)
        .distinct()
    )
    async for rows in batches(read, statement, column, size=AT_ONCE):
        for (id,) in rows:
            yield id
