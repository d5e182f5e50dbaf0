"""The mutations with which operators mend the mirror, as clients send them."""

from collections.abc import Iterator

import httpx
import pytest

from tests.hub import Hub, running_hub

SYNC = """mutation ($id: ID!, $type: String) { syncObject(input: {id: $id, type: $type}) {
  found
  node { __typename id
    ... on Customer { email deleted } ... on Coupon { percentOff } ... on Price { product { name } } }
  userErrors { code path retryable } } }"""
REPLAY = """mutation ($ids: [ID!], $all: Boolean!) { replayEvents(input: {ids: $ids, allFailed: $all}) {
  replayed userErrors { code path } } }"""


@pytest.fixture
def hub(database_url: str) -> Iterator[Hub]:
    with running_hub(database_url) as running:
        yield running


@pytest.fixture
def stripe(hub: Hub) -> Iterator[httpx.Client]:
    assert hub.settings.stripe_secret_key is not None
    headers = {"authorization": f"Bearer {hub.settings.stripe_secret_key.get_secret_value()}"}
    with httpx.Client(base_url=hub.sandbox.url, headers=headers, trust_env=False) as client:
        yield client


def test_operators_mend_what_webhooks_lost(hub: Hub, stripe: httpx.Client) -> None:
    stripe.post("/sandbox/deliveries", json={"drop": 1_000}).raise_for_status()
    customer = stripe.post("/v1/customers", data={"email": "ada@example.com"}).json()["id"]
    stripe.post("/v1/coupons", data={"id": "SUMMER", "percent_off": 10, "duration": "once"})
    product = stripe.post("/v1/products", data={"name": "Gold"}).json()["id"]
    price = stripe.post("/v1/prices", data={"product": product, "unit_amount": 5, "currency": "usd"}).json()["id"]
    intent = stripe.post("/v1/payment_intents", data={"amount": 500, "currency": "usd"}).json()["id"]
    operator = hub.operator()

    def synced(id: str, type: str | None = None) -> object:
        answer = operator.ask(SYNC, id=id, type=type)["syncObject"]
        assert answer.pop("userErrors") == []
        return answer

    person = {"__typename": "Customer", "id": customer, "email": "ada@example.com", "deleted": False}
    assert synced(customer) == {"found": True, "node": person}
    coupon = {"__typename": "Coupon", "id": "SUMMER", "percentOff": "10"}
    assert synced("SUMMER", "coupon") == {"found": True, "node": coupon}
    synced(product)
    assert synced(price) == {"found": True, "node": {"__typename": "Price", "id": price, "product": {"name": "Gold"}}}
    assert synced(intent) == {"found": True, "node": None}
    stripe.delete(f"/v1/customers/{customer}")
    assert synced(customer) == {"found": False, "node": {**person, "deleted": True}}
    refused = operator.ask(SYNC, id="cus_nope")["syncObject"]
    error = {"code": "NOT_FOUND", "path": ["id"], "retryable": False}
    assert refused == {"found": False, "node": None, "userErrors": [error]}


def test_operators_have_events_applied_anew_and_nobody_else_has(hub: Hub, stripe: httpx.Client) -> None:
    stripe.post("/v1/customers", data={"email": "ada@example.com"})
    hub.settle()
    event = stripe.get("/v1/events").json()["data"][0]["id"]
    operator = hub.operator()
    replayed = operator.ask(REPLAY, ids=[event, "evt_nope"], all=False)["replayEvents"]
    assert replayed == {"replayed": 1, "userErrors": [{"code": "NOT_FOUND", "path": ["ids", "1"]}]}
    assert operator.ask(REPLAY, ids=None, all=True)["replayEvents"] == {"replayed": 0, "userErrors": []}
    ada = hub.subscriber("ada")
    for answer in (ada.answer(SYNC, id="cus_1"), ada.answer(REPLAY, all=True)):
        assert {error["extensions"]["code"] for error in answer["errors"]} == {"FORBIDDEN"}
