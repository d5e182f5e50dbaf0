"""A customer that exists at Stripe and was never here is fetched when an operator names it, with what belongs to it."""

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import delete

from db.tables import Customer, StoredObject
from mirror.gateway.transport import Response
from resolvers import read_through
from resolvers.context import Context
from resolvers.customer import GetOrCreateCustomerRequest, get_or_create_customer
from schema.execution import Executor
from tests.mirror.equality import differences
from tests.resolvers.shop import Shop

pytestmark = pytest.mark.anyio

ASK = """query ($id: ID!) { customer(id: $id) {
  id deleted name
  subscriptions(first: 5) { nodes { id items { price { unitAmount { minorUnits } } } } }
  paymentMethods { id } invoices(first: 5) { nodes { id total { minorUnits } } } charges(first: 5) { nodes { id } }
} }"""


async def ask(context: Context, id: str, document: str = ASK) -> Any:
    executor = Executor(introspection=False)
    answer = await executor.execute(query=document, variables={"id": id}, operation_name=None, context=context)
    return json.loads(answer.body)


def listening(shop: Shop) -> list[str]:
    """The paths of the calls to Stripe from now on."""
    paths: list[str] = []

    transport = shop.services.gateway._transport
    exchange = transport._exchange

    async def noting(method: str, url: str, *request: Any) -> Response:
        paths.append(urlsplit(url).path)
        return await exchange(method, url, *request)

    transport._exchange = noting  # type: ignore[assignment, method-assign]
    return paths


async def stranger(shop: Shop, **metadata: str) -> str:
    """A customer with a subscription that it pays for, at Stripe and not here."""
    price = await shop.price(known=False)
    given = {f"metadata[{name}]": value for name, value in metadata.items()}
    customer = await shop.stripe.post("/v1/customers", name="Ada", **given)
    card = await shop.stripe.post("/v1/payment_methods/pm_card_visa/attach", customer=customer["id"])
    await shop.stripe.post(
        "/v1/subscriptions",
        customer=customer["id"],
        default_payment_method=card["id"],
        **{"items[0][price]": price},
    )
    return str(customer["id"])


async def test_an_operator_is_answered_with_all_that_belongs_to_it_and_the_next_time_without_a_call(shop: Shop) -> None:
    id = await stranger(shop)
    asked = listening(shop)
    found = (await ask(shop.operator(), id))["data"]["customer"]
    assert (found["id"], found["name"], found["deleted"]) == (id, "Ada", False)
    (subscription,) = found["subscriptions"]["nodes"]
    assert len(found["paymentMethods"]) == len(found["charges"]["nodes"]) == 1
    assert [each["total"]["minorUnits"] for each in found["invoices"]["nodes"]] == [2500]
    # The customer, a list of each kind, and what the door fetches for what is in them.
    assert 6 <= len(asked) < 12
    asked.clear()
    again = (await ask(shop.operator(), id))["data"]["customer"]
    assert again["subscriptions"]["nodes"] == [subscription]
    assert asked == []


async def test_what_is_fetched_is_stored_as_it_is_at_stripe(shop: Shop) -> None:
    id = await stranger(shop)
    await ask(shop.operator(), id)
    found = [each for each in await differences(shop) if "at Stripe and not here" not in each]
    assert found == []


async def test_subscribers_make_nobody_ask(shop: Shop) -> None:
    id = await stranger(shop, subscriber_id="user_1")
    asked = listening(shop)
    assert await ask(shop.subscriber("user_1"), id) == {"data": {"customer": None}}
    assert asked == []


async def test_what_stripe_does_not_have_is_null_and_is_asked_for_once(shop: Shop) -> None:
    asked = listening(shop)
    for id in ("cus_nobody", "cus_nobody", "sub_1", "", "cus_..", "cus_no/body"):
        assert await ask(shop.operator(), id) == {"data": {"customer": None}}
    async with shop.services.engine.connect() as connection:
        assert (await connection.execute(StoredObject.__table__.select())).all() == []
    assert asked == ["/v1/customers/cus_nobody"]


