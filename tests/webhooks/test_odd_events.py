"""Events that are not as usual: the answer is a 2xx, and what the mirror makes of them is right."""

import time
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from db.inbox import EventState, InboxEvent
from db.tables import Charge, Customer, StoredObject, Subscription
from mirror.gateway import API_VERSION
from tests.mirror.equality import differences
from tests.webhooks.test_endpoint import Endpoint, endpoint

__all__ = ["endpoint"]

pytestmark = pytest.mark.anyio


async def newest(endpoint: Endpoint, type: str) -> dict[str, Any]:
    events = await endpoint.shop.stripe.all("/v1/events")
    return next(event for event in events if event["type"] == type)


async def what_became_of(endpoint: Endpoint) -> dict[str, tuple[str, str | None]]:
    async with endpoint.shop.services.engine.connect() as connection:
        rows = await connection.execute(select(InboxEvent.id, InboxEvent.state, InboxEvent.error))
        return {row.id: (row.state, row.error) for row in rows}


async def versions(endpoint: Endpoint) -> set[str]:
    async with endpoint.shop.services.engine.connect() as connection:
        return set(await connection.scalars(select(StoredObject.api_version)))


def thin(type: str, related: Any, **more: Any) -> bytes:
    event = {"id": "evt_test_65R", "object": "v2.core.event", "type": type, "created": "2026-11-01T00:00:00.000Z"}
    return orjson.dumps({**event, "livemode": False, "related_object": related, **more})


@pytest.mark.parametrize("version", ["2015-10-16", "2024-06-20", "2027-03-31.zinnia", None])
async def test_an_event_of_another_version_is_taken_from_stripe_in_the_pinned_one(
    endpoint: Endpoint, version: str | None
) -> None:
    event = await endpoint.an_event()
    event["data"]["object"] = {"id": event["data"]["object"]["id"], "object": "customer", "name": "as it was then"}
    assert await endpoint.post(orjson.dumps({**event, "api_version": version})) == 200
    assert [each["name"] for each in await endpoint.shop.mirrored(Customer)] == ["Ada"]
    assert await versions(endpoint) == {API_VERSION}


async def test_what_an_event_of_another_version_holds_inside_need_not_be_at_stripe_any_more(endpoint: Endpoint) -> None:
    stripe = endpoint.shop.stripe
    price = await endpoint.shop.price(known=False)
    coupon = (await stripe.post("/v1/coupons", percent_off=10, duration="forever"))["id"]
    customer = await stripe.post("/v1/customers", payment_method="pm_card_visa")
    method = (await stripe.get("/v1/payment_methods", customer=customer["id"]))["data"][0]["id"]
    made = {"items[0][price]": price, "discounts[0][coupon]": coupon, "default_payment_method": method}
    subscription = await stripe.post("/v1/subscriptions", customer=customer["id"], **made)
    await stripe.delete(f"/v1/coupons/{coupon}")
    event = await newest(endpoint, "customer.subscription.created")
    discount = {"id": "di_old", "object": "discount", "coupon": {"id": coupon, "object": "coupon"}}
    event["data"]["object"] = {**event["data"]["object"], "discount": discount}
    assert await endpoint.post(orjson.dumps({**event, "api_version": "2020-08-27"})) == 200
    assert await what_became_of(endpoint) == {event["id"]: (EventState.APPLIED, None)}
    assert [each["id"] for each in await endpoint.shop.mirrored(Subscription)] == [subscription["id"]]
    assert await versions(endpoint) == {API_VERSION}


async def test_an_event_of_another_version_about_what_stripe_never_had_is_kept_as_failed(endpoint: Endpoint) -> None:
    event = await endpoint.an_event()
    event["data"]["object"]["id"] = "cus_nope"
    assert await endpoint.post(orjson.dumps({**event, "api_version": "2020-08-27"})) == 200
    ((state, error),) = (await what_became_of(endpoint)).values()
    assert state == EventState.FAILED
    assert error is not None
    assert error.startswith("UnknownObject")
    assert await endpoint.shop.mirrored(Customer) == []


async def test_unknown_types_are_stored_and_counted_and_are_no_error(endpoint: Endpoint) -> None:
    event = await endpoint.an_event()
    new = {**event, "id": "evt_1", "type": "customer.invented.happened"}
    strange = {
        **event,
        "id": "evt_2",
        "type": "v1.future.event",
        "data": {"object": {"id": "x_1", "object": "x_thing"}},
    }
    for odd in (new, strange):
        assert await endpoint.post(orjson.dumps(odd)) == 200
    assert await what_became_of(endpoint) == dict.fromkeys(("evt_1", "evt_2"), (EventState.APPLIED, None))
    assert [each["name"] for each in await endpoint.shop.mirrored(Customer)] == ["Ada"]


