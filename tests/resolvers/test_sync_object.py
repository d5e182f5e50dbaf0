"""syncObject mends the copy of one object, and changes nothing at Stripe."""

import pytest
from sqlalchemy import select, update

from db.tables import RESOURCES, Coupon, Customer, StoredObject
from mirror.gateway.retrieve import RETRIEVE, TYPE_BY_PREFIX, type_of
from mirror.stored import Key
from resolvers.outcome import UserErrorCode
from resolvers.sync_object import SyncObjectRequest, sync_object
from tests.resolvers.shop import Shop

pytestmark = pytest.mark.anyio


def test_what_a_prefix_tells_can_be_fetched_and_every_mirrored_type_that_can_has_one() -> None:
    assert set(TYPE_BY_PREFIX.values()) <= RETRIEVE.keys()
    fetchable = {table.object_name for table in RESOURCES} & RETRIEVE.keys()
    assert fetchable - set(TYPE_BY_PREFIX.values()) == {"coupon"}
    assert (type_of("in_1"), type_of("ii_1"), type_of("in"), type_of("gold"), type_of("x_in_1")) == (
        "invoice",
        "invoiceitem",
        None,
        None,
        None,
    )


async def test_a_row_that_is_wrong_here_is_mended(shop: Shop) -> None:
    id = await shop.customer("ada", card=None)
    async with shop.services.engine.begin() as connection:
        await connection.execute(update(Customer).values(email="broken@example.com"))
        await connection.execute(
            update(StoredObject).where(StoredObject.type == "customer").values(latest=0, earliest=0)
        )
    outcome = await sync_object(shop.operator(), SyncObjectRequest(id))
    assert (outcome.key, outcome.found, outcome.errors) == (Key("customer", id), True, ())
    assert [each["email"] for each in await shop.mirrored(Customer)] == ["ada@example.com"]


async def test_an_id_that_people_chose_needs_its_type(shop: Shop) -> None:
    await shop.stripe.post("/v1/coupons", id="SUMMER", percent_off=10, duration="once")
    refused = await sync_object(shop.operator(), SyncObjectRequest("SUMMER"))
    (error,) = refused.errors
    assert (error.code, error.path, refused.found) == (UserErrorCode.INVALID_INPUT, ("id",), False)
    outcome = await sync_object(shop.operator(), SyncObjectRequest("SUMMER", "coupon"))
    assert (outcome.key, outcome.found) == (Key("coupon", "SUMMER"), True)
    assert [each["id"] for each in await shop.mirrored(Coupon)] == ["SUMMER"]


async def test_what_stripe_never_had_is_not_found_and_nothing_is_kept_of_it(shop: Shop) -> None:
    for id, type in (("cus_nope", None), ("..", "product"), ("a/b?c", "coupon")):
        outcome = await sync_object(shop.operator(), SyncObjectRequest(id, type))
        (error,) = outcome.errors
        assert (error.code, error.path, error.retryable) == (UserErrorCode.NOT_FOUND, ("id",), False)
    async with shop.services.engine.connect() as connection:
        assert list(await connection.execute(select(StoredObject))) == []


async def test_what_is_gone_at_stripe_is_marked_deleted_here(shop: Shop) -> None:
    id = await shop.customer("ada", card=None)
    await shop.stripe.delete(f"/v1/customers/{id}")
    outcome = await sync_object(shop.operator(), SyncObjectRequest(id))
    assert (outcome.key, outcome.found, outcome.errors) == (Key("customer", id), False, ())
    async with shop.services.engine.connect() as connection:
        assert list(await connection.scalars(select(Customer.deleted))) == [True]


async def test_a_type_that_cannot_be_fetched_is_refused(shop: Shop) -> None:
    for type in ("discount", "line_item", "nonsense"):
        (error,) = (await sync_object(shop.operator(), SyncObjectRequest("di_1", type))).errors
        assert (error.code, error.path) == (UserErrorCode.INVALID_INPUT, ("type",))


async def test_while_stripe_is_away_the_caller_may_try_again(shop: Shop, unused_port: int) -> None:
    id = await shop.customer("ada", card=None)
    async with shop.speaking_to(f"http://127.0.0.1:{unused_port}") as cut_off:
        (error,) = (await sync_object(cut_off.operator(), SyncObjectRequest(id))).errors
    assert (error.code, error.retryable) == (UserErrorCode.STRIPE_UNAVAILABLE, True)
    await shop.stripe.fault(kind="answer", status=429, method="GET", path="/v1/customers/.*", times=3)
    (error,) = (await sync_object(shop.operator(), SyncObjectRequest(id))).errors
    assert (error.code, error.retryable) == (UserErrorCode.RATE_LIMITED, True)
