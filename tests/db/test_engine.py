"""The engine's manners: who waits for whom, and what a read costs."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from sqlalchemy import event, func, insert, select, text, update
from sqlalchemy.exc import ArgumentError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import create_engine, database_url, reading
from db.subscribers import Subscriber
from tests.databases import SQLite

ROW = {"account": "acct_1", "livemode": False, "subscriber": "ada", "generation": 0}


def tell(url: str, story: Callable[[AsyncEngine], Coroutine[Any, Any, None]]) -> None:
    async def run() -> None:
        engine = create_engine(url)
        try:
            await story(engine)
        finally:
            await engine.dispose()

    asyncio.run(run())


async def generation(engine: AsyncEngine) -> int | None:
    async with reading(engine).connect() as connection:
        return await connection.scalar(select(Subscriber.generation))


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("sqlite:///hub.db", "sqlite+aiosqlite"),
        ("sqlite+aiosqlite:///hub.db", "sqlite+aiosqlite"),
        ("postgres://u:p@h/d", "postgresql+asyncpg"),
        ("postgresql://u:p@h:5433/d?ssl=require", "postgresql+asyncpg"),
        ("postgresql+asyncpg://h/d", "postgresql+asyncpg"),
    ],
)
def test_a_url_gets_the_asynchronous_driver_and_keeps_the_rest(given: str, driver: str) -> None:
    url = database_url(given)
    assert url.drivername == driver
    assert url.render_as_string(hide_password=False).partition(":")[2] == given.partition(":")[2]


@pytest.mark.parametrize("given", ["mysql://h/d", "oracle://h/d", "postgresql+psycopg2://h/d", "redis://h"])
def test_another_kind_of_database_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="DATABASE_URL must begin with sqlite:/// or postgresql://"):
        create_engine(given)


@pytest.mark.parametrize("given", ["hub.db", "", "://"])
def test_what_is_no_url_is_refused(given: str) -> None:
    with pytest.raises(ArgumentError):
        create_engine(given)


def test_writers_wait_for_each_other_and_lose_nothing(database_url: str) -> None:
    async def story(engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            await connection.execute(insert(Subscriber).values(ROW))

        async def add_one() -> None:
            async with engine.begin() as connection:
                read = select(Subscriber.generation).with_for_update()
                now = (await connection.execute(read)).scalar_one()
                await asyncio.sleep(0.001)
                await connection.execute(update(Subscriber).values(generation=now + 1))

        await asyncio.gather(*(add_one() for _ in range(24)))
        assert await generation(engine) == 24

    tell(database_url, story)


def test_reads_go_on_while_somebody_writes_and_see_what_was_committed(database_url: str) -> None:
    async def story(engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            await connection.execute(insert(Subscriber).values(ROW))
        async with engine.begin() as connection:
            await connection.execute(update(Subscriber).values(generation=5))
            assert await asyncio.wait_for(generation(engine), 5) == 0
        assert await generation(engine) == 5

    tell(database_url, story)


def test_a_failed_transaction_leaves_nothing_behind(database_url: str) -> None:
    async def story(engine: AsyncEngine) -> None:
        async def insert_twice() -> None:
            async with engine.begin() as connection:
                await connection.execute(insert(Subscriber).values(ROW))
                await connection.execute(insert(Subscriber).values(ROW))

        with pytest.raises(IntegrityError):
            await insert_twice()
        assert await generation(engine) is None

    tell(database_url, story)


def test_a_read_is_one_statement_and_no_transaction(database_url: str) -> None:
    async def story(engine: AsyncEngine) -> None:
        sent: list[str] = []
        began: list[object] = []
        await generation(engine)
        event.listen(engine.sync_engine, "before_cursor_execute", lambda *told: sent.append(told[2]))
        event.listen(engine.sync_engine, "commit", began.append)
        await generation(engine)
        assert len(sent) == 1
        assert began == []

    tell(database_url, story)


def test_more_readers_than_connections_take_turns(database_url: str) -> None:
    async def story(engine: AsyncEngine) -> None:
        assert await asyncio.gather(*(generation(engine) for _ in range(100))) == [None] * 100

    tell(database_url, story)


def test_sqlite_keeps_a_write_ahead_log_and_waits_for_its_turn(sqlite: SQLite) -> None:
    async def story(engine: AsyncEngine) -> None:
        async with reading(engine).connect() as connection:
            told = [await connection.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "busy_timeout")]
        assert told == ["wal", 15_000]

    tell(sqlite.database(), story)


def test_a_number_beyond_32_bits_and_a_text_of_any_plane_come_back_as_they_were(database_url: str) -> None:
    async def story(engine: AsyncEngine) -> None:
        odd = "'; -- \U0001f600 \u2028"
        async with engine.begin() as connection:
            await connection.execute(insert(Subscriber).values({**ROW, "subscriber": odd, "generation": 2**63 - 1}))
        async with reading(engine).connect() as connection:
            row = (await connection.execute(select(Subscriber.subscriber, Subscriber.generation))).one()
            assert await connection.scalar(select(func.count()).where(Subscriber.subscriber == odd)) == 1
        assert tuple(row) == (odd, 2**63 - 1)

    tell(database_url, story)
