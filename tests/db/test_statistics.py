"""Plans of PostgreSQL, on tables that grow faster than autovacuum looks."""

from collections.abc import Sequence

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from db import inbox, statistics
from db.accounts import Account
from db.engine import create_engine, reading
from tests.databases import SQLite

pytestmark = pytest.mark.anyio

ACCOUNT = Account("acct_1", livemode=False)
OFTEN = 10
"""Executions after which PostgreSQL has settled for one plan."""
MANY = 4_000


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def _fill(url: str, numbers: Sequence[int]) -> None:
    engine = create_engine(url, pool_size=1)
    same = {"account": ACCOUNT.id, "livemode": False, "type": "x", "api_version": "v", "created": 1, "received_at": 1}
    rows = [{**same, "id": f"evt_{number}", "body": b"{}"} for number in numbers]
    async with engine.begin() as connection:
        await inbox.keep(connection, rows, pause_ms=0)
    # What a session did is counted at the latest when it ends.
    await engine.dispose()


async def _applied(engine: AsyncEngine, numbers: Sequence[int]) -> None:
    for number in numbers:
        async with engine.begin() as connection:
            await inbox.applied(connection, ACCOUNT, [f"evt_{number}"])


async def _read(url: str) -> int:
    """Rows and entries of indexes of `events` that were read, in all."""
    engine = create_engine(url, pool_size=1)
    counted = text("""
        SELECT (SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'events')
            + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = 'events')
    """)
    async with reading(engine).connect() as connection:
        read = int(await connection.scalar(counted))
    await engine.dispose()
    return read


async def test_a_statement_prepared_on_an_empty_table_does_not_read_all_of_the_filled_one(postgres_url: str) -> None:
    prepared = create_engine(postgres_url, pool_size=1)
    await _fill(postgres_url, range(OFTEN))
    await _applied(prepared, range(OFTEN))
    await _fill(postgres_url, range(OFTEN, MANY))
    renewing = create_engine(postgres_url, pool_size=1)
    assert await statistics.renew(renewing) == ["public.events"]
    await renewing.dispose()
    before = await _read(postgres_url)
    await _applied(prepared, range(OFTEN, 2 * OFTEN))
    await prepared.dispose()
    assert await _read(postgres_url) - before < MANY


async def test_only_what_has_outgrown_its_statistics_is_looked_at_again(postgres_url: str) -> None:
    engine = create_engine(postgres_url, pool_size=1)
    assert await statistics.renew(engine) == []
    for numbers, outgrown in (
        (range(400), []),
        (range(400, 1_000), ["public.events"]),
        (range(1_000, 1_900), []),
        (range(1_900, 2_100), ["public.events"]),
    ):
        await _fill(postgres_url, numbers)
        assert await statistics.renew(engine) == outgrown
        assert await statistics.renew(engine) == []
    await engine.dispose()


@pytest.fixture
def sqlite_url(sqlite: SQLite) -> str:
    return sqlite.database()


async def test_sqlite_plans_without(sqlite_url: str) -> None:
    await _fill(sqlite_url, range(1_000))
    engine = create_engine(sqlite_url)
    assert await statistics.renew(engine) == []
    await engine.dispose()
