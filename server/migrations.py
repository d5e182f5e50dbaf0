"""The database's schema before a server starts."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import create_engine, database_url
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


def _refuse_unusable_file(url: str) -> None:
    parsed = database_url(url)
    if parsed.get_backend_name() != "sqlite":
        return
    # Asked without the async driver, whose thread outlives a connection that cannot be opened.
    try:
        with closing(sqlite3.connect(parsed.database or ":memory:")) as connection:
            connection.execute("PRAGMA schema_version")
    except sqlite3.Error as error:
        raise Refusal(f"The SQLite file of DATABASE_URL cannot be used: {error}.") from None


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[AsyncEngine]:
    _refuse_unusable_file(url)
    engine = create_engine(url, pool_size=1)
    try:
        yield engine
    except DATABASE_AWAY:
        raise Refusal(UNREACHABLE) from None
    finally:
        await engine.dispose()
