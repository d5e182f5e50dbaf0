"""Events that come together: stored and applied together, and none of them at the cost of another."""

import asyncio
from typing import Any

import orjson
import pytest
from sqlalchemy import event as listening
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from db.inbox import EventState, InboxEvent
from db.tables import Customer, StoredObject
from mirror.events import Inbox
from tests.resolvers.shop import Shop, open_shop
from webhooks.drain import Drain
from webhooks.gathering import Gathering

pytestmark = pytest.mark.anyio

OTHER_VERSION = "2020-08-27"
"""Events of another API version have to be asked for."""


def gathering_of(shop: Shop) -> Gathering:
    return Gathering(Inbox(shop.services.engine, shop.services.mirror))


async def deliver(gathering: Gathering, *events: dict[str, Any]) -> list[BaseException | None]:
    """Deliver all at once, and wait until they are applied; what each delivery raised."""
    deliveries = (gathering.deliver(event, orjson.dumps(event)) for event in events)
    raised = await asyncio.gather(*deliveries, return_exceptions=True)
    await gathering.applied()
    return raised


async def customers_made(shop: Shop, *names: str) -> list[dict[str, Any]]:
    for name in names:
        await shop.stripe.post("/v1/customers", name=name)
    return (await shop.stripe.all("/v1/events"))[::-1]


async def states(shop: Shop) -> dict[str, str]:
    async with shop.services.engine.connect() as connection:
        rows = await connection.execute(select(InboxEvent.id, InboxEvent.state))
        return {row.id: row.state for row in rows}


async def calls(shop: Shop) -> int:
    counters: dict[str, int] = (await shop.stripe.get("/sandbox/counters"))["counters"]
    return sum(count for path, count in counters.items() if path.startswith("GET /v1/customers/"))


async def test_what_comes_together_is_stored_and_applied_in_few_transactions(shop: Shop) -> None:
    events = await customers_made(shop, *(f"{number:02}" for number in range(40)))
    begun = 0

    @listening.listens_for(shop.services.engine.sync_engine, "commit")
    def count(_connection: Any) -> None:
        nonlocal begun
        begun += 1

    assert await deliver(gathering_of(shop), *events) == [None] * 40
    assert set((await states(shop)).values()) == {EventState.APPLIED}
    assert len(await shop.mirrored(Customer)) == 40
    assert begun <= 4


async def test_one_that_stripe_never_had_does_not_keep_the_others_out(shop: Shop) -> None:
    first, second, third = await customers_made(shop, "Ada", "Grace", "Joan")
    stranger = {**second, "id": "evt_stranger", "api_version": OTHER_VERSION}
    stranger["data"] = {"object": {"object": "customer", "id": "cus_nobody"}}
    other = {**third, "api_version": OTHER_VERSION}
    assert await deliver(gathering_of(shop), first, stranger, second, other) == [None] * 4
    assert (await states(shop)).pop("evt_stranger") == EventState.FAILED
    assert list((await states(shop)).values()).count(EventState.APPLIED) == 3
    assert sorted(each["name"] for each in await shop.mirrored(Customer)) == ["Ada", "Grace", "Joan"]


async def test_one_that_stripe_does_not_answer_for_is_put_off_alone(shop: Shop) -> None:
    events = await customers_made(shop, "Ada", "Grace", "Joan")
    asked = [{**event, "api_version": OTHER_VERSION} for event in events]
    id = asked[1]["data"]["object"]["id"]
    await shop.stripe.fault(kind="answer", status=500, method="GET", path=f"/v1/customers/{id}")
    assert await deliver(gathering_of(shop), *asked) == [None] * 3
    found = await states(shop)
    assert [found[event["id"]] for event in asked] == [EventState.APPLIED, EventState.PENDING, EventState.APPLIED]
    assert sorted(each["name"] for each in await shop.mirrored(Customer)) == ["Ada", "Joan"]


