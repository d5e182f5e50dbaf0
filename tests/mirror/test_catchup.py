"""Webhooks that never came are found in Stripe's own list."""

import asyncio
import time

import pytest
from sqlalchemy import select, update

from db import leases, watermarks
from db.inbox import EventState, InboxEvent
from db.leases import Lease, database_ms
from db.tables import Customer
from mirror.background import Background
from mirror.catchup import GAP, LISTED_SECONDS, MISSED, NAME, CatchUp
from mirror.errors import StripeError
from mirror.events import Inbox
from tests.resolvers.shop import Shop
from webhooks.drain import Drain

pytestmark = pytest.mark.anyio


def catch_up_of(shop: Shop) -> CatchUp:
    services = shop.services
    return CatchUp(services.engine, services.gateway, services.mirror, Inbox(services.engine, services.mirror))


async def drained(shop: Shop) -> None:
    drain = Drain(Inbox(shop.services.engine, shop.services.mirror), Background())
    while await drain.once():
        pass


async def read_to(shop: Shop, name: str = NAME) -> int | None:
    async with shop.services.engine.connect() as connection:
        return await watermarks.read(connection, shop.services.account, name)


async def names(shop: Shop) -> list[str]:
    return sorted(each["name"] for each in await shop.mirrored(Customer))


async def test_what_happened_while_nobody_listened_is_there_after_the_next_reading(shop: Shop) -> None:
    assert await catch_up_of(shop).once() == 0
    for name in ("Ada", "Grace"):
        await shop.stripe.post("/v1/customers", name=name)
    assert await catch_up_of(shop).once() == 2
    await drained(shop)
    assert await names(shop) == ["Ada", "Grace"]
    assert await catch_up_of(shop).once() == 0


async def test_a_day_of_events_is_read_to_its_end(shop: Shop) -> None:
    await catch_up_of(shop).once()
    for number in range(130):
        await shop.stripe.post("/v1/customers", name=f"{number:03}")
    (await shop.stripe.http.post("/sandbox/clock", json={"seconds": 86_400})).raise_for_status()
    assert await catch_up_of(shop).once() == 130
    await drained(shop)
    assert len(await names(shop)) == 130


async def test_a_new_event_does_not_hide_the_older_ones_that_were_missed(shop: Shop) -> None:
    await catch_up_of(shop).once()
    await shop.stripe.post("/v1/customers", name="missed")
    (await shop.stripe.http.post("/sandbox/clock", json={"seconds": 7_200})).raise_for_status()
    await shop.stripe.post("/v1/customers", name="came")
    came = (await shop.stripe.all("/v1/events"))[0]
    inbox = Inbox(shop.services.engine, shop.services.mirror)
    await inbox.keep_many([came])
    await drained(shop)
    assert await names(shop) == ["came"]
    assert await catch_up_of(shop).once() == 1
    await drained(shop)
    assert await names(shop) == ["came", "missed"]


async def test_a_reading_that_breaks_off_begins_again_where_the_last_whole_one_ended(shop: Shop) -> None:
    await catch_up_of(shop).once()
    before = await read_to(shop)
    for number in range(120):
        await shop.stripe.post("/v1/customers", name=f"{number:03}")
    await shop.stripe.fault(kind="answer", status=500, method="GET", path="/v1/events.*starting_after")
    await shop.stripe.fault(kind="drop", method="GET", path="/v1/events", times=3)
    with pytest.raises(StripeError):
        await catch_up_of(shop).once()
    assert await read_to(shop) == before
    assert await catch_up_of(shop).once() == 120


async def test_only_one_process_reads_at_a_time(shop: Shop) -> None:
    services = shop.services
    async with services.engine.begin() as connection:
        assert await leases.hold(connection, services.account, NAME, "another process")
    assert await catch_up_of(shop).once() is None
    async with services.engine.begin() as connection:
        await leases.let_go(connection, services.account, NAME, "another process")
    assert await catch_up_of(shop).once() == 0


async def test_a_process_that_was_killed_amid_reading_holds_nobody_up_for_long(shop: Shop) -> None:
    services = shop.services
    async with services.engine.begin() as connection:
        assert await leases.hold(connection, services.account, NAME, "a process that was killed")
        await connection.execute(update(Lease).values(until=database_ms() + 1_000))
    await shop.stripe.post("/v1/customers", name="missed")
    services.mirror.background.start(catch_up_of(shop).run())
    async with asyncio.timeout(60):
        while not await shop.mirrored(InboxEvent):
            await services.mirror.background.pause(0.1)


async def test_what_was_read_moves_the_moment_on(shop: Shop) -> None:
    began = int(time.time())
    await catch_up_of(shop).once()
    moment = await read_to(shop)
    assert moment is not None
    assert began - 2 <= moment <= time.time()


async def test_events_that_came_by_webhook_are_not_applied_again(shop: Shop) -> None:
    await catch_up_of(shop).once()
    await shop.stripe.post("/v1/customers", name="Ada")
    inbox = Inbox(shop.services.engine, shop.services.mirror)
    for event in await shop.stripe.all("/v1/events"):
        await inbox.keep_many([event])
    await drained(shop)
    assert await catch_up_of(shop).once() == 0
    async with shop.services.engine.connect() as connection:
        states = list(await connection.execute(select(InboxEvent.state, InboxEvent.attempts)))
    assert {tuple(row) for row in states} == {(EventState.APPLIED, 1)}


async def test_being_off_for_longer_than_stripe_lists_events_is_remembered(shop: Shop) -> None:
    for seconds, found in ((LISTED_SECONDS - 3_600, False), (LISTED_SECONDS + 3_600, True)):
        async with shop.services.engine.begin() as connection:
            await watermarks.write(connection, shop.services.account, NAME, int(time.time()) - seconds)
        await catch_up_of(shop).once()
        await catch_up_of(shop).once()
        assert (await read_to(shop, GAP) is not None) is found


async def test_webhooks_that_do_not_come_while_somebody_listens_are_remembered(shop: Shop) -> None:
    catch_up = catch_up_of(shop)
    await shop.stripe.post("/v1/customers", name="before")
    await catch_up.once()
    assert await read_to(shop, MISSED) is None
    await shop.stripe.http.post("/sandbox/clock", json={"seconds": 10})
    await shop.stripe.post("/v1/customers", name="came")
    await Inbox(shop.services.engine, shop.services.mirror).keep_many(await shop.stripe.all("/v1/events"))
    await shop.stripe.http.post("/sandbox/clock", json={"seconds": 120})
    await catch_up.once()
    assert await read_to(shop, MISSED) is None
    await shop.stripe.post("/v1/customers", name="lost")
    await catch_up.once()
    assert await read_to(shop, MISSED) is None, "It may still come."
    await shop.stripe.http.post("/sandbox/clock", json={"seconds": 120})
    await catch_up.once()
    assert await read_to(shop, MISSED) is None, "It was found before it was due."
    await shop.stripe.post("/v1/customers", name="lost too")
    await shop.stripe.http.post("/sandbox/clock", json={"seconds": 120})
    await catch_up.once()
    assert await read_to(shop, MISSED) is not None
