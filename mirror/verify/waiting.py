"""Which objects have an event that is stored and not applied yet."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from db.accounts import Account
from db.batches import batches, reader
from db.inbox import EventState, InboxEvent, owned
from mirror.stored import Key

ROWS = 200


async def waiting(engine: AsyncEngine, account: Account, keys: Collection[Key]) -> set[Key]:
    """Those of the keys whose ids a pending event holds."""
    found: set[Key] = set()
    quoted = {key: f'"{key.id}"'.encode() for key in keys}
    statement = select(InboxEvent.id, InboxEvent.body).where(*owned(account), InboxEvent.state == EventState.PENDING)
    if quoted:
        async for rows in batches(reader(engine), statement, InboxEvent.id, size=ROWS):
            for _, body in rows:
                found |= {key for key, id in quoted.items() if id in body}
    return found
