"""Servers are killed with SIGKILL at random moments while they are busy: nothing is done twice, half, or forgotten.

`scripts/test-long` kills more often: STRIPE_GRAPHQL_TEST_KILLS says how often, on each database, and
STRIPE_GRAPHQL_TEST_SEED makes other storms. What a seed repeats is what is wished for and when it strikes, as far as
time can be repeated.
"""

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from db.engine import create_engine
from db.inbox import InboxEvent
from db.leases import Lease
from db.operations import OperationRow, StepRow
from tests.crashes.audit import troubles
from tests.crashes.world import World, world_of
from tests.databases import Postgres
from tests.mirror.equality import differences
from tests.resolvers.shop import open_shop

SEED = int(os.environ.get("STRIPE_GRAPHQL_TEST_SEED", "1"))
KILLS = int(os.environ.get("STRIPE_GRAPHQL_TEST_KILLS", "3"))
IS_SHORT = KILLS < 20
PATIENCE_SECONDS = 400.0
PLACES = ("sqlite", "postgres") if IS_SHORT else ("sqlite", "postgres", "workers on postgres")


@pytest.fixture(params=PLACES)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """On SQLite one server, on PostgreSQL two of them or two workers of one; their first start makes the schema."""
    chance = random.Random(SEED)
    if request.param == "sqlite":
        with world_of(f"sqlite:///{tmp_path / 'mirror.db'}", tmp_path, chance) as world:
            yield world
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    several = {"workers": 2} if "workers" in request.param else {"servers": 2}
    with postgres.database(with_schema=False) as url, world_of(url, tmp_path, chance, **several) as world:
        yield world


def test_nothing_is_done_twice_or_half_or_forgotten(world: World) -> None:
    began = time.monotonic()
    world.storm(random.Random(SEED), kills=KILLS // len(world.servers))
    deadline = time.monotonic() + PATIENCE_SECONDS
    if IS_SHORT:
        # Nobody lives who could hold a lease, and nobody wants to wait here until it runs out.
        asyncio.run(pass_time(world.database_url, 300))
    last = world.servers[0]
    last.start()
    try:
        last.wait_until_ready()
        world.finish(deadline)
        assert last.end() == 0
        # What its webhooks have not told by now, it reads at its start.
        last.start()
        last.wait_until_ready()
        found = asyncio.run(what_is_wrong(world, deadline))
        verified = last.verify()
        assert last.end() == 0
    finally:
        last.strike()
    heard = Counter(f"{wish.mutation}: {wish.word}" for wish in world.wishes.all)
    told = sum((client.told for client in world.clients), Counter[str]())
    kills = sum(server.kills for server in world.servers)
    print(f"Seed {SEED}, {kills} kills in {time.monotonic() - began:.0f} s.", heard, told, sep="\n")  # noqa: T201
    assert not found, "\n".join(found)
    assert not verified, verified


async def what_is_wrong(world: World, deadline: float) -> list[str]:
    """What has not come right by itself at the deadline."""
    async with open_shop(world.database_url, world.stripe.url) as shop:
        while True:
            found = await troubles(shop, world.stripe, world.wishes) or await differences(shop)
            if not found or time.monotonic() > deadline:
                return found
            await asyncio.sleep(1)


async def pass_time(database_url: str, seconds: int) -> None:
    """As if all servers had been away for so long."""
    engine = create_engine(database_url)
    async with engine.begin() as connection:
        await connection.execute(update(OperationRow).values(lease_until=0, due=0))
        await connection.execute(update(StepRow).values(begun=StepRow.begun - seconds * 1000))
        await connection.execute(update(Lease).values(until=0))
        await connection.execute(update(InboxEvent).where(InboxEvent.due_at.is_not(None)).values(due_at=0))
    await engine.dispose()
