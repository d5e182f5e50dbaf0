"""replayEvents makes stored events pending again."""

import pytest
from sqlalchemy import insert, select

from db.accounts import Account
from db.inbox import EventState, InboxEvent
from resolvers.outcome import UserErrorCode
from resolvers.replay_events import MOST_IDS, ReplayEventsRequest, replay_events
from tests.resolvers.shop import Shop

pytestmark = pytest.mark.anyio


async def store(shop: Shop, **states: EventState) -> None:
    """Events by their ids, and one of another account and another mode each that failed too."""
    account = shop.services.account
    others = {"evt_other": Account("acct_other", account.livemode), "evt_mode": Account(account.id, True)}
    row = {
        "type": "customer.updated",
        "api_version": None,
        "created": 1,
        "received_at": 1,
        "body": b"{}",
        "attempts": 9,
    }
    rows = [
        {**row, "account": owner.id, "livemode": owner.livemode, "id": id, "state": state, "attempts": 9}
        for owner, id, state in [
            *((account, id, state) for id, state in states.items()),
            *((owner, id, EventState.FAILED) for id, owner in others.items()),
        ]
    ]
    async with shop.services.engine.begin() as connection:
        await connection.execute(insert(InboxEvent), rows)


async def pending(shop: Shop) -> list[str]:
    async with shop.services.engine.connect() as connection:
        due = InboxEvent.state == EventState.PENDING, InboxEvent.due_at.is_not(None), InboxEvent.attempts == 0
        return sorted(await connection.scalars(select(InboxEvent.id).where(*due)))


async def test_all_that_failed_are_pending_again_and_no_others(shop: Shop) -> None:
    await store(shop, evt_1=EventState.FAILED, evt_2=EventState.APPLIED, evt_3=EventState.FAILED)
    outcome = await replay_events(shop.operator(), ReplayEventsRequest(None, all_failed=True))
    assert (outcome.replayed, outcome.errors) == (2, ())
    assert await pending(shop) == ["evt_1", "evt_3"]


async def test_those_with_the_given_ids_are_pending_again_and_an_unknown_id_is_told(shop: Shop) -> None:
    await store(shop, evt_1=EventState.FAILED, evt_2=EventState.APPLIED)
    wanted = ["evt_2", "evt_other", "evt_\x00", "evt_mode"]
    outcome = await replay_events(shop.operator(), ReplayEventsRequest(wanted, all_failed=False))
    assert outcome.replayed == 1
    assert {error.code for error in outcome.errors} == {UserErrorCode.NOT_FOUND}
    assert [error.path for error in outcome.errors] == [("ids", "1"), ("ids", "2"), ("ids", "3")]
    assert await pending(shop) == ["evt_2"]


@pytest.mark.parametrize(
    "request_",
    [
        ReplayEventsRequest(None, all_failed=False),
        ReplayEventsRequest([], all_failed=False),
        ReplayEventsRequest(["evt_1"], all_failed=True),
        ReplayEventsRequest(["evt_1"] * (MOST_IDS + 1), all_failed=False),
    ],
)
async def test_neither_both_nor_too_many_is_refused(shop: Shop, request_: ReplayEventsRequest) -> None:
    await store(shop, evt_1=EventState.FAILED)
    (error,) = (await replay_events(shop.operator(), request_)).errors
    assert (error.code, error.path) == (UserErrorCode.INVALID_INPUT, ("ids",))
    assert await pending(shop) == []
