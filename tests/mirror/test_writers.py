"""Writers of the same objects never deadlock, never fail, and the newest wins, in whatever order they write."""

import asyncio
import sys

import pytest
from sqlalchemy import select

from db import inbox
from db.engine import create_engine
from db.inbox import EventState
from db.subscribers import Subscriber
from db.tables import Customer, Subscription, SubscriptionItem
from tests.mirror.writers import ACCOUNT, EVENTS, event_row, newest, write

pytestmark = pytest.mark.anyio


async def in_a_process_of_its_own(url: str, seed: int) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.mirror.writers", url, str(seed), stderr=asyncio.subprocess.PIPE
    )
    _, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()


async def test_many_writers_in_two_processes_end_with_the_newest_of_everything(database_url: str) -> None:
    engine = create_engine(database_url)
    async with engine.begin() as connection:
        await inbox.keep(connection, [event_row(number) for number in range(EVENTS)], pause_ms=60_000)
    await asyncio.gather(write(database_url, 1), write(database_url, 2), in_a_process_of_its_own(database_url, 3))
    async with engine.connect() as connection:
        customers = {row.id: row for row in await connection.execute(select(Customer.__table__))}
        subscriptions = {row.id: row for row in await connection.execute(select(Subscription.__table__))}
        items = list(await connection.execute(select(SubscriptionItem.__table__)))
        links = dict((await connection.execute(select(Subscriber.subscriber, Subscriber.customer))).all())
        states = await inbox.states(connection, ACCOUNT, [f"evt_{number:02}" for number in range(EVENTS)])
    await engine.dispose()
    expected = newest(1, 2, 3)
    for id, each in expected.items():
        if each["object"] == "customer":
            assert customers[id].name == each["name"]
        else:
            listed = each["items"]["data"]
            alive = {item.id: item for item in items if item.subscription == id and not item.deleted}
            assert alive.keys() == {item["id"] for item in listed}
            assert {item.quantity for item in alive.values()} == {item["quantity"] for item in listed}
            assert subscriptions[id].current_period_end == min(item["current_period_end"] for item in listed)
    claims = {each.claimed_subscriber for each in customers.values()}
    for subscriber in claims:
        oldest = min(each.id for each in customers.values() if each.claimed_subscriber == subscriber)
        assert links[subscriber] == oldest
    assert set(states.values()) == {EventState.APPLIED}
