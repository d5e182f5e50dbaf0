"""One engine for reads and writes alike, on SQLite and on PostgreSQL."""

from typing import Any

import orjson
from sqlalchemy import Connection, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}
BUSY_TIMEOUT_MS = 15_000


def database_url(url: str) -> URL:
    """The URL with the async driver in it. Raises ValueError for a kind of database that is not supported."""
    parsed = make_url(url)
    driver = DRIVERS.get(parsed.drivername)
    if driver is None:
        raise ValueError("DATABASE_URL must begin with sqlite:/// or postgresql://.")
    return parsed.set(drivername=driver)


def create_engine(url: str, *, pool_size: int = 16) -> AsyncEngine:
    """An engine whose `begin()` is a write transaction and whose `reading(engine)` reads.

    Raises ValueError for a kind of database that is not supported.
    """
    parsed = database_url(url)
    engine = create_async_engine(
        parsed,
        pool_size=pool_size,
        max_overflow=0,
        pool_pre_ping=parsed.drivername.startswith("postgresql"),
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
    )
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_immediate)
    return engine


def reading(engine: AsyncEngine) -> AsyncEngine:
    """The same pool for reads: no BEGIN and no ROLLBACK, so one round trip a statement."""
    return engine.execution_options(isolation_level="AUTOCOMMIT")


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
