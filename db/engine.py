"""One engine for reads and writes alike, on SQLite and on PostgreSQL."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4
from weakref import WeakKeyDictionary

import orjson
from sqlalchemy import Connection, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}
BUSY_TIMEOUT_MS = 15_000
NOT_PREPARING: dict[str, Any] = {
    "statement_cache_size": 0,
    "prepared_statement_cache_size": 0,
    # Sessions are others' too, so no name may be taken twice.
    "prepared_statement_name_func": lambda: f"__{uuid4()}__",
}


_READING: WeakKeyDictionary[AsyncEngine, AsyncEngine] = WeakKeyDictionary()
"""Making one takes as long as a statement."""


def database_url(url: str) -> URL:
    """The URL with the async driver in it. Raises ValueError for a kind of database that is not supported."""
    parsed = make_url(url)
    driver = DRIVERS.get(parsed.drivername)
    if driver is None:
        raise ValueError("DATABASE_URL must begin with sqlite:/// or postgresql://.")
    return parsed.set(drivername=driver)


def create_engine(url: str, *, pool_size: int = 16, prepares: bool = True) -> AsyncEngine:
    """An engine whose `begin()` is a write transaction and whose `reading(engine)` reads.

    On PostgreSQL statements stay prepared, unless a pooler between forbids it (`prepares`). Raises ValueError for a
    kind of database that is not supported.
    """
    parsed = database_url(url)
    postgres = parsed.drivername.startswith("postgresql")
    engine = create_async_engine(
        parsed,
        pool_size=pool_size,
        max_overflow=0,
        connect_args=NOT_PREPARING if postgres and not prepares else {},
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
    )
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_immediate)
    else:
        event.listen(engine.sync_engine, "checkout", _refuse_closed)
    return engine


def _refuse_closed(connection: Any, _record: Any, _proxy: Any) -> None:
    """Have the pool take another connection for one that the server has closed: without a round trip to find out."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def reading(engine: AsyncEngine) -> AsyncEngine:
    """The same pool for reads: no BEGIN and no ROLLBACK, so one round trip a statement."""
    if engine not in _READING:
        _READING[engine] = engine.execution_options(isolation_level="AUTOCOMMIT")
    return _READING[engine]


@asynccontextmanager
async def writing_once(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection for one statement that writes, which is a transaction of its own.

    PostgreSQL is spared the round trips of BEGIN and COMMIT. To SQLite many rows are many statements.
    """
    async with engine.begin() if engine.dialect.name == "sqlite" else reading(engine).connect() as connection:
        yield connection


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = FULL", f"busy_timeout = {BUSY_TIMEOUT_MS}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    # A transaction that turns from reading to writing cannot wait for another writer in SQLite; one that begins as a
    # writer can.
    if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
