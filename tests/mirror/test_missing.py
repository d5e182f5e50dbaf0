"""What is referred to and is not here comes, sooner or later."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import delete, text, update

from db import leases
from db.tables import Charge, Customer, PaymentIntent, StoredObject
from mirror.backfill.alone import LEASE as SYNC
from mirror.missing import Missing
from tests.mirror.equality import differences
from tests.resolvers.shop import Shop

pytestmark = pytest.mark.anyio


async def shop_without_a_customer(shop: Shop) -> str:
    """As a process leaves it that puts a payment away and ends before it has asked for the customer."""
    customer = await shop.customer()
    paid = await shop.stripe.post(
        "/v1/payment_intents",
        amount=500,
        currency="usd",
        customer=customer,
        payment_method=(await shop.stripe.all(f"/v1/customers/{customer}/payment_methods"))[0]["id"],
        confirm="true",
        off_session="true",
        **{"automatic_payment_methods[enabled]": "true", "automatic_payment_methods[allow_redirects]": "never"},
    )
    await shop.services.mirror.refresh("charge", paid["latest_charge"])
    async with shop.services.engine.begin() as connection:
        await connection.execute(delete(StoredObject).where(StoredObject.type == "customer"))
        await connection.execute(delete(Customer))
    return customer


async def test_what_a_process_that_ended_left_out_is_found_by_what_refers_to_it(shop: Shop) -> None:
    customer = await shop_without_a_customer(shop)
    assert await Missing(shop.services.engine, shop.services.mirror).fetch() >= 1
    assert [each["id"] for each in await shop.mirrored(Customer)] == [customer]
    assert len(await shop.mirrored(Charge)) == 1
    assert await Missing(shop.services.engine, shop.services.mirror).fetch() == 0
    assert await differences(shop) == []


async def test_while_a_sync_or_another_process_looks_nothing_is_asked(shop: Shop) -> None:
    await shop_without_a_customer(shop)
    missing = Missing(shop.services.engine, shop.services.mirror)
    for name in (SYNC, "missing"):
        async with shop.services.engine.begin() as connection:
            assert await leases.hold(connection, shop.services.account, name, "another")
        assert await missing.fetch() == 0
        assert await shop.mirrored(Customer) == []
        async with shop.services.engine.begin() as connection:
            await leases.let_go(connection, shop.services.account, name, "another")
    assert await missing.fetch() >= 1


async def arrives(shop: Shop, id: str) -> None:
    """The customer, by itself."""
    async with asyncio.timeout(30):
        while [each["id"] for each in await shop.mirrored(Customer)] != [id]:
            await shop.services.mirror.background.pause(0.1)


async def a_payment_of_an_unknown_customer(shop: Shop) -> dict[str, Any]:
    customer = (await shop.stripe.post("/v1/customers", name="Ada"))["id"]
    return await shop.stripe.post("/v1/payment_intents", amount=500, currency="usd", customer=customer)


async def test_many_are_fetched_together_and_one_that_does_not_come_keeps_none_out(shop: Shop) -> None:
    ids = [(await shop.stripe.post("/v1/customers", name=f"{number}"))["id"] for number in range(70)]
    payments = [await shop.stripe.post("/v1/payment_intents", amount=500, currency="usd", customer=id) for id in ids]
    await shop.stripe.delete(f"/v1/customers/{ids[0]}")
    for payment in payments:
        await shop.services.mirror.refresh("payment_intent", payment["id"])
    await shop.by_hand(delete(StoredObject).where(StoredObject.type == "customer"), delete(Customer))
    await shop.by_hand(update(PaymentIntent).where(PaymentIntent.customer == ids[1]).values(customer="cus_nobody"))
    assert await Missing(shop.services.engine, shop.services.mirror).fetch() == 69
    assert sorted(each["id"] for each in await shop.mirrored(Customer)) == sorted([ids[0], *ids[2:]])


async def test_what_is_referred_to_is_looked_up_again_when_the_database_was_away_at_that_moment(shop: Shop) -> None:
    payment = await a_payment_of_an_unknown_customer(shop)
    await shop.services.mirror.refresh("payment_intent", payment["id"])
    await shop.by_hand(text("ALTER TABLE objects RENAME TO objects_away"))
    await asyncio.sleep(2.5)
    await shop.by_hand(text("ALTER TABLE objects_away RENAME TO objects"))
    assert await shop.mirrored(Customer) == []
    await arrives(shop, payment["customer"])


async def test_what_is_referred_to_is_asked_for_again_when_stripe_was_away_at_that_moment(shop: Shop) -> None:
    payment = await a_payment_of_an_unknown_customer(shop)
    await shop.stripe.fault(kind="answer", status=500, method="GET", path="/v1/customers/.*", times=1)
    await shop.services.mirror.refresh("payment_intent", payment["id"])
    await asyncio.sleep(2.5)
    assert await shop.mirrored(Customer) == []
    await arrives(shop, payment["customer"])
