"""Which objects have an event that is stored and not applied yet."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from db.accounts import Account
from db.engine import reading
from db.inbox import EventState, InboxEvent, owned
from mirror.stored import Key

ROWS = 200


async def waiting(engine: AsyncEngine, account: Account, keys: Collection[Key]) -> set[Key]:
    """Those of the keys whose ids a pending event holds."""
    found: set[Key] = set()
    quoted = {key: f'"{key.id}"'.encode() for key in keys}
    statement = select(InboxEvent.id, InboxEvent.body).where(*owned(account), InboxEvent.state == EventState.PENDING)
    last = ""
    while quoted:
        async with reading(engine).connect() as connection:
            page = statement.where(InboxEvent.id > last).order_by(InboxEvent.id).limit(ROWS)
            rows = list(await connection.execute(page))
        for _, body in rows:
            found |= {key for key, id in quoted.items() if id in body}
        if len(rows) < ROWS:
            break
        last = rows[-1][0]
    return found
