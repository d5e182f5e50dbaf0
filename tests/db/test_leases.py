"""A lease has one holder, and runs out by itself."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from db import leases
from db.accounts import Account
from db.engine import create_engine
from db.leases import LEASE_MS, Lease, database_ms

ACCOUNT = Account("acct_1", livemode=False)


def tell(database_url: str, story: Callable[[AsyncEngine], Coroutine[Any, Any, None]]) -> None:
    async def run() -> None:
        engine = create_engine(database_url)
        try:
            await story(engine)
        finally:
            await engine.dispose()

    asyncio.run(run())


def test_one_of_many_gets_it(database_url: str) -> None:
    async def story(engine: AsyncEngine) -> None:
        async def take(owner: str) -> bool:
            async with engine.begin() as connection:
                return await leases.hold(connection, ACCOUNT, "customer:cus_1", owner)

        taken = await asyncio.gather(*(take(f"owner {number}") for number in range(12)))
        assert taken.count(True) == 1

    tell(database_url, story)


def test_its_holder_renews_it_and_others_wait_until_it_is_let_go(database_url: str) -> None:
    async def story(engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            assert await leases.hold(connection, ACCOUNT, "customer:cus_1", "first")
            assert await leases.hold(connection, ACCOUNT, "customer:cus_1", "first")
            assert await leases.hold(connection, ACCOUNT, "customer:cus_2", "second")
            assert not await leases.hold(connection, ACCOUNT, "customer:cus_1", "second")
            await leases.let_go(connection, ACCOUNT, "customer:cus_1", "second")
            assert not await leases.hold(connection, ACCOUNT, "customer:cus_1", "second")
            await leases.let_go(connection, ACCOUNT, "customer:cus_1", "first")
            assert await leases.hold(connection, ACCOUNT, "customer:cus_1", "second")

    tell(database_url, story)


def test_what_its_holder_does_not_renew_falls_to_the_next(database_url: str) -> None:
    async def story(engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            assert await leases.hold(connection, ACCOUNT, "customer:cus_1", "first")
            until = await connection.scalar(select(Lease.until - database_ms()))
            assert until is not None
            assert LEASE_MS - 5000 < until <= LEASE_MS
            await connection.execute(update(Lease).values(until=1))
            assert await leases.hold(connection, ACCOUNT, "customer:cus_1", "second")
            assert not await leases.hold(connection, ACCOUNT, "customer:cus_1", "first")

    tell(database_url, story)