async def test_unknown_fields_and_words_and_odd_text_are_kept(endpoint: Endpoint) -> None:
    event = await endpoint.an_event()
    odd = {"description": "a\x00b \U0001f4b8 \u202e", "brand_new": {"x": [1]}, "tax_exempt": "invented"}
    event["data"]["object"].update(odd)
    assert await endpoint.post(orjson.dumps({**event, "new_top": {"a": 1}})) == 200
    (stored,) = await endpoint.shop.mirrored(StoredObject, type="customer")
    kept = {name: stored["data"][name] for name in odd}
    assert kept == {**odd, "description": "a\ufffdb \U0001f4b8 \u202e"}


@pytest.mark.parametrize("data", [{}, {"object": None}, {"object": []}, {"object": {"id": "x"}}])
async def test_an_event_without_an_object_is_stored_and_over(endpoint: Endpoint, data: dict[str, Any]) -> None:
    event = await endpoint.an_event()
    assert await endpoint.post(orjson.dumps({**event, "data": data})) == 200
    assert await what_became_of(endpoint) == {event["id"]: (EventState.APPLIED, None)}


async def test_a_dispute_is_word_of_its_charge(endpoint: Endpoint) -> None:
    stripe = endpoint.shop.stripe
    customer = await stripe.post("/v1/customers", payment_method="pm_card_createDispute")
    method = (await stripe.get("/v1/payment_methods", customer=customer["id"]))["data"][0]["id"]
    never = {"automatic_payment_methods[enabled]": "true", "automatic_payment_methods[allow_redirects]": "never"}
    paid = {"payment_method": method, "customer": customer["id"], "confirm": "true", **never}
    await stripe.post("/v1/payment_intents", amount=500, currency="usd", **paid)
    (await stripe.http.post("/sandbox/clock", json={"seconds": 60})).raise_for_status()
    assert await endpoint.post(orjson.dumps(await newest(endpoint, "charge.dispute.created"))) == 200
    (charge,) = await endpoint.shop.mirrored(Charge)
    assert charge["disputed"] is True


async def test_a_thin_event_about_what_cannot_be_fetched_is_stored_with_its_time(endpoint: Endpoint) -> None:
    meter = {"id": "mtr_1", "type": "billing.meter", "url": "/v1/billing/meters/mtr_1"}
    odd: list[Any] = [meter, None, [], {"id": 1, "type": "customer"}, {"type": "customer"}]
    for number, related in enumerate(odd):
        body = thin("v1.billing.meter.error_report_triggered", related, id=f"evt_{number}")
        assert await endpoint.post(body) == 200
    ping = thin("v2.core.event_destination.ping", {"id": "ed_1", "type": "v2.core.event_destination"}, id="evt_ping")
    assert await endpoint.post(ping) == 200
    assert set((await what_became_of(endpoint)).values()) == {(EventState.APPLIED, None)}
    async with endpoint.shop.services.engine.connect() as connection:
        assert set(await connection.scalars(select(InboxEvent.created))) == {1_793_491_200}


async def test_a_thin_event_of_another_account_is_left_out(endpoint: Endpoint) -> None:
    ours = endpoint.shop.services.account.id
    customer = await endpoint.shop.stripe.post("/v1/customers", name="Ada")
    related = {"id": customer["id"], "type": "customer"}
    for context in ("acct_other", f"{ours}/acct_other"):
        assert await endpoint.post(thin("v1.customer.created", related, context=context)) == 200
    assert await endpoint.shop.mirrored(Customer) == []
    assert await endpoint.post(thin("v1.customer.created", related, context=f"org_1/{ours}")) == 200
    assert [each["name"] for each in await endpoint.shop.mirrored(Customer)] == ["Ada"]


async def test_a_thin_event_about_what_was_deleted_marks_it(endpoint: Endpoint) -> None:
    customer = await endpoint.shop.stripe.post("/v1/customers", name="Ada")
    await endpoint.shop.services.mirror.refresh("customer", customer["id"])
    await endpoint.shop.stripe.delete(f"/v1/customers/{customer['id']}")
    assert await endpoint.post(thin("v1.customer.deleted", {"id": customer["id"], "type": "customer"})) == 200
    assert await endpoint.shop.mirrored(Customer, deleted=False) == []
    assert await differences(endpoint.shop) == []


async def test_an_old_thin_event_that_cannot_be_dated_is_dated_by_its_coming(endpoint: Endpoint) -> None:
    assert await endpoint.post(thin("v1.x", None, created="soon")) == 200
    async with endpoint.shop.services.engine.connect() as connection:
        (created,) = await connection.scalars(select(InboxEvent.created))
    assert time.time() - 600 < created <= time.time()
