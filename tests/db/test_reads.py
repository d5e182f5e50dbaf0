"""What happens to reads when statements, connections and clients fail."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import create_engine
from db.outage import DATABASE_AWAY, StatementFailed
from db.reads import Reads, TookTooLong, open_reads
from tests.databases import Postgres

ENDLESS = {
    "sqlite": "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT max(n) FROM c",
    "postgresql": "SELECT pg_sleep(60)::text",
}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(database_url)
    yield engine
    await engine.dispose()


@pytest.fixture
async def reads(engine: AsyncEngine) -> AsyncIterator[Reads]:
    """One connection, so that what the last statement did to it is felt by the next."""
    reads = open_reads(engine, timeout_seconds=1, connections=1)
    yield reads
    await reads.close()


async def one(reads: Reads, *, short: bool = True, often: bool = True) -> str:
    return await reads.text("SELECT 'one'", [], short=short, often=often)


@pytest.mark.parametrize("short", [True, False])
@pytest.mark.parametrize("often", [True, False])
@pytest.mark.anyio
async def test_a_text_is_read_on_every_way(reads: Reads, short: bool, often: bool) -> None:
    assert await one(reads, short=short, often=often) == "one"
    assert await one(reads, short=short, often=often) == "one"


@pytest.mark.parametrize("short", [True, False])
@pytest.mark.anyio
async def test_what_was_committed_is_read_at_once(reads: Reads, engine: AsyncEngine, short: bool) -> None:
    count = "SELECT CAST(count(*) AS TEXT) FROM leases"
    for number in range(3):
        assert await reads.text(count, [], short=short, often=True) == str(number)
        async with engine.begin() as connection:
            await connection.execute(
                text("INSERT INTO leases (account, livemode, name, owner, until) VALUES ('a', false, :n, 'o', 1)"),
                {"n": str(number)},
            )


@pytest.mark.parametrize("often", [True, False])
@pytest.mark.anyio
async def test_a_statement_that_is_wrong_is_no_database_that_is_away(reads: Reads, often: bool) -> None:
    with pytest.raises(StatementFailed) as failed:
        await reads.text("SELECT nothing FROM nowhere", [], short=True, often=often)
    assert not isinstance(failed.value, DATABASE_AWAY)
    assert await one(reads) == "one"


@pytest.mark.parametrize("often", [True, False])
@pytest.mark.anyio
async def test_a_statement_that_runs_too_long_is_ended_and_its_connection_goes_on(
    reads: Reads, engine: AsyncEngine, often: bool
) -> None:
    began = time.monotonic()
    with pytest.raises(TookTooLong):
        await reads.text(ENDLESS[engine.dialect.name], [], short=True, often=often)
    assert time.monotonic() - began < 10
    assert await one(reads) == "one"


@pytest.mark.anyio
async def test_a_short_statement_that_is_long_keeps_nobody_waiting(sqlite_reads: Reads) -> None:
    """It begins in the event loop's thread, and is taken over by another."""
    longest = 0.0

    async def beat() -> None:
        nonlocal longest
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.001)
            longest = max(longest, time.monotonic() - before)

    beating = asyncio.create_task(beat())
    with pytest.raises(TookTooLong):
        await sqlite_reads.text(ENDLESS["sqlite"], [], short=True, often=True)
    beating.cancel()
    assert longest < 0.8


@pytest.fixture
async def sqlite_reads(request: pytest.FixtureRequest) -> AsyncIterator[Reads]:
    engine = create_engine(request.getfixturevalue("sqlite").database())
    reads = open_reads(engine, timeout_seconds=1)
    yield reads
    await reads.close()
    await engine.dispose()


@pytest.mark.parametrize("often", [True, False])
@pytest.mark.anyio
async def test_a_client_that_goes_away_ends_its_statement_and_leaves_the_connection_clean(
    reads: Reads, engine: AsyncEngine, often: bool
) -> None:
    reading = asyncio.create_task(reads.text(ENDLESS[engine.dialect.name], [], short=False, often=often))
    await asyncio.sleep(0.2)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert await asyncio.wait_for(one(reads), 5) == "one"
    if engine.dialect.name == "postgresql":
        async with engine.connect() as connection:
            sleeping = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(60)%'"
            busy = await connection.scalar(text(f"{sleeping} AND query NOT LIKE '%pg_stat_activity%'"))
        assert busy == 0


@pytest.mark.parametrize("often", [True, False])
@pytest.mark.anyio
async def test_a_connection_that_the_server_closed_is_replaced_unseen(postgres_url: str, often: bool) -> None:
    engine = create_engine(postgres_url)
    reads = open_reads(engine, timeout_seconds=5, connections=2)
    pid = "SELECT pg_backend_pid()::text"
    for _ in range(3):
        before = await reads.text(pid, [], short=True, often=often)
        async with engine.begin() as connection:
            await connection.execute(text(f"SELECT pg_terminate_backend({before})"))
        assert await reads.text(pid, [], short=True, often=often) != before
    await reads.close()
    await engine.dispose()


@pytest.mark.anyio
async def test_a_statement_under_way_whose_connection_is_lost_is_sent_again(postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    reads = open_reads(engine, timeout_seconds=20, connections=1)
    reading = asyncio.create_task(reads.text("SELECT pg_sleep(0.5)::text || 'slept'", [], short=True, often=True))
    await asyncio.sleep(0.2)
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(0.5)%slept%'"
                " AND pid <> pg_backend_pid()"
            )
        )
    assert await reading == "slept"
    await reads.close()
    await engine.dispose()


def test_a_server_that_stops_is_away_and_one_that_is_back_is_read_again() -> None:
    server = Postgres()
    with server.database() as url, asyncio.Runner() as runner:
        engine = create_engine(url)
        reads = open_reads(engine, timeout_seconds=5, connections=1)
        assert runner.run(one(reads)) == "one"
        server.stop()
        with pytest.raises(DATABASE_AWAY):
            runner.run(one(reads))
        server.start()
        assert runner.run(one(reads)) == "one"
        runner.run(reads.close())
        runner.run(engine.dispose())


@pytest.mark.anyio
async def test_reads_of_sqlite_cannot_write(sqlite_reads: Reads) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await sqlite_reads.text("DELETE FROM leases RETURNING 'x'", [], short=True, often=True)


@pytest.mark.anyio
async def test_behind_a_pooler_no_statement_stays_prepared(postgres_url: str) -> None:
    engine = create_engine(postgres_url, prepares=False)
    reads = open_reads(engine, timeout_seconds=5, connections=1, prepares=False)
    prepared = "SELECT count(*)::text FROM pg_prepared_statements"
    for _ in range(3):
        assert await reads.text(prepared, [], short=True, often=True) == "0"
    await reads.close()
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM pg_prepared_statements WHERE name <> ''")) <= 1
    await engine.dispose()
