"""Events, in whatever order they come."""

import random
import time
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from db.inbox import EventState, InboxEvent
from db.tables import Customer, Discount, InvoiceLine, StoredObject, Subscription, SubscriptionItem
from mirror.events import Arrived, Inbox
from tests.mirror.equality import differences
from tests.resolvers.shop import Shop

pytestmark = pytest.mark.anyio


async def a_history(shop: Shop) -> None:
    """Months in the life of two customers, made at Stripe and not here."""
    stripe = shop.stripe
    product = await stripe.post("/v1/products", name="Gold")
    monthly = {"product": product["id"], "currency": "usd", "recurring[interval]": "month"}
    price = await stripe.post("/v1/prices", unit_amount=2500, **monthly)
    other = await stripe.post("/v1/prices", unit_amount=900, **monthly)
    coupon = await stripe.post("/v1/coupons", percent_off=20, duration="forever")
    customer = await stripe.post("/v1/customers", email="ada@example.com", **{"metadata[subscriber_id]": "ada"})
    card = await stripe.post("/v1/payment_methods/pm_card_visa/attach", customer=customer["id"])
    default = {"invoice_settings[default_payment_method]": card["id"]}
    await stripe.post(f"/v1/customers/{customer['id']}", **default)
    items = {"items[0][price]": price["id"], "items[1][price]": other["id"], "discounts[0][coupon]": coupon["id"]}
    subscription = await stripe.post("/v1/subscriptions", customer=customer["id"], **items)
    await stripe.post("/v1/invoiceitems", customer=customer["id"], amount=300, currency="usd")
    invoice = await stripe.post(
        "/v1/invoices", customer=customer["id"], currency="usd", pending_invoice_items_behavior="include"
    )
    await stripe.post(f"/v1/invoices/{invoice['id']}/finalize")
    await stripe.post(f"/v1/invoices/{invoice['id']}/pay")
    gone = subscription["items"]["data"][1]["id"]
    await stripe.post(f"/v1/subscriptions/{subscription['id']}", **{"items[0][id]": gone, "items[0][deleted]": "true"})
    (await stripe.http.post("/sandbox/clock", json={"seconds": 32 * 86_400})).raise_for_status()
    charge = (await stripe.all("/v1/charges"))[0]
    await stripe.post("/v1/refunds", charge=charge["id"], amount=100)
    await stripe.delete(f"/v1/subscriptions/{subscription['id']}")
    left = await stripe.post("/v1/customers", email="grace@example.com", **{"metadata[subscriber_id]": "grace"})
    await stripe.delete(f"/v1/customers/{left['id']}")


async def events_of(shop: Shop) -> list[dict[str, Any]]:
    """Every event, oldest first."""
    found: list[dict[str, Any]] = []
    page = await shop.stripe.get("/v1/events", limit=100)
    found.extend(page["data"])
    while page["has_more"]:
        page = await shop.stripe.get("/v1/events", limit=100, starting_after=found[-1]["id"])
        found.extend(page["data"])
    return found[::-1]


async def deliver(shop: Shop, events: list[dict[str, Any]]) -> None:
    inbox = Inbox(shop.services.engine, shop.services.mirror)
    for event in events:
        await inbox.apply(await inbox.store([Arrived(event, orjson.dumps(event))]))


