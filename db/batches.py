"""What a statement finds, some rows at a time: so many rows that they must not all be in memory at once."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import reading

Rows = Sequence[Any]
Read = Callable[[Any], Awaitable[Rows]]
"""Finds the rows of a SELECT."""


async def rows_of(engine: AsyncEngine, statement: Any) -> Rows:
    async with reading(engine).connect() as connection:
        return list(await connection.execute(statement))


def reader(engine: AsyncEngine) -> Read:
    return partial(rows_of, engine)


async def batches(read: Read, statement: Any, by: Any, *, size: int) -> AsyncIterator[Rows]:
    """Rows in the order of `by`, which is the statement's first column and nowhere the same twice nor NULL."""
    last: Any = None
    while True:
        following = statement.order_by(by).limit(size)
        rows = await read(following if last is None else following.where(by > last))
        if rows:
            yield rows
        if len(rows) < size:
            return
        last = rows[-1][0]
