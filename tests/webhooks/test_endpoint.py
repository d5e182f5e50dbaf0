"""POST /webhooks/stripe."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import orjson
import pytest
import stripe
from sqlalchemy import func, select
from starlette.applications import Starlette
from starlette.routing import Route

from db.inbox import EventState, InboxEvent
from db.tables import Customer
from mirror.events import Inbox
from tests.resolvers.shop import Shop
from webhooks.endpoint import MAX_BODY_BYTES, WebhookEndpoint

pytestmark = pytest.mark.anyio

OLD_SECRET, NEW_SECRET = "whsec_old", "whsec_new"


def signed(body: bytes, secret: str = NEW_SECRET, *, at: int | None = None) -> dict[str, str]:
    moment = int(time.time()) if at is None else at
    header = stripe.WebhookSignature.generate_signature_header(body.decode(), secret, moment)
    return {"stripe-signature": header}


@dataclass
class Endpoint:
    shop: Shop
    http: httpx.AsyncClient
    webhooks: WebhookEndpoint

    async def post(self, body: bytes, headers: dict[str, str] | None = None) -> int:
        sent = httpx.Headers(signed(body) if headers is None else headers, encoding="latin-1")
        response = await self.http.post("/webhooks/stripe", content=body, headers=sent)
        await self.webhooks.applied()
        return response.status_code

    async def states(self) -> list[str]:
        async with self.shop.services.engine.connect() as connection:
            return list(await connection.scalars(select(InboxEvent.state)))

    async def an_event(self) -> dict[str, Any]:
        await self.shop.stripe.post("/v1/customers", name="Ada")
        event: dict[str, Any] = (await self.shop.stripe.all("/v1/events"))[0]
        return event


@pytest.fixture
async def endpoint(shop: Shop) -> AsyncIterator[Endpoint]:
    services = shop.services
    inbox = Inbox(services.engine, services.mirror)
    webhooks = WebhookEndpoint(inbox, services.account, [OLD_SECRET, NEW_SECRET])
    app = Starlette(routes=[Route("/webhooks/stripe", webhooks.receive, methods=["POST"])])
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://server") as http:
        yield Endpoint(shop, http, webhooks)


async def test_a_signed_event_is_stored_and_applied(endpoint: Endpoint) -> None:
    assert await endpoint.post(orjson.dumps(await endpoint.an_event())) == 200
    assert await endpoint.states() == [EventState.APPLIED]
    assert [each["name"] for each in await endpoint.shop.mirrored(Customer)] == ["Ada"]


async def test_any_of_several_secrets_will_do_so_that_they_can_be_rotated(endpoint: Endpoint) -> None:
    body = orjson.dumps(await endpoint.an_event())
    assert await endpoint.post(body, signed(body, OLD_SECRET)) == 200
    assert await endpoint.post(body, signed(body, NEW_SECRET)) == 200


async def test_what_is_not_signed_by_stripe_is_refused_and_not_stored(endpoint: Endpoint) -> None:
    body = orjson.dumps(await endpoint.an_event())
    for headers in (
        {},
        {"stripe-signature": "t=1,v1=\xe9"},
        {"stripe-signature": "nonsense"},
        {"stripe-signature": f"t={int(time.time())}"},
        signed(body, "whsec_somebody_else"),
        signed(body, at=int(time.time()) - 400),
        signed(body + b" "),
    ):
        assert await endpoint.post(body, headers) == 400
    assert await endpoint.states() == []


async def test_what_is_not_an_event_is_refused_though_it_is_signed(endpoint: Endpoint) -> None:
    for body in (b"", b"[]", b"null", b'{"id":', b'{"id": "evt_1", "object": "customer"}', b"[" * 50_000):
        assert await endpoint.post(body) == 400
    assert await endpoint.post(b"\xff\xfe", {"stripe-signature": "t=1,v1=0"}) == 400


async def test_a_body_that_is_too_large_is_refused(endpoint: Endpoint) -> None:
    body = b" " * (MAX_BODY_BYTES + 1)
    assert await endpoint.post(body) == 413


async def test_an_event_that_comes_ten_times_at_once_is_stored_once(endpoint: Endpoint) -> None:
    body = orjson.dumps(await endpoint.an_event())
    assert set(await asyncio.gather(*(endpoint.post(body) for _ in range(10)))) == {200}
    async with endpoint.shop.services.engine.connect() as connection:
        assert await connection.scalar(select(func.count()).select_from(InboxEvent)) == 1
    assert await endpoint.states() == [EventState.APPLIED]


async def test_the_body_is_kept_to_the_byte(endpoint: Endpoint) -> None:
    event = await endpoint.an_event()
    event["data"]["object"]["name"] = "a\x00b \U0001f4b8"
    body = orjson.dumps(event, option=orjson.OPT_INDENT_2)
    assert await endpoint.post(body) == 200
    async with endpoint.shop.services.engine.connect() as connection:
        assert await connection.scalar(select(InboxEvent.body)) == body


async def test_client_secrets_are_not_stored_with_the_body(endpoint: Endpoint) -> None:
    await endpoint.shop.stripe.post("/v1/payment_intents", amount=500, currency="usd")
    event = (await endpoint.shop.stripe.all("/v1/events"))[0]
    assert event["data"]["object"]["client_secret"]
    for option in (None, orjson.OPT_INDENT_2):
        event["id"] += "x"
        assert await endpoint.post(orjson.dumps(event, option=option)) == 200
    async with endpoint.shop.services.engine.connect() as connection:
        bodies = list(await connection.scalars(select(InboxEvent.body)))
    assert len(bodies) == 2
    for body in bodies:
        assert b"_secret_" not in body
        assert orjson.loads(body)["data"]["object"]["client_secret"] is None


async def test_events_of_another_account_or_mode_never_mix_in(endpoint: Endpoint) -> None:
    event = await endpoint.an_event()
    for other in ({"account": "acct_somebody_else"}, {"livemode": True}):
        assert await endpoint.post(orjson.dumps({**event, **other})) == 200
    assert await endpoint.states() == []
    assert await endpoint.shop.mirrored(Customer) == []


async def test_a_thin_event_is_a_hint_to_fetch(endpoint: Endpoint) -> None:
    customer = await endpoint.shop.stripe.post("/v1/customers", name="Ada")
    related = {"id": customer["id"], "type": "customer", "url": f"/v1/customers/{customer['id']}"}
    thin = {
        "id": "evt_test_65R",
        "object": "v2.core.event",
        "type": "v1.customer.created",
        "livemode": False,
        "created": "2026-11-01T00:00:00.000Z",
        "related_object": related,
    }
    assert await endpoint.post(orjson.dumps(thin)) == 200
    assert [each["name"] for each in await endpoint.shop.mirrored(Customer)] == ["Ada"]


async def test_an_event_that_cannot_be_applied_is_kept_and_applied_when_it_comes_again(endpoint: Endpoint) -> None:
    event = {**await endpoint.an_event(), "api_version": "2020-08-27"}
    body = orjson.dumps(event)
    await endpoint.shop.stripe.fault(kind="answer", status=500, method="GET", path="/v1/customers/.*")
    assert await endpoint.post(body) == 200
    assert await endpoint.states() == [EventState.PENDING]
    assert await endpoint.shop.mirrored(Customer) == []
    assert await endpoint.post(body) == 200
    assert await endpoint.states() == [EventState.APPLIED]
    assert [each["name"] for each in await endpoint.shop.mirrored(Customer)] == ["Ada"]


async def test_while_the_database_is_away_stripe_is_asked_to_send_again(endpoint: Endpoint) -> None:
    body = orjson.dumps(await endpoint.an_event())
    async with endpoint.shop.services.engine.begin() as connection:
        await connection.run_sync(InboxEvent.__table__.drop)  # type: ignore[attr-defined]
    assert await endpoint.post(body) == 503
