"""One live customer per subscriber, however many ask at once, and however often it was purged."""

import asyncio

import pytest

from db.operations import OperationRow
from db.subscribers import Subscriber
from db.tables import Customer, PaymentMethod, Subscription
from resolvers.customer import GetOrCreateCustomerRequest, get_or_create_customer
from resolvers.outcome import UserErrorCode
from resolvers.purge_customer import PurgeCustomerRequest, purge_customer
from resolvers.subscribe import SubscribeItem, SubscribeRequest, subscribe
from tests.resolvers.shop import SUBSCRIBER_KEY, Shop, open_shop

pytestmark = pytest.mark.anyio
A_BUSY_MACHINE_SECONDS = 120.0
"""So long fifty callers may have to wait for one of them where other tests want the processor too."""


async def test_the_first_call_creates_and_the_second_finds(shop: Shop) -> None:
    context = shop.subscriber("user_1", email="ada@example.com", name="Ada")
    first = await get_or_create_customer(context, GetOrCreateCustomerRequest())
    second = await get_or_create_customer(context, GetOrCreateCustomerRequest(email="other@example.com"))
    assert (first.created, second.created) == (True, False)
    assert first.customer == second.customer
    (at_stripe,) = await shop.stripe.all("/v1/customers")
    assert (at_stripe["email"], at_stripe["name"]) == ("ada@example.com", "Ada")
    assert at_stripe["metadata"][SUBSCRIBER_KEY] == "user_1"
    (row,) = await shop.mirrored(Customer)
    assert (row["id"], row["email"], row["claimed_subscriber"]) == (first.customer, "ada@example.com", "user_1")


async def test_fifty_at_once_in_two_processes_get_one_customer(shop: Shop, database_url: str, sandbox_url: str) -> None:
    async with open_shop(database_url, sandbox_url, timeout_seconds=A_BUSY_MACHINE_SECONDS) as other:
        shops = [shop.impatient(A_BUSY_MACHINE_SECONDS), other]
        outcomes = await asyncio.gather(
            *(
                get_or_create_customer(
                    shops[number % 2].subscriber("user_1", email=f"{number}@example.com"),
                    GetOrCreateCustomerRequest(),
                )
                for number in range(50)
            )
        )
    assert [outcome.errors for outcome in outcomes] == [()] * 50
    assert len({outcome.customer for outcome in outcomes}) == 1
    assert [outcome.created for outcome in outcomes].count(True) == 1
    assert len(await shop.stripe.all("/v1/customers")) == 1
    assert len(await shop.mirrored(Customer)) == 1
    assert len(await shop.mirrored(Subscriber)) == 1


async def test_a_customer_that_stripe_has_already_is_linked(shop: Shop) -> None:
    there = await shop.stripe.post("/v1/customers", **{f"metadata[{SUBSCRIBER_KEY}]": "user_1", "email": "a@b.c"})
    outcome = await get_or_create_customer(shop.subscriber("user_1"), GetOrCreateCustomerRequest())
    assert (outcome.customer, outcome.created) == (there["id"], False)
    assert len(await shop.stripe.all("/v1/customers")) == 1


@pytest.mark.parametrize("subscriber", ["o'neil", 'a"b', "back\\slash", "käse 🧀", "' OR name:'x"])
async def test_any_subscriber_id_finds_its_own_customer_and_no_other(shop: Shop, subscriber: str) -> None:
    await shop.stripe.post("/v1/customers", **{f"metadata[{SUBSCRIBER_KEY}]": "x", "name": "x"})
    there = await shop.stripe.post("/v1/customers", **{f"metadata[{SUBSCRIBER_KEY}]": subscriber})
    outcome = await get_or_create_customer(shop.subscriber(subscriber), GetOrCreateCustomerRequest())
    assert (outcome.customer, outcome.created) == (there["id"], False)


