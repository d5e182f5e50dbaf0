"""Typed rows come again from the stored JSON."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

import mirror.rederive
from db.subscribers import Subscriber
from db.tables import (
    RESOURCES,
    Customer,
    Discount,
    Invoice,
    InvoiceLine,
    StoredObject,
    Subscription,
    SubscriptionItem,
)
from mirror.rederive import Derived, Rederive
from tests.mirror.equality import differences
from tests.mirror.test_events import a_history, deliver, events_of
from tests.resolvers.shop import SUBSCRIBER_KEY, Shop

pytestmark = pytest.mark.anyio


async def rederive(shop: Shop, *types: str, stop_after: int | None = None) -> dict[str, Derived]:
    """The last that is told of each type."""
    told: dict[str, Derived] = {}
    run = Rederive(shop.services.engine, shop.services.account, subscriber_key=SUBSCRIBER_KEY).run(types)
    async for each in run:
        told[each.type] = each
        if stop_after is not None and each.objects >= stop_after:
            break
    return told


async def test_every_typed_row_comes_again_with_places_periods_claims_and_links(shop: Shop) -> None:
    await a_history(shop)
    await deliver(shop, await events_of(shop))
    before = {table: await rows(shop, table) for table in (*RESOURCES, Subscriber)}
    assert {key: each.changed for key, each in (await rederive(shop)).items() if each.changed} == {}
    # As if the tables had been added later, and once more as if a column had.
    await shop.by_hand(*(delete(table) for table in RESOURCES), update(Subscriber).values(customer=None))
    told = await rederive(shop)
    assert {table: await rows(shop, table) for table in before} == before
    assert all(told[table.object_name].changed == len(before[table]) for table in RESOURCES)
    await shop.by_hand(update(Customer).values(email=None))
    assert (await rederive(shop, "customer"))["customer"].changed == len(before[Customer])
    assert await rows(shop, Customer) == before[Customer]
    assert await differences(shop) == []


async def rows(shop: Shop, table: Any) -> list[Any]:
    """All of them but the places of parts that nothing lists any more."""
    found = [dict(row) for row in await shop.mirrored(table)]
    for row in found:
        if "position" in row and row["deleted"]:
            row["position"] = None
    return sorted(found, key=lambda row: str(row.get("id", row.get("subscriber"))))


async def test_columns_that_somebody_changed_are_right_again_and_only_those_are_written(shop: Shop) -> None:
    await a_history(shop)
    await deliver(shop, await events_of(shop))
    await shop.by_hand(
        update(Invoice).values(total=0, deleted=True),
        update(SubscriptionItem).values(position=9),
        update(Subscription).values(current_period_start=1),
        update(Discount).values(coupon=None),
        update(Customer).where(Customer.claimed_subscriber == "ada").values(claimed_subscriber="eve"),
        delete(InvoiceLine),
    )
    told = await rederive(shop)
    async with shop.services.engine.connect() as connection:
        counts = {
            table: await connection.scalar(select(func.count()).select_from(table)) for table in (Invoice, InvoiceLine)
        }
    assert told["invoice"].changed == counts[Invoice]
    assert told["line_item"].changed == counts[InvoiceLine] == told["line_item"].objects > 0
    assert (told["product"].changed, told["subscription"].changed, told["customer"].changed) == (0, 1, 1)
    assert await differences(shop) == []
    assert {each["customer"] is None for each in await shop.mirrored(Subscriber, subscriber="ada")} == {False}


async def test_one_that_was_stopped_goes_on_and_one_for_other_settings_does_not(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mirror.rederive, "AT_ONCE", 2)
    for number in range(5):
        await shop.stripe.post("/v1/customers", name=f"{number}", **{"metadata[tenant]": f"{number}"})
    await deliver(shop, await events_of(shop))
    await shop.by_hand(update(Customer).values(name="Eve"))
    await rederive(shop, "customer", stop_after=2)
    other = Rederive(shop.services.engine, shop.services.account, subscriber_key="tenant")
    assert {each.resumed_at async for each in other.run(["customer"])} == {0}
    assert {each["claimed_subscriber"] for each in await shop.mirrored(Customer)} == {"0", "1", "2", "3", "4"}

    await shop.by_hand(update(Customer).values(name="Eve"))
    await rederive(shop, "customer", stop_after=2)
    told = await rederive(shop, "customer")
    assert (told["customer"].resumed_at, told["customer"].objects, told["customer"].changed) == (2, 5, 3)
    # One that has ended begins anew.
    assert (await rederive(shop, "customer"))["customer"].resumed_at == 0


async def test_nothing_newer_is_lost_to_one_that_runs_beside_a_server(shop: Shop) -> None:
    customers = [await shop.stripe.post("/v1/customers", name="0") for _ in range(4)]
    await deliver(shop, await events_of(shop))

    async def changing() -> None:
        for number in range(1, 8):
            for customer in customers:
                await shop.stripe.post(f"/v1/customers/{customer['id']}", name=f"{number}")
                await shop.services.mirror.refresh("customer", customer["id"])

    change = asyncio.create_task(changing())
    while not change.done():
        await rederive(shop, "customer")
    await change
    assert [each["name"] for each in await shop.mirrored(Customer)] == ["7"] * 4
    assert await differences(shop) == []


async def test_json_that_cannot_be_read_stops_nothing(shop: Shop) -> None:
    await a_history(shop)
    await deliver(shop, await events_of(shop))
    (first, *_) = await shop.mirrored(StoredObject, type="invoice")
    await shop.by_hand(
        update(StoredObject)
        .where(StoredObject.id == first["id"])
        .values(data={**first["data"], "total_taxes": "none"}),
        update(Invoice).values(number="0"),
    )
    await rederive(shop, "invoice")
    assert {each["id"] for each in await shop.mirrored(Invoice) if each["number"] == "0"} == {first["id"]}
