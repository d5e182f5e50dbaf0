"""Transactions that meet at a name: the second waits for the first."""

import asyncio

import pytest

from db.accounts import Account
from db.engine import create_engine
from db.meetings import meet

pytestmark = pytest.mark.anyio

ACCOUNT = Account("acct_1", livemode=False)
ADA, GRACE = ("customer", "cus_ada"), ("customer", "cus_grace")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_whoever_comes_second_waits_until_the_first_is_done(postgres_url: str) -> None:
    engine = create_engine(postgres_url, pool_size=3)
    told: list[str] = []

    async def second() -> None:
        async with engine.begin() as connection:
            await meet(connection, ACCOUNT, [GRACE, ADA])
            told.append("second")

    async with engine.begin() as connection:
        await meet(connection, ACCOUNT, [ADA])
        waiting = asyncio.create_task(second())
        async with engine.begin() as other:
            await meet(other, ACCOUNT, [("customer", "cus_edsger")])
        done, _ = await asyncio.wait([waiting], timeout=0.2)
        assert not done
        told.append("first")
    await waiting
    assert told == ["first", "second"]
    await engine.dispose()


async def test_many_who_meet_at_many_names_never_block_each_other_for_good(postgres_url: str) -> None:
    engine = create_engine(postgres_url, pool_size=4)
    names = [("customer", f"cus_{number}") for number in range(200)]

    async def one(order: int) -> None:
        async with engine.begin() as connection:
            await meet(connection, ACCOUNT, names[::order])

    await asyncio.gather(*(one(order) for order in (1, -1, 1, -1)))
    await engine.dispose()
