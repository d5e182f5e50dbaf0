import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from db.engine import create_engine
from db.reads import open_reads
from mirror.gateway import Gateway
from resolvers.reading.limits import Limits
from schema.execution import Executor
from tests.databases import Postgres, SQLite
from tests.resolvers.reading.world import Database, Noted, World
from tests.serving import any_unused_port

GENEROUS = Limits(depth=60, cost=10**30, aliases=4_000, directives=4_000, root_fields=1_000)
"""For tests of what is read, however much that is."""


@contextmanager
def opened(url: str, executor: Executor) -> Iterator[Database]:
    nowhere = f"http://127.0.0.1:{any_unused_port()}"
    with asyncio.Runner() as runner:
        engine = create_engine(url, pool_size=4)
        gateway = Gateway(secret_key="sk_test_reading", api_base=nowhere, timeout_seconds=1)
        reads = Noted(open_reads(engine, timeout_seconds=10))
        yield Database(engine, reads, runner, executor, gateway)
        runner.run(reads.close())
        runner.run(gateway.close())
        runner.run(engine.dispose())


@pytest.fixture(scope="session")
def executor() -> Executor:
    """What answers. It is the same for every account, so it is built once."""
    return Executor(introspection=True, limits=GENEROUS)


@pytest.fixture(scope="session")
def on_sqlite(sqlite: SQLite, executor: Executor) -> Iterator[Database]:
    with opened(sqlite.database(), executor) as database:
        yield database


@pytest.fixture(scope="session")
def postgres_for_reading(postgres: Postgres) -> Iterator[str]:
    with postgres.database() as url:
        yield url


@pytest.fixture(scope="session")
def on_postgres(postgres_for_reading: str, executor: Executor) -> Iterator[Database]:
    with opened(postgres_for_reading, executor) as database:
        yield database


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Database:
    """A database that other tests use as well, once SQLite and once PostgreSQL."""
    found: Database = request.getfixturevalue(f"on_{request.param}")
    return found


@pytest.fixture
def world(database: Database) -> World:
    """An empty mirror of an account of the test's own."""
    return World.on(database)
