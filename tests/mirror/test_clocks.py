"""What lives on a test clock is dated by it, and the events about it are not."""

import time

import pytest

from db.tables import Customer, Invoice, Price
from tests.mirror.equality import differences
from tests.mirror.test_catchup import catch_up_of, drained
from tests.mirror.test_events import deliver, events_of
from tests.resolvers.shop import Shop

pytestmark = pytest.mark.anyio

CLOCKS = "/v1/test_helpers/test_clocks"
LATER, EARLIER = 1_950_000_000, 1_600_000_000


@pytest.mark.parametrize("frozen", [LATER, EARLIER])
async def test_a_change_is_not_taken_for_old_news_because_a_clock_differs(shop: Shop, frozen: int) -> None:
    clock = (await shop.stripe.post(CLOCKS, frozen_time=frozen))["id"]
    customer = (await shop.stripe.post("/v1/customers", name="Ada", test_clock=clock))["id"]
    await deliver(shop, await events_of(shop))
    await shop.services.mirror.refresh("customer", customer)
    await shop.stripe.post(f"/v1/customers/{customer}", name="Grace")
    await deliver(shop, [each for each in await events_of(shop) if each["type"] == "customer.updated"])
    (row,) = await shop.mirrored(Customer)
    assert row["name"] == "Grace"


async def test_a_price_that_changes_is_told_of_though_a_subscription_on_a_clock_showed_it(shop: Shop) -> None:
    price = await shop.price(known=False)
    clock = (await shop.stripe.post(CLOCKS, frozen_time=LATER))["id"]
    customer = (await shop.stripe.post("/v1/customers", test_clock=clock))["id"]
    trial = {"items[0][price]": price, "trial_period_days": 9}
    await shop.stripe.post("/v1/subscriptions", customer=customer, **trial)
    await deliver(shop, await events_of(shop))
    await shop.stripe.post(f"/v1/prices/{price}", active="false")
    await deliver(shop, [each for each in await events_of(shop) if each["type"] == "price.updated"])
    (row,) = await shop.mirrored(Price)
    assert row["active"] is False
    assert await differences(shop) == []


async def test_months_on_a_clock_arrive_in_any_order(shop: Shop) -> None:
    price = await shop.price(known=False)
    clock = (await shop.stripe.post(CLOCKS, frozen_time=LATER))["id"]
    customer = (await shop.stripe.post("/v1/customers", test_clock=clock))["id"]
    card = await shop.stripe.post("/v1/payment_methods/pm_card_visa/attach", customer=customer)
    items = {"items[0][price]": price, "default_payment_method": card["id"]}
    await shop.stripe.post("/v1/subscriptions", customer=customer, **items)
    await shop.stripe.post(f"{CLOCKS}/{clock}/advance", frozen_time=LATER + 70 * 86_400)
    await deliver(shop, (await events_of(shop))[::-1])
    assert await differences(shop) == []
    await shop.stripe.delete(f"{CLOCKS}/{clock}")
    await deliver(shop, (await events_of(shop))[::-1])
    assert await differences(shop) == []


async def test_webhooks_that_were_lost_are_found_whatever_time_the_clock_tells(shop: Shop) -> None:
    await catch_up_of(shop).once()
    price = await shop.price()
    before = {each["id"] for each in await events_of(shop)}
    for frozen in (LATER, EARLIER):
        clock = (await shop.stripe.post(CLOCKS, frozen_time=frozen))["id"]
        customer = (await shop.stripe.post("/v1/customers", test_clock=clock))["id"]
        card = await shop.stripe.post("/v1/payment_methods/pm_card_visa/attach", customer=customer)
        items = {"items[0][price]": price, "default_payment_method": card["id"]}
        await shop.stripe.post("/v1/subscriptions", customer=customer, **items)
        await shop.stripe.post(f"{CLOCKS}/{clock}/advance", frozen_time=frozen + 35 * 86_400)
    events = [each for each in await events_of(shop) if each["id"] not in before]
    assert all(abs(each["created"] - time.time()) < 600 for each in events)
    assert (await catch_up_of(shop).once() or 0) >= len(events)
    await drained(shop)
    assert len(await shop.mirrored(Invoice, status="paid")) == 4
    assert await differences(shop) == []
