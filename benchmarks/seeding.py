"""Fill databases with synthetic mirrors, once: what is filled is kept for the next run.

A set is loaded under a temporary name, and gets its own when it is whole. Its name tells the tables and the synthetic
objects that it was made of, so that it is made anew when either changes.
"""

import asyncio
import hashlib
import inspect
import multiprocessing
import os
import sqlite3
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import asyncpg
import typer
from sqlalchemy import Connection, Index
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from benchmarks import rows, synthetic
from benchmarks.databases import Postgres
from benchmarks.rows import ACCOUNT, TABLES, Rows, rows_of_catalogue, rows_of_customers
from db.accounts import Account, remember
from db.engine import create_engine
from db.migrations import migrate

CUSTOMERS = 2_000
"""Of the set with scale 1."""
AT_ONCE = 500
LOADING = "loading_"
SECRET_KEY = "sk_test_benchmark"
KEY_HASH = hashlib.sha256(SECRET_KEY.encode()).hexdigest()


def postgres_set(postgres: Postgres, scale: int) -> str:
    """The name of the database with the set."""
    name = f"mirror_{scale}_{_stamp()}"
    if name not in postgres.databases():
        _drop_outdated(postgres)
        with _told(f"PostgreSQL, {scale * CUSTOMERS:,} customers"):
            loading = f"{LOADING}{name}"
            postgres.run(f"CREATE DATABASE {loading} TEMPLATE template0")
            asyncio.run(_load_postgres(postgres.url(loading), scale))
            postgres.run("VACUUM (FREEZE, ANALYZE)", loading)
            postgres.run(f"ALTER DATABASE {loading} RENAME TO {name}")
            postgres.run("CHECKPOINT")
    return name


def sqlite_set(folder: Path, scale: int) -> Path:
    """The file with the set."""
    file = folder / f"mirror_{scale}_{_stamp()}.sqlite"
    if not file.exists():
        for other in folder.glob("*.sqlite*"):
            if _stamp() not in other.name or other.name.startswith(LOADING):
                other.unlink()
        with _told(f"SQLite, {scale * CUSTOMERS:,} customers"):
            loading = file.with_name(f"{LOADING}{file.name}")
            _load_sqlite(loading, scale)
            loading.rename(file)
    return file


def _stamp() -> str:
    tables = [str(CreateTable(table).compile(dialect=postgresql.dialect())) for table in TABLES.values()]
    indices = [(index.name, [column.name for column in index.columns]) for index in _indices()]
    sources = [inspect.getsource(module) for module in (rows, synthetic)]
    return hashlib.sha256(repr((tables, sorted(indices), sources)).encode()).hexdigest()[:10]


def _drop_outdated(postgres: Postgres) -> None:
    for name in postgres.databases():
        if "mirror_" in name and (_stamp() not in name or name.startswith(LOADING)):
            postgres.run(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def _told(what: str) -> Iterator[None]:
    typer.echo(f"Loading {what} …", err=True)
    began = time.monotonic()
    yield
    typer.echo(f"Loaded {what} in {time.monotonic() - began:.0f} s.", err=True)


def _batches(scale: int) -> Iterator[Rows]:
    """All rows of a set, made by every processor that there is, and no faster than they are taken."""
    yield rows_of_catalogue()
    processors = os.cpu_count() or 1
    waiting: deque[Future[Rows]] = deque()
    with ProcessPoolExecutor(processors, multiprocessing.get_context("spawn")) as pool:
        for part in range(synthetic.PARTS):
            for first in range(0, scale * CUSTOMERS, AT_ONCE):
                waiting.append(pool.submit(rows_of_customers, part, first, min(first + AT_ONCE, scale * CUSTOMERS)))
                if len(waiting) > 2 * processors:
                    yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


async def _load_postgres(url: str, scale: int) -> None:
    await _prepare(url)
    connection = await asyncpg.connect(url)
    for batch in _batches(scale):
        for name, records in batch.items():
            columns = [column.name for column in TABLES[name].columns]
            await connection.copy_records_to_table(name, records=records, columns=columns)
    await connection.close()
    await _finish(url)


def _load_sqlite(file: Path, scale: int) -> None:
    url = f"sqlite:///{file}"
    asyncio.run(_prepare(url))
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -2000000"):
            connection.execute(f"PRAGMA {pragma}")
        for batch in _batches(scale):
            connection.execute("BEGIN")
            for name, records in batch.items():
                columns = ", ".join(f'"{column.name}"' for column in TABLES[name].columns)
                places = ", ".join("?" for _ in TABLES[name].columns)
                connection.executemany(f"INSERT INTO {name} ({columns}) VALUES ({places})", records)
            connection.execute("COMMIT")
    asyncio.run(_finish(url))
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")


async def _prepare(url: str) -> None:
    """The schema, without the indices that are faster to make at the end."""
    engine = create_engine(url)
    await migrate(engine)
    async with engine.begin() as connection:
        await connection.run_sync(_drop_indices)
    await engine.dispose()


async def _finish(url: str) -> None:
    engine = create_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(_make_indices)
    await remember(engine, KEY_HASH, Account(ACCOUNT, livemode=False))
    await engine.dispose()


def _drop_indices(connection: Connection) -> None:
    for index in _indices():
        index.drop(connection)


def _make_indices(connection: Connection) -> None:
    for index in _indices():
        index.create(connection)


def _indices() -> list[Index]:
    return [index for table in TABLES.values() for index in table.indexes]
