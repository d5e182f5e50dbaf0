"""What was stored is applied in the end, by whoever is there."""

import asyncio
from typing import Any

import orjson
import pytest
from sqlalchemy import select, update

from db import inbox as rows
from db.inbox import EventState, InboxEvent
from db.leases import database_ms
from db.tables import Customer
from mirror.background import Background
from mirror.events import LEASE_MS, PAUSES_SECONDS, Arrived, Inbox
from tests.resolvers.shop import Shop
from webhooks.drain import AT_ONCE, Drain

pytestmark = pytest.mark.anyio


def a_drain(shop: Shop) -> tuple[Inbox, Drain]:
    inbox = Inbox(shop.services.engine, shop.services.mirror)
    return inbox, Drain(inbox, Background())


async def an_event(shop: Shop, name: str = "Ada") -> dict[str, Any]:
    await shop.stripe.post("/v1/customers", name=name)
    event: dict[str, Any] = (await shop.stripe.all("/v1/events"))[0]
    return event


async def make_due(shop: Shop) -> None:
    """As if time had passed."""
    async with shop.services.engine.begin() as connection:
        await connection.execute(update(InboxEvent).where(InboxEvent.due_at.is_not(None)).values(due_at=0))


async def kept(shop: Shop) -> list[Any]:
    async with shop.services.engine.connect() as connection:
        columns = (InboxEvent.id, InboxEvent.state, InboxEvent.attempts, InboxEvent.error, InboxEvent.due_at)
        return list(await connection.execute(select(*columns).order_by(InboxEvent.id)))


async def names(shop: Shop) -> list[str]:
    return sorted(each["name"] for each in await shop.mirrored(Customer))


async def test_an_event_whose_process_died_is_applied_when_its_lease_is_over(shop: Shop) -> None:
    inbox, drain = a_drain(shop)
    event = await an_event(shop)
    assert await inbox.keep_many([event]) == 1
    (taken,) = await inbox.take(1)
    assert taken.event == event
    assert await drain.once() == 0
    await make_due(shop)
    assert await drain.once() == 1
    assert [row.state for row in await kept(shop)] == [EventState.APPLIED]
    assert await names(shop) == ["Ada"]


async def test_what_fails_is_tried_again_with_growing_pauses_and_then_kept_as_failed(shop: Shop) -> None:
    inbox, drain = a_drain(shop)
    event = {**await an_event(shop), "api_version": "2020-08-27"}
    await inbox.keep_many([event])
    tries = len(PAUSES_SECONDS) + 1
    await shop.stripe.fault(kind="answer", status=500, method="GET", path="/v1/customers/.*", times=tries)
    pauses = []
    for attempt in range(1, tries + 1):
        await make_due(shop)
        async with shop.services.engine.connect() as connection:
            before = await connection.scalar(select(database_ms()))
        assert await drain.once() == 1
        (row,) = await kept(shop)
        assert row.attempts == attempt
        assert "Unavailable" in row.error
        pauses.append(None if row.due_at is None else round((row.due_at - before) / 1_000))
    assert row.state == EventState.FAILED
    assert pauses[-1] is None
    for measured, meant in zip(pauses, PAUSES_SECONDS, strict=False):
        assert measured is not None
        assert meant <= measured <= meant + 5


async def test_a_failed_event_is_applied_by_a_replay(shop: Shop) -> None:
    inbox, drain = a_drain(shop)
    event = await an_event(shop)
    await inbox.keep_many([event])
    async with shop.services.engine.begin() as connection:
        await rows.give_up(connection, inbox.account, event["id"], "Because.")
    await make_due(shop)
    assert await drain.once() == 0
    async with shop.services.engine.begin() as connection:
        assert await rows.replay(connection, inbox.account, None) == [event["id"]]
    assert await drain.once() == 1
    assert await names(shop) == ["Ada"]
    (row,) = await kept(shop)
    assert (row.state, row.error) == (EventState.APPLIED, None)


async def test_two_processes_that_drain_one_inbox_never_take_the_same_event(shop: Shop) -> None:
    first, _ = a_drain(shop)
    second, _ = a_drain(shop)
    event = await an_event(shop)
    await first.keep_many([{**event, "id": f"evt_{number:03}"} for number in range(120)])
    taken = await asyncio.gather(*(inbox.take(7) for inbox in (first, second) * 10))
    ids = [each.event["id"] for some in taken for each in some]
    assert len(ids) == len(set(ids)) == 120
    assert await first.take(1) == []


async def test_what_was_taken_is_due_again_when_the_lease_is_over(shop: Shop) -> None:
    inbox, drain = a_drain(shop)
    await inbox.keep_many([await an_event(shop)])
    (taken,) = await inbox.take(1)
    assert await drain.once() == 0
    async with shop.services.engine.begin() as connection:
        await connection.execute(update(InboxEvent).values(due_at=InboxEvent.due_at - LEASE_MS))
    assert await drain.once() == 1
    assert [row.id for row in await kept(shop)] == [taken.event["id"]]


async def test_a_long_inbox_is_drained_without_a_pause(shop: Shop) -> None:
    inbox = Inbox(shop.services.engine, shop.services.mirror)
    background = Background()
    event = await an_event(shop)
    many = [{**event, "id": f"evt_{number:03}"} for number in range(AT_ONCE * 3)]
    assert await inbox.keep_many(many) == len(many)
    task = asyncio.create_task(Drain(inbox, background).run())
    async with asyncio.timeout(20):
        while {row.state for row in await kept(shop)} != {EventState.APPLIED}:
            await background.pause(0.02)
    await background.close()
    await task


async def test_an_event_that_is_known_is_not_stored_again(shop: Shop) -> None:
    inbox, drain = a_drain(shop)
    event = await an_event(shop)
    assert await inbox.keep_many([event]) == 1
    assert await drain.once() == 1
    assert await inbox.keep_many([event]) == 0
    assert await inbox.store([Arrived(event, orjson.dumps(event))]) == []
    assert len(await kept(shop)) == 1