async def test_an_operator_names_the_subscriber_and_cannot_override_the_link(shop: Shop) -> None:
    wrong = await get_or_create_customer(
        shop.operator(), GetOrCreateCustomerRequest(subscriber="user_1", metadata={SUBSCRIBER_KEY: "user_2"})
    )
    assert [(error.code, error.path) for error in wrong.errors] == [
        (UserErrorCode.INVALID_INPUT, ("metadata", SUBSCRIBER_KEY))
    ]
    nobody = await get_or_create_customer(shop.operator(), GetOrCreateCustomerRequest())
    assert [error.path for error in nobody.errors] == [("subscriber",)]
    assert await shop.stripe.all("/v1/customers") == []
    right = await get_or_create_customer(
        shop.operator(), GetOrCreateCustomerRequest(subscriber="user_1", metadata={"plan": "gold"})
    )
    assert right.created
    (at_stripe,) = await shop.stripe.all("/v1/customers")
    assert at_stripe["metadata"][SUBSCRIBER_KEY] == "user_1"
    assert at_stripe["metadata"]["plan"] == "gold"


async def test_the_same_key_gives_the_same_answer_and_another_input_is_told(shop: Shop) -> None:
    context = shop.subscriber("user_1")
    request = GetOrCreateCustomerRequest(name="Ada", idempotency_key="once")
    first = await get_or_create_customer(context, request)
    second = await get_or_create_customer(context, request)
    assert first == second
    assert first.created
    third = await get_or_create_customer(context, GetOrCreateCustomerRequest(name="Bob", idempotency_key="once"))
    assert [error.code for error in third.errors] == [UserErrorCode.IDEMPOTENCY_KEY_REUSED]
    assert third.errors[0].path == ("idempotencyKey",)


async def test_what_stripe_refuses_to_one_caller_does_not_stand_in_the_way_of_the_next(shop: Shop) -> None:
    await shop.stripe.fault(kind="answer", status=402, method="POST", path="/v1/customers$")
    refused = await get_or_create_customer(shop.subscriber("user_1"), GetOrCreateCustomerRequest())
    assert refused.errors
    assert refused.customer is None
    outcome = await get_or_create_customer(shop.subscriber("user_1"), GetOrCreateCustomerRequest())
    assert outcome.created


async def test_after_a_purge_comes_a_new_customer_and_the_old_one_is_kept(shop: Shop) -> None:
    customer, items = await shop.customer("user_1"), (SubscribeItem(await shop.price()),)
    await subscribe(shop.subscriber("user_1"), SubscribeRequest(items, shop.key()))
    outcome = await purge_customer(shop.operator(), PurgeCustomerRequest(customer))
    assert (outcome.customer, outcome.errors) == (customer, ())
    assert (await shop.stripe.get(f"/v1/customers/{customer}"))["deleted"] is True
    (subscriber,) = await shop.mirrored(Subscriber)
    assert (subscriber["customer"], subscriber["generation"]) == (None, 1)
    assert [row["status"] for row in await shop.mirrored(Subscription)] == ["canceled"]
    assert [row["customer"] for row in await shop.mirrored(PaymentMethod)] == [None]
    (row,) = await shop.mirrored(Customer)
    assert (row["deleted"], row["email"]) == (True, "user_1@example.com")
    again = await purge_customer(shop.operator(), PurgeCustomerRequest(customer))
    assert (again.customer, again.errors) == (customer, ())
    new = await get_or_create_customer(shop.subscriber("user_1"), GetOrCreateCustomerRequest())
    assert new.created
    assert new.customer != customer


async def test_a_customer_that_was_deleted_in_the_dashboard_gets_a_successor(shop: Shop) -> None:
    customer = await shop.customer("user_1")
    await shop.stripe.delete(f"/v1/customers/{customer}")
    await shop.services.mirror.refresh("customer", customer)
    outcome = await get_or_create_customer(shop.subscriber("user_1"), GetOrCreateCustomerRequest())
    assert outcome.created
    assert outcome.customer != customer


async def test_purging_what_is_not_there_is_not_found(shop: Shop) -> None:
    for unknown in ("cus_nope", "nope"):
        outcome = await purge_customer(shop.operator(), PurgeCustomerRequest(unknown))
        assert [(error.code, error.path) for error in outcome.errors] == [(UserErrorCode.NOT_FOUND, ("customer",))]
    assert await shop.mirrored(OperationRow) == []
