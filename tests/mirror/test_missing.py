"""What was left out by a process that ended too early is found by what refers to it."""

import pytest
from sqlalchemy import delete

from db import leases
from db.tables import Charge, Customer, StoredObject
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


async def test_what_others_refer_to_is_fetched(shop: Shop) -> None:
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
