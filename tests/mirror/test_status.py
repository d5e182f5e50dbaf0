"""The figures of the mirror's status, from a real database."""

import time
from typing import Any

import pytest
from sqlalchemy import insert, update

from db import inbox, watermarks
from db.accounts import Account
from db.inbox import EventState, InboxEvent
from db.operations import Identity, begin
from db.tables import RESOURCES, Customer
from mirror.census import Census
from mirror.gateway import API_VERSION
from mirror.status import Status, status
from mirror.warnings import MANY_TRIES
from tests.resolvers.shop import Shop

pytestmark = pytest.mark.anyio

NOW = int(time.time())


async def of(shop: Shop) -> Status:
    services = shop.services
    return await status(services.engine, services.account, services.mirror.census)


async def store(shop: Shop, account: Account, *events: dict[str, Any]) -> None:
    async with shop.services.engine.begin() as connection:
        for number, event in enumerate(events):
            row = {
                "account": account.id,
                "livemode": account.livemode,
                "id": f"evt_{number}",
                "type": "customer.updated",
                "api_version": API_VERSION,
                "created": NOW,
                "received_at": NOW,
                "body": b"{}",
                "state": EventState.APPLIED,
                "attempts": 1,
            }
            await connection.execute(insert(InboxEvent).values({**row, **event}))


async def note(shop: Shop, **moments: int) -> None:
    async with shop.services.engine.begin() as connection:
        for name, moment in moments.items():
            await watermarks.write(connection, shop.services.account, name, moment)


async def all_synced_at(shop: Shop, moment: int) -> None:
    await note(shop, **{f"{watermarks.SYNC}{table.__tablename__}": moment for table in RESOURCES})


async def test_events_are_counted_by_what_became_of_them(shop: Shop) -> None:
    await store(
        shop,
        shop.services.account,
        {"created": NOW - 10},
        {"created": NOW - 50, "state": EventState.PENDING},
        {"created": NOW - 70, "state": EventState.PENDING, "attempts": MANY_TRIES},
        {"created": NOW - 90, "state": EventState.FAILED},
    )
    now = await of(shop)
    assert (now.events_pending, now.events_failed, now.last_event_at) == (2, 1, NOW - 10)
    assert 70 <= now.lag_seconds <= 70 + time.time() - NOW
    assert [sentence for sentence in now.warnings if sentence.startswith("1 event could")] == [
        sentence for sentence in now.warnings if " event could not be applied" in sentence
    ]
    assert len([sentence for sentence in now.warnings if " event could not be applied" in sentence]) == 2


async def test_there_is_no_lag_where_all_is_applied(shop: Shop) -> None:
    await store(shop, shop.services.account, {"created": NOW - 100_000})
    assert (await of(shop)).lag_seconds == 0


async def test_the_last_sync_of_all_is_that_of_the_resource_whose_sync_is_longest_ago(shop: Shop) -> None:
    assert (await of(shop)).last_synced_at is None
    await all_synced_at(shop, NOW - 10)
    await note(shop, **{"sync:refunds": NOW - 500})
    now = await of(shop)
    assert now.last_synced_at == NOW - 500
    assert {each.name: each.sync_completed_at for each in now.resources}["customers"] == NOW - 10
    assert not [sentence for sentence in now.warnings if "sync" in sentence]


async def test_one_resource_that_was_never_synced_leaves_the_whole_unsynced(shop: Shop) -> None:
    await note(shop, **{f"sync:{table.__tablename__}": NOW for table in RESOURCES[1:]})
    now = await of(shop)
    assert now.last_synced_at is None
    assert [sentence for sentence in now.warnings if sentence.startswith("Never read whole from Stripe: customers.")]


async def test_live_rows_are_counted_and_how_stale_the_stalest_is(shop: Shop) -> None:
    first, second, gone = [await shop.customer(name, card=None) for name in ("ada", "grace", "joan")]
    async with shop.services.engine.begin() as connection:
        await connection.execute(update(Customer).where(Customer.id == second).values(observed_at=5))
        await connection.execute(update(Customer).where(Customer.id == gone).values(observed_at=1, deleted=True))
    customers = {each.name: each for each in (await of(shop)).resources}["customers"]
    assert (customers.rows, customers.oldest_observed_at) == (2, 5)
    assert first != second


