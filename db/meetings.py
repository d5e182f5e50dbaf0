"""Names that transactions meet at: whoever comes second waits, and then sees what the first has written."""

from collections.abc import Iterable
from functools import cache
from hashlib import blake2b
from typing import Any

from sqlalchemy import ARRAY, Integer, bindparam, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.accounts import Account

CLASS = 0x57A1
"""Sets these advisory locks apart from others'."""
PLACES = 4096
"""Names share places, so that a large transaction does not fill PostgreSQL's table of locks."""


async def meet(connection: AsyncConnection, account: Account, names: Iterable[tuple[str, ...]]) -> None:
    """Hold the names until the transaction ends. Call it before the transaction locks anything else.

    SQLite has one writer at a time anyway.
    """
    places = sorted({_place(account, name) for name in names})
    if not places or connection.dialect.name != "postgresql":
        return
    await connection.execute(_meeting(), {"places": places})


@cache
def _meeting() -> Any:
    given = bindparam("places", type_=ARRAY(Integer))
    each = select(func.unnest(cast(given, ARRAY(Integer))).label("place")).order_by("place").subquery()
    locked = func.pg_advisory_xact_lock(cast(CLASS, Integer), each.c.place)
    # Counting them spares the rows of nothing that the function gives back.
    return select(func.count(locked))


def _place(account: Account, name: tuple[str, ...]) -> int:
    text = "\x00".join((account.id, str(account.livemode), *name))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) % PLACES