async def test_one_that_no_row_can_hold_does_not_keep_the_others_out(shop: Shop) -> None:
    events = await customers_made(shop, "Ada", "Grace", "Joan")
    events[1]["data"]["object"]["balance"] = 2**63
    assert await deliver(gathering_of(shop), *events) == [None] * 3
    found = await states(shop)
    assert [found[event["id"]] for event in events] == [EventState.APPLIED, EventState.PENDING, EventState.APPLIED]
    assert sorted(each["name"] for each in await shop.mirrored(Customer)) == ["Ada", "Joan"]


async def test_the_same_event_many_times_in_one_group_is_applied_once(shop: Shop) -> None:
    (event,) = await customers_made(shop, "Ada")
    assert await deliver(gathering_of(shop), *[event] * 30) == [None] * 30
    async with shop.services.engine.connect() as connection:
        row = (await connection.execute(select(InboxEvent.state, InboxEvent.attempts))).one()
    assert (row.state, row.attempts) == (EventState.APPLIED, 1)


async def test_the_same_events_at_two_processes_at_once_are_applied(
    shop: Shop, database_url: str, sandbox_url: str
) -> None:
    events = await customers_made(shop, *(f"{number:02}" for number in range(20)))
    async with open_shop(database_url, sandbox_url) as other:
        answers = await asyncio.gather(
            deliver(gathering_of(shop), *events), deliver(gathering_of(other), *events[::-1])
        )
    assert [error for some in answers for error in some] == [None] * 40
    assert set((await states(shop)).values()) == {EventState.APPLIED}
    async with shop.services.engine.connect() as connection:
        assert await connection.scalar(select(func.count()).select_from(StoredObject)) == 20


async def test_fifty_too_close_to_call_cost_two_calls_at_most(shop: Shop) -> None:
    (event,) = await customers_made(shop, "Ada")
    stripe_object = event["data"]["object"]
    claims = [
        {**event, "id": f"evt_{number:02}", "data": {"object": {**stripe_object, "name": f"{number}"}}}
        for number in range(50)
    ]
    before = await calls(shop)
    assert await deliver(gathering_of(shop), *claims) == [None] * 50
    assert await calls(shop) - before <= 2
    assert [each["name"] for each in await shop.mirrored(Customer)] == ["Ada"]
    assert set((await states(shop)).values()) == {EventState.APPLIED}


async def test_a_database_that_fails_amid_a_group_makes_stripe_send_again_and_nothing_is_lost(shop: Shop) -> None:
    events = await customers_made(shop, "Ada", "Grace", "Joan")
    gathering = gathering_of(shop)
    async with shop.services.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE events RENAME TO away"))
    raised = await deliver(gathering, *events)
    assert all(isinstance(error, SQLAlchemyError) for error in raised)
    async with shop.services.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE away RENAME TO events"))
    assert await shop.mirrored(Customer) == []
    assert await states(shop) == {}
    assert await deliver(gathering, *events) == [None] * 3
    assert set((await states(shop)).values()) == {EventState.APPLIED}


async def test_objects_that_cannot_be_written_leave_their_events_stored_and_due_again(shop: Shop) -> None:
    events = await customers_made(shop, "Ada", "Grace")
    inbox = Inbox(shop.services.engine, shop.services.mirror)
    async with shop.services.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE customers RENAME TO away"))
    raised = await deliver(Gathering(inbox), *events)
    async with shop.services.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE away RENAME TO customers"))
    if raised == [None, None]:
        assert set((await states(shop)).values()) == {EventState.PENDING}
        async with shop.services.engine.begin() as connection:
            await connection.execute(text("UPDATE events SET due_at = 0"))
        assert await Drain(inbox, shop.services.mirror.background).once() == 2
    else:
        assert await deliver(Gathering(inbox), *events) == [None, None]
    assert set((await states(shop)).values()) == {EventState.APPLIED}
    assert sorted(each["name"] for each in await shop.mirrored(Customer)) == ["Ada", "Grace"]