async def test_events_of_another_version_are_told_of_for_a_day(shop: Shop) -> None:
    old = {"api_version": "2020-08-27", "created": NOW - 200_000}
    await store(shop, shop.services.account, {**old, "received_at": NOW - 86_500}, {"api_version": None})
    assert not [sentence for sentence in (await of(shop)).warnings if "version" in sentence]
    async with shop.services.engine.begin() as connection:
        await connection.execute(update(InboxEvent).values(received_at=NOW))
    (told,) = [sentence for sentence in (await of(shop)).warnings if "version" in sentence]
    assert "2020-08-27" in told


async def test_a_subscriber_with_several_live_customers_is_told_of(shop: Shop) -> None:
    claim = {f"metadata[{shop.services.policy.subscriber_metadata_key}]": "ada"}
    for _ in range(2):
        customer = await shop.stripe.post("/v1/customers", **claim)
        await shop.services.mirror.refresh("customer", customer["id"])
    assert [sentence for sentence in (await of(shop)).warnings if "Subscriber ada has 2 live customers" in sentence]


async def test_mutations_that_are_not_settled_are_counted_and_told_of_when_they_are_old(shop: Shop) -> None:
    services = shop.services
    async with services.engine.begin() as connection:
        await begin(connection, Identity(services.account, "operator:a", "charge", "k"), "hash", "owner")
    now = await of(shop)
    assert now.operations_pending == 1
    assert not [sentence for sentence in now.warnings if "not settled" in sentence]
    async with services.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE operations SET created = created - 700000")
    assert not [sentence for sentence in (await of(shop)).warnings if "not settled" in sentence], "It is under way."
    async with services.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE operations SET lease_until = 0")
    assert [sentence for sentence in (await of(shop)).warnings if "not settled" in sentence]


async def test_nothing_of_another_account_or_mode_is_counted(shop: Shop) -> None:
    account = shop.services.account
    for number, other in enumerate((Account("acct_other", account.livemode), Account(account.id, True))):
        await store(shop, other, {"id": f"evt_{number}", "state": EventState.FAILED, "api_version": "2020-08-27"})
        async with shop.services.engine.begin() as connection:
            row = {"account": other.id, "livemode": other.livemode, "created": 1, "observed_at": 1, "deleted": False}
            twice = [{**row, "id": f"cus_{each}", "claimed_subscriber": "ada"} for each in range(2)]
            await connection.execute(insert(Customer), twice)
            await watermarks.write(connection, other, "gap", NOW)
            await watermarks.write(connection, other, "sync:customers", NOW)
            await begin(connection, Identity(other, "operator:a", "charge", "k"), "hash", "owner")
    now = await of(shop)
    assert (now.events_pending, now.events_failed, now.operations_pending, now.last_event_at) == (0, 0, 0, None)
    assert {each.rows for each in now.resources} == {0}
    assert {each.sync_completed_at for each in now.resources} == {None}
    assert all(word not in sentence for sentence in now.warnings for word in ("ada", "version", "30 days"))


async def test_counting_that_takes_long_is_not_done_anew_each_time(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    census = Census(shop.services.engine, shop.services.account)
    monkeypatch.setattr("mirror.census.QUICK_SECONDS", -1.0)
    monkeypatch.setattr("mirror.census.REST", 1_000_000)
    assert (await census.counts()).resources["customers"].rows == 0
    await shop.customer("ada", card=None)
    assert (await census.counts()).resources["customers"].rows == 0
    assert (await shop.services.mirror.census.counts()).resources["customers"].rows == 1


async def test_what_is_not_stored_is_told_from_what_is(shop: Shop) -> None:
    await store(shop, shop.services.account, {"id": "evt_here"})
    async with shop.services.engine.connect() as connection:
        assert await inbox.strangers(connection, shop.services.account, ["evt_here", "evt_not"]) == {"evt_not"}
