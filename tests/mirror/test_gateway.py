"""What the gateway says when a call fails is true, and what it asks again cannot happen twice."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from mirror.errors import (
    CardDeclined,
    IdempotencyConflict,
    IdempotencyMismatch,
    Misconfigured,
    NotFetchable,
    NotFound,
    RateLimited,
    Refused,
    Unavailable,
    Uncertain,
)
from mirror.gateway import API_VERSION, Gateway, customers, payment_intents
from mirror.gateway.retrieve import RETRIEVE
from sandbox.app import build
from tests.serving import any_unused_port, free_port, serving, url_of
from tests.stripe_way import way_to

pytestmark = pytest.mark.anyio
CREATE = {"method": "POST", "path": "/v1/customers$"}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with free_port() as listener, serving(build(), listener), way_to(url_of(listener)) as way:
        yield way


@pytest.fixture
async def gateway(url: str) -> AsyncIterator[Gateway]:
    async with speaking_to(url) as gateway:
        yield gateway
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        await client.delete("/sandbox/faults")


@asynccontextmanager
async def speaking_to(url: str, *, secret_key: str = "sk_test_gateway") -> AsyncIterator[Gateway]:
    gateway = Gateway(secret_key=secret_key, api_base=url, timeout_seconds=3.0)
    try:
        yield gateway
    finally:
        await gateway.close()


async def ordered(url: str, **fault: Any) -> None:
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        assert (await client.post("/sandbox/faults", json=fault)).status_code == 200


async def made(url: str) -> int:
    """How many customers there are."""
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        counters = (await client.get("/sandbox/counters")).json()["counters"]
    return int(counters.get("POST /v1/customers", 0))


async def test_an_answer_was_true_between_the_question_and_its_date(gateway: Gateway) -> None:
    before = int(time.time())
    answer = await gateway.send(customers.create({"name": "Ada"}), idempotency_key="seen")
    after = int(time.time())
    assert answer.data["name"] == "Ada"
    assert answer.request_id is not None
    assert before - 1 <= answer.seen.earliest < answer.seen.latest <= after
    assert answer.seen.latest - answer.seen.earliest <= 2
    assert answer.seen.api_version == API_VERSION


async def test_a_connection_that_never_opened_sent_nothing() -> None:
    async with speaking_to(f"http://127.0.0.1:{any_unused_port()}") as gateway:
        begun = time.monotonic()
        with pytest.raises(Unavailable):
            await gateway.send(customers.create({}), idempotency_key="never")
        assert time.monotonic() - begun > 0.25, "it was tried again"


@pytest.mark.parametrize("kind", ["drop", "lose"])
async def test_a_lost_answer_is_uncertain_and_not_asked_again(gateway: Gateway, url: str, kind: str) -> None:
    before = await made(url)
    await ordered(url, kind=kind, **CREATE)
    with pytest.raises(Uncertain):
        await gateway.send(customers.create({}), idempotency_key=f"lost-{kind}")
    assert await made(url) - before == (1 if kind == "lose" else 0)
    await gateway.send(customers.create({}), idempotency_key=f"lost-{kind}")
    assert await made(url) - before == 1


async def test_a_deletion_without_an_answer_is_not_sent_again(gateway: Gateway, url: str) -> None:
    customer = await gateway.send(customers.create({}), idempotency_key="to-be-deleted")
    await ordered(url, kind="lose", method="DELETE", path="/v1/customers/")
    with pytest.raises(Uncertain):
        await gateway.send(customers.delete(customer.data["id"]), idempotency_key="lost-deletion")
    gone = await gateway.fetch("customer", customer.data["id"])
    assert gone.data["deleted"] is True


async def test_a_question_without_an_answer_changed_nothing(gateway: Gateway, url: str) -> None:
    await ordered(url, kind="answer", status=500, method="GET", path="/v1/account$")
    with pytest.raises(Unavailable):
        await gateway.account()
    await ordered(url, kind="drop", method="GET", path="/v1/account$")
    assert (await gateway.account()).data["object"] == "account"


async def test_the_deadline_holds_for_all_tries(gateway: Gateway, url: str) -> None:
    await ordered(url, kind="hang", seconds=5, **CREATE)
    begun = time.monotonic()
    with gateway.within(1), gateway.within(60), pytest.raises(Uncertain):
        await gateway.send(customers.create({}), idempotency_key="slow")
    assert time.monotonic() - begun < 3
    with gateway.within(1), pytest.raises(IdempotencyConflict):
        await gateway.send(customers.create({}), idempotency_key="slow")
    await ordered(url, kind="answer", status=429, times=5, **CREATE)
    with gateway.within(1), pytest.raises(RateLimited):
        await gateway.send(customers.create({}), idempotency_key="limited")
    # Until the sandbox has carried out what hung.
    await asyncio.sleep(begun + 5.5 - time.monotonic())


async def test_stripes_advice_decides_what_is_tried_again(gateway: Gateway, url: str) -> None:
    before = await made(url)
    for status in (409, 429):
        await ordered(url, kind="answer", status=status, **CREATE)
    begun = time.monotonic()
    await gateway.send(customers.create({}), idempotency_key="advice")
    assert time.monotonic() - begun >= 1, "Retry-After was waited for"
    assert await made(url) - before == 1
    await ordered(url, kind="answer", status=500, should_retry=True, **CREATE)
    with pytest.raises(Uncertain) as replayed:
        await gateway.send(customers.create({}), idempotency_key="advised")
    assert replayed.value.replayed
    await ordered(url, kind="answer", status=503, should_retry=False, **CREATE)
    with pytest.raises(Uncertain) as once:
        await gateway.send(customers.create({}), idempotency_key="unadvised")
    assert not once.value.replayed


async def test_refusals_have_names(gateway: Gateway, url: str) -> None:
    with pytest.raises(NotFound) as missing:
        await gateway.fetch("customer", "cus_nope")
    assert (missing.value.refusal.status, missing.value.refusal.code) == (404, "resource_missing")
    strange = payment_intents.create({"amount": 100, "currency": "usd", "customer": "cus_nope"})
    with pytest.raises(NotFound) as reference:
        await gateway.send(strange, idempotency_key="reference")
    assert reference.value.refusal.param == "customer"
    with pytest.raises(Refused) as small:
        await gateway.send(payment_intents.create({"amount": 1, "currency": "usd"}), idempotency_key="small")
    assert (small.value.refusal.code, small.value.refusal.param) == ("amount_too_small", "amount")
    poor = payment_intents.create(
        {
            "amount": 100,
            "currency": "usd",
            "payment_method": "pm_card_chargeDeclinedInsufficientFunds",
            "confirm": True,
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
        }
    )
    with pytest.raises(CardDeclined) as declined:
        await gateway.send(poor, idempotency_key="declined")
    refusal = declined.value.refusal
    assert (refusal.code, refusal.decline_code) == ("card_declined", "insufficient_funds")
    assert refusal.payment_intent is not None
    assert refusal.payment_intent["status"] == "requires_payment_method"
    with pytest.raises(IdempotencyMismatch):
        await gateway.send(customers.create({"name": "Bob"}), idempotency_key="declined")


async def test_a_key_that_stripe_does_not_know_is_our_own_fault(url: str) -> None:
    async with speaking_to(url, secret_key="nonsense") as gateway:
        with pytest.raises(Misconfigured):
            await gateway.account()


@pytest.mark.parametrize("id", ["", ".", "..", "nope/../../account", "a?b=c", "käse", "a b"])
async def test_an_id_never_becomes_another_path(gateway: Gateway, id: str) -> None:
    for type in ("coupon", "product", "customer"):
        with pytest.raises(NotFound):
            await gateway.fetch(type, id)


@pytest.mark.parametrize("type", sorted(RETRIEVE))
async def test_every_type_has_a_retrieve_that_stripe_takes(gateway: Gateway, type: str) -> None:
    with pytest.raises(NotFound) as missing:
        await gateway.fetch(type, "nope")
    assert missing.value.refusal.code == "resource_missing"


@pytest.mark.parametrize("type", ["discount", "line_item", "event", "nonsense"])
async def test_what_has_no_retrieve_says_so(gateway: Gateway, type: str) -> None:
    with pytest.raises(NotFetchable):
        await gateway.fetch(type, "any")


async def test_lists_are_paged_to_their_end(gateway: Gateway) -> None:
    customer = (await gateway.send(customers.create({}), idempotency_key="many")).data["id"]
    for number in range(103):
        params = payment_intents.create({"amount": 100 + number, "currency": "usd", "customer": customer})
        await gateway.send(params, idempotency_key=f"many-{number}")
    listed = [
        each["amount"]
        async for page in gateway.pages(payment_intents.of_customer(customer))
        for each in page.data["data"]
    ]
    assert listed == list(range(202, 99, -1))


async def test_a_proxy_that_the_environment_names_is_the_way(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", url)
    async with speaking_to("http://stripe.example") as gateway:
        assert (await gateway.account()).data["object"] == "account"