async def states(shop: Shop) -> set[tuple[str, str | None]]:
    async with shop.services.engine.connect() as connection:
        rows = await connection.execute(select(InboxEvent.state, InboxEvent.error))
        return {(row.state, row.error) for row in rows}


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_the_order_and_however_often_events_come_the_mirror_ends_equal_to_stripe(
    shop: Shop, seed: int
) -> None:
    await a_history(shop)
    events = await events_of(shop)
    rng = random.Random(seed)
    shuffled = [*events, *rng.sample(events, len(events) // 3)]
    rng.shuffle(shuffled)
    await deliver(shop, shuffled)
    assert await states(shop) == {(EventState.APPLIED, None)}
    assert await differences(shop) == []


async def test_what_a_subscription_no_longer_has_is_marked_deleted(shop: Shop) -> None:
    product = await shop.stripe.post("/v1/products", name="Gold")
    monthly = {"product": product["id"], "currency": "usd", "recurring[interval]": "month"}
    prices = [await shop.stripe.post("/v1/prices", unit_amount=amount, **monthly) for amount in (900, 2500)]
    customer = await shop.stripe.post("/v1/customers", payment_method="pm_card_visa")
    both = {f"items[{place}][price]": price["id"] for place, price in enumerate(prices)}
    method = (await shop.stripe.get("/v1/payment_methods", customer=customer["id"]))["data"][0]["id"]
    subscription = await shop.stripe.post(
        "/v1/subscriptions", customer=customer["id"], default_payment_method=method, **both
    )
    await deliver(shop, await events_of(shop))
    gone = subscription["items"]["data"][1]["id"]
    await shop.stripe.post(
        f"/v1/subscriptions/{subscription['id']}", **{"items[0][id]": gone, "items[0][deleted]": "true"}
    )
    await deliver(shop, await events_of(shop))
    found = await shop.mirrored(SubscriptionItem)
    assert sorted(item["deleted"] for item in found) == [False, True]
    (kept,) = [item for item in found if not item["deleted"]]
    (row,) = await shop.mirrored(Subscription)
    assert row["current_period_end"] == kept["current_period_end"]


async def test_a_discount_that_an_event_only_names_is_fetched_with_its_coupon(shop: Shop) -> None:
    await a_history(shop)
    created = next(each for each in await events_of(shop) if each["type"] == "customer.subscription.created")
    assert all(isinstance(id, str) for id in created["data"]["object"]["discounts"])
    await deliver(shop, [created])
    assert [each["coupon"] for each in await shop.mirrored(Discount)] != []
    assert None not in [each["coupon"] for each in await shop.mirrored(Discount)]


async def test_the_lines_of_a_long_invoice_are_read_to_the_end(shop: Shop) -> None:
    customer = await shop.stripe.post("/v1/customers", email="ada@example.com")
    for number in range(23):
        await shop.stripe.post(
            "/v1/invoiceitems", customer=customer["id"], amount=100 + number, currency="usd", description=f"{number}"
        )
    invoice = await shop.stripe.post(
        "/v1/invoices", customer=customer["id"], currency="usd", pending_invoice_items_behavior="include"
    )
    assert invoice["lines"]["has_more"]
    await deliver(shop, await events_of(shop))
    lines = await shop.mirrored(InvoiceLine, invoice=invoice["id"])
    assert sorted(line["position"] for line in lines) == list(range(23))
    assert sum(line["amount"] for line in lines) == invoice["total"]


async def test_events_of_another_api_version_are_asked_for_in_ours(shop: Shop) -> None:
    customer = await shop.stripe.post("/v1/customers", name="Ada")
    (event,) = await events_of(shop)
    old = {**event, "api_version": "2020-08-27"}
    old["data"] = {"object": {"object": "customer", "id": customer["id"], "name": "as it was written then"}}
    await deliver(shop, [old])
    assert [each["name"] for each in await shop.mirrored(Customer)] == ["Ada"]
    assert await differences(shop) == []


async def test_a_deletion_is_final_even_when_older_news_comes_later(shop: Shop) -> None:
    customer = await shop.stripe.post("/v1/customers", name="Ada")
    await shop.stripe.delete(f"/v1/customers/{customer['id']}")
    created, deleted = await events_of(shop)
    await deliver(shop, [deleted, created])
    assert [each["deleted"] for each in await shop.mirrored(Customer)] == [True]


async def test_a_discount_that_was_taken_off_in_the_second_of_its_invoice_stays_gone(shop: Shop) -> None:
    price = await shop.price()
    coupon = (await shop.stripe.post("/v1/coupons", percent_off=20, duration="forever"))["id"]
    customer = (await shop.stripe.post("/v1/customers"))["id"]
    asked = {"items[0][price]": price, "discounts[0][coupon]": coupon}
    subscription = (
        await shop.stripe.post("/v1/subscriptions", customer=customer, payment_behavior="default_incomplete", **asked)
    )["id"]
    await shop.stripe.post(f"/v1/subscriptions/{subscription}", discounts="")
    second = int(time.time())
    events = [{**event, "created": second} for event in await events_of(shop)]
    inbox = Inbox(shop.services.engine, shop.services.mirror)
    # Together: the invoice is asked for, and Stripe shows what was on it when it was made.
    await inbox.apply(await inbox.store([Arrived(event, orjson.dumps(event)) for event in events]))
    assert [each["deleted"] for each in await shop.mirrored(Discount)] == [True]
    assert await differences(shop) == []


async def test_an_event_about_what_stripe_never_had_is_kept_as_failed_and_deletes_nothing(shop: Shop) -> None:
    await shop.stripe.post("/v1/customers", name="Ada")
    (event,) = await events_of(shop)
    stranger = {**event, "api_version": "2020-08-27"}
    stranger["data"] = {"object": {"object": "customer", "id": "cus_nobody"}}
    await deliver(shop, [stranger])
    assert [state for state, _ in await states(shop)] == [EventState.FAILED]
    assert await shop.mirrored(StoredObject) == []


async def test_kinds_that_nobody_declared_are_stored_whole(shop: Shop) -> None:
    await shop.stripe.post("/v1/customers", name="Ada")
    (event,) = await events_of(shop)
    thing = {"object": "invented.thing", "id": "thing_1", "of": {"use": ["later"]}}
    await deliver(shop, [{**event, "type": "invented.thing.created", "data": {"object": thing}}])
    assert [each["data"] for each in await shop.mirrored(StoredObject)] == [thing]


async def test_the_places_of_a_long_list_follow_when_a_line_leaves_it(shop: Shop) -> None:
    customer = (await shop.stripe.post("/v1/customers"))["id"]
    for amount in range(100, 112):
        await shop.stripe.post("/v1/invoiceitems", customer=customer, amount=amount, currency="usd")
    bill = {"customer": customer, "pending_invoice_items_behavior": "include"}
    invoice = await shop.stripe.post("/v1/invoices", **bill)
    await deliver(shop, await events_of(shop))
    first = {"lines[0][id]": invoice["lines"]["data"][0]["id"], "lines[0][behavior]": "unassign"}
    await shop.stripe.post(f"/v1/invoices/{invoice['id']}/remove_lines", **first)
    await deliver(shop, await events_of(shop))
    positions = [row["position"] for row in await shop.mirrored(InvoiceLine, invoice=invoice["id"], deleted=False)]
    assert sorted(positions) == list(range(11))
    assert await differences(shop) == []
