"""Runs statements that read, as fast as the drivers can: beneath the engine, with one round trip each."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import BUSY_TIMEOUT_MS
from db.outage import StatementFailed

THREADS = 4
"""How many statements of SQLite's run beside each other, and beside what needs no thread."""
STATEMENTS = 500
"""How many prepared statements a connection of SQLite's keeps."""
CACHE_KIB = 16 * 1024
"""How much of the file each connection of SQLite's keeps in memory."""
SHORT_SECONDS = 0.05
"""How long a statement of SQLite's may keep everything else waiting, before a thread takes it over."""
STEPS_BETWEEN_LOOKS = 20_000
"""Of SQLite's virtual machine: some milliseconds."""
PREPARING: dict[str, Any] = {
    # Statements are planned once, not for each set of values, and are too short to be worth compiling.
    "server_settings": {"plan_cache_mode": "force_generic_plan", "jit": "off"},
    "max_cacheable_statement_size": 0,
}
NOT_PREPARING: dict[str, Any] = {"statement_cache_size": 0}
GONE = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    ConnectionError,
)
"""How a connection shows that was lost; a statement that reads can be sent again.

asyncpg calls it an error of its own when it is in the midst of hearing that the server ends the connection.
"""


class TookTooLong(Exception):
    """A statement was ended since it ran longer than it may."""


class Reads(Protocol):
    """The way to the rows of one database."""

    async def text(self, sql: str, values: Sequence[tuple[str, Any]], *, short: bool, often: bool) -> str:
        """The one text that the statement answers with.

        `short` statements read few rows; those that come `often` are kept prepared. Raises TookTooLong,
        StatementFailed, and one of DATABASE_AWAY.
        """

    async def close(self) -> None: ...


def open_reads(engine: AsyncEngine, *, timeout_seconds: float, connections: int = 4, prepares: bool = True) -> Reads:
    """Reads from the engine's database, over up to so many connections. No statement takes longer than the time."""
    if engine.dialect.name == "sqlite":
        return SqliteReads(str(engine.url.database), timeout_seconds)
    _, arguments = engine.dialect.create_connect_args(engine.url)
    known = {name: value for name, value in arguments.items() if not name.startswith("prepared_statement")}
    return PostgresReads(known | (PREPARING if prepares else NOT_PREPARING), connections, timeout_seconds, prepares)


class PostgresReads:
    """Connections of its own, and asyncpg's own call on them: nothing but the statement goes back and forth."""

    def __init__(self, arguments: dict[str, Any], connections: int, timeout_seconds: float, prepares: bool) -> None:
        self._arguments = arguments
        self._room = asyncio.Semaphore(connections)
        self._timeout = timeout_seconds
        self._prepares = prepares
        self._idle: list[asyncpg.Connection] = []

    async def text(self, sql: str, values: Sequence[tuple[str, Any]], *, short: bool, often: bool) -> str:
        arguments = [value for _, value in values]
        async with self._room:
            try:
                return await self._once(sql, arguments, often)
            except GONE:
                return await self._once(sql, arguments, often)

    async def _once(self, sql: str, arguments: Sequence[Any], often: bool) -> str:
        connection = await self._connection()
        try:
            if often or not self._prepares:
                text: str = await connection.fetchval(sql, *arguments, timeout=self._timeout)
            else:
                # A statement that may never come again takes no place from those that do.
                statement = await connection.prepare(sql, timeout=self._timeout)
                text = await statement.fetchval(*arguments, timeout=self._timeout)
        except TimeoutError:
            raise TookTooLong from None
        except GONE:
            connection.terminate()
            raise
        except asyncpg.PostgresError as error:
            raise StatementFailed from error
        finally:
            # A statement that was ended early is cancelled by the driver, before the next one begins.
            if not connection.is_closed():
                self._idle.append(connection)
        return text

    async def _connection(self) -> asyncpg.Connection:
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
        return await asyncpg.connect(**self._arguments, timeout=self._timeout)

    async def close(self) -> None:
        while self._idle:
            await self._idle.pop().close()


class SqliteReads:
    """Connections of its own that only read: one for short statements, in the event loop's thread, and some in others.

    A short statement is over before a thread would have begun. A long one would keep everybody waiting.
    """

    def __init__(self, file: str, timeout_seconds: float) -> None:
        self._file = file
        self._timeout = timeout_seconds
        self._here = self._connect()
        self._here.set_progress_handler(self._is_late, STEPS_BETWEEN_LOOKS)
        self._late_at = 0.0
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="reads")
        self._own = threading.local()
        self._all = [self._here]

    async def text(self, sql: str, values: Sequence[tuple[str, Any]], *, short: bool, often: bool) -> str:
        bound = dict(values)
        if short:
            self._late_at = time.perf_counter() + SHORT_SECONDS
            try:
                return _fetch(self._here, sql, bound)
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                    raise
        return await self._elsewhere(sql, bound)

    async def _elsewhere(self, sql: str, bound: dict[str, Any]) -> str:
        run = _Run(self._timeout)
        answer = asyncio.get_running_loop().run_in_executor(self._threads, self._in_thread, run, sql, bound)
        try:
            return await answer
        except asyncio.CancelledError:
            run.stop()
            raise

    def _in_thread(self, run: "_Run", sql: str, bound: dict[str, Any]) -> str:
        connection: sqlite3.Connection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._own.connection = self._connect()
            self._all.append(connection)
        connection.set_progress_handler(run.is_over, STEPS_BETWEEN_LOOKS)
        try:
            return _fetch(connection, sql, bound)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                raise TookTooLong from None
            raise

    def _is_late(self) -> bool:
        return time.perf_counter() > self._late_at

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._file, isolation_level=None, check_same_thread=False, cached_statements=STATEMENTS
        )
        for pragma in (f"busy_timeout = {BUSY_TIMEOUT_MS}", f"cache_size = -{CACHE_KIB}", "query_only = ON"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    async def close(self) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)
        for connection in self._all:
            connection.close()


class _Run:
    """One statement in a thread: until when it may run."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    def stop(self) -> None:
        self._until = 0.0

    def is_over(self) -> bool:
        return time.monotonic() > self._until


def _fetch(connection: sqlite3.Connection, sql: str, bound: dict[str, Any]) -> str:
    try:
        cursor = connection.execute(sql, bound)
        (text,) = cursor.fetchone()
        cursor.close()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_ERROR:
            raise StatementFailed from error
        raise
    return str(text)
