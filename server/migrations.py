"""The database's schema before a server starts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import create_engine
from db.migrations import migrate, schema_is_current
from db.outage import DATABASE_AWAY
from server.refusal import Refusal

UNREACHABLE = "The database cannot be used: check that it runs, and DATABASE_URL."
BEHIND = "The database's schema is behind: run `stripe-graphql migrate`, or start with --migrate."


async def migrate_or_refuse(url: str) -> None:
    async with _opened(url) as engine:
        await migrate(engine)


async def refuse_if_behind(url: str) -> None:
    async with _opened(url) as engine:
        current = await schema_is_current(engine)
    if not current:
        raise Refusal(BEHIND)


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(url, pool_size=1)
    try:
        yield engine
    except DATABASE_AWAY:
        raise Refusal(UNREACHABLE) from None
    finally:
        await engine.dispose()
