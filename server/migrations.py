"""The database's schema before a server starts."""

import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import create_engine, database_url
from db.outage import DATABASE_AWAY
from db.schema_version import schema_is_current
from server.refusal import Refusal

UNREACHABLE = "The database cannot be used: check that it runs, and DATABASE_URL."
BEHIND = "The database's schema is behind: run `stripe-graphql migrate`, or start with --migrate."


@asynccontextmanager
async def opened(url: str, *, pool_size: int = 1) -> AsyncIterator[AsyncEngine]:
    """Raises Refusal when the database cannot be used, then or in the block."""
    _refuse_unusable_file(url)
    engine = create_engine(url, pool_size=pool_size)
    try:
        yield engine
    except DATABASE_AWAY:
        raise Refusal(UNREACHABLE) from None
    finally:
        await engine.dispose()


async def is_current(url: str) -> bool:
    async with opened(url) as engine:
        return await schema_is_current(engine)


def migrate_apart() -> None:
    """`stripe-graphql migrate` as a child, so that what only migrating needs does not stay in a server's memory."""
    child = subprocess.run([sys.executable, "-P", "-m", "server.cli", "migrate"], stdout=subprocess.DEVNULL)
    if child.returncode:
        # It has said why.
        sys.exit(child.returncode)


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