async def test_a_no_is_forgotten_after_a_while(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_through, "ABSENT_SECONDS", 0.0)
    asked = listening(shop)
    for _ in range(2):
        assert await ask(shop.operator(), "cus_nobody") == {"data": {"customer": None}}
    assert asked == ["/v1/customers/cus_nobody"] * 2


async def test_one_that_is_deleted_is_answered_as_such_and_asked_for_once(shop: Shop) -> None:
    id = await stranger(shop)
    await shop.stripe.delete(f"/v1/customers/{id}")
    asked = listening(shop)
    for expected in (1, 0):
        found = (await ask(shop.operator(), id, "query ($id: ID!) { customer(id: $id) { id deleted } }"))["data"]
        assert found == {"customer": {"id": id, "deleted": True}}
        assert len(asked) == expected
        asked.clear()


async def test_while_stripe_is_away_the_answer_says_so_and_the_rest_is_answered(shop: Shop) -> None:
    id = await stranger(shop)
    document = "query ($id: ID!) { customer(id: $id) { id } other: products(first: 1) { totalCount } }"
    async with shop.speaking_to("http://127.0.0.1:9") as away:
        answer = await ask(away.operator(), id, document)
    assert answer["data"]["customer"] is None
    assert answer["data"]["other"] is not None
    (error,) = answer["errors"]
    assert error["path"] == ["customer"]
    assert error["extensions"] == {"code": "STRIPE_UNAVAILABLE"}
    # Nothing was put away by halves, and nothing was remembered.
    assert (await ask(shop.operator(), id, document))["data"]["customer"] == {"id": id}


async def test_a_failure_half_way_puts_nothing_away(shop: Shop) -> None:
    id = await stranger(shop)
    await shop.stripe.fault(kind="answer", status=500, method="GET", path="/v1/invoices.*", times=9)
    assert (await ask(shop.operator(), id))["errors"][0]["extensions"] == {"code": "STRIPE_UNAVAILABLE"}
    assert await shop.mirrored(Customer) == []


async def test_many_who_ask_at_once_share_one_answer(shop: Shop) -> None:
    id = await stranger(shop)
    document = "query ($id: ID!) { customer(id: $id) { name } }"
    asked = listening(shop)
    answers = await asyncio.gather(*(ask(shop.operator(), id, document) for _ in range(20)))
    assert {each["data"]["customer"]["name"] for each in answers} == {"Ada"}
    assert asked.count(f"/v1/customers/{id}") == 1


async def test_what_does_not_fit_on_the_first_pages_follows_by_itself(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_through, "AT_FIRST", 2)
    customer = await shop.stripe.post("/v1/customers", name="Ada")
    for number in range(5):
        await shop.stripe.post("/v1/invoiceitems", customer=customer["id"], amount=100 + number, currency="usd")
    await ask(shop.operator(), customer["id"])
    await asyncio.gather(*shop.services.mirror.background._tasks)
    assert len(await shop.mirrored(StoredObject, type="invoiceitem")) == 5


async def test_a_customer_that_is_found_by_its_subscriber_comes_with_its_subscriptions(shop: Shop) -> None:
    id = await stranger(shop, subscriber_id="user_1")
    (await shop.stripe.http.post("/sandbox/clock", json={"seconds": 120})).raise_for_status()
    outcome = await get_or_create_customer(shop.subscriber("user_1"), GetOrCreateCustomerRequest())
    assert outcome.customer == id
    found = (await ask(shop.subscriber("user_1"), id))["data"]["customer"]
    assert len(found["subscriptions"]["nodes"]) == 1


async def test_a_customer_that_somebody_deleted_here_by_hand_comes_back(shop: Shop) -> None:
    id = await shop.customer(card=None)
    async with shop.services.engine.begin() as connection:
        await connection.execute(delete(Customer))
        await connection.execute(delete(StoredObject))
    assert (await ask(shop.operator(), id, "query ($id: ID!) { customer(id: $id) { id } }"))["data"]["customer"]
