"""addCoupon adds, and takes nothing away."""

import asyncio

import pytest

from db.tables import Coupon, Discount, Subscription
from resolvers.coupon import AddCouponRequest, add_coupon
from resolvers.outcome import UserErrorCode
from resolvers.preview import InvoicePreviewRequest, upcoming_invoice
from resolvers.subscribe import SubscribeItem, SubscribeRequest, subscribe
from tests.resolvers.shop import Shop

pytestmark = pytest.mark.anyio


async def coupon(shop: Shop, percent: int) -> str:
    return str((await shop.stripe.post("/v1/coupons", percent_off=percent, duration="forever"))["id"])


async def subscribed(shop: Shop) -> str:
    request = SubscribeRequest((SubscribeItem(await shop.price(1000)),), shop.key())
    subscription = (await subscribe(shop.subscriber(), request)).subscription
    assert subscription is not None
    return subscription


async def coupons_of(shop: Shop, subscription: str) -> list[str]:
    expand = {"expand[]": "discounts.source.coupon"}
    found = await shop.stripe.get(f"/v1/subscriptions/{subscription}", **expand)
    return [each["source"]["coupon"]["id"] for each in found["discounts"]]


async def test_discounts_that_are_there_stay(shop: Shop) -> None:
    customer = await shop.customer()
    one, other = await subscribed(shop), await subscribed(shop)
    first, second = await coupon(shop, 10), await coupon(shop, 20)
    outcome = await add_coupon(shop.operator(), AddCouponRequest(customer, first))
    assert outcome.errors == ()
    assert set(outcome.subscriptions) == {one, other}
    outcome = await add_coupon(shop.operator(), AddCouponRequest(customer, second, subscription=one))
    assert outcome.subscriptions == (one,)
    assert await coupons_of(shop, one) == [first, second]
    assert await coupons_of(shop, other) == [first]
    assert {row["coupon"] for row in await shop.mirrored(Discount, subscription=one)} == {first, second}
    assert {row["id"] for row in await shop.mirrored(Coupon)} == {first, second}


async def test_discounts_that_the_mirror_has_not_seen_stay_too(shop: Shop) -> None:
    customer = await shop.customer()
    subscription, here, there = await subscribed(shop), await coupon(shop, 10), await coupon(shop, 20)
    await shop.stripe.post(f"/v1/subscriptions/{subscription}", **{"discounts[0][coupon]": there})
    await add_coupon(shop.operator(), AddCouponRequest(customer, here))
    assert await coupons_of(shop, subscription) == [there, here]


async def test_many_at_once_all_arrive(shop: Shop) -> None:
    customer = await shop.customer()
    subscription, all_of_them = await subscribed(shop), [await coupon(shop, 1) for _ in range(5)]
    outcomes = await asyncio.gather(
        *(add_coupon(shop.operator(), AddCouponRequest(customer, each)) for each in all_of_them)
    )
    assert [outcome.errors for outcome in outcomes] == [()] * 5
    assert sorted(await coupons_of(shop, subscription)) == sorted(all_of_them)


async def test_the_same_coupon_twice_is_there_once(shop: Shop) -> None:
    customer = await shop.customer()
    subscription, tenth = await subscribed(shop), await coupon(shop, 10)
    for _ in range(2):
        assert (await add_coupon(shop.operator(), AddCouponRequest(customer, tenth))).errors == ()
    assert await coupons_of(shop, subscription) == [tenth]


async def test_with_nothing_to_discount_the_coupon_is_kept(shop: Shop) -> None:
    customer = await shop.customer()
    tenth = await coupon(shop, 10)
    request = AddCouponRequest(customer, tenth, idempotency_key="once")
    outcome = await add_coupon(shop.operator(), request)
    assert [error.code for error in outcome.errors] == [UserErrorCode.NOTHING_TO_DISCOUNT]
    assert outcome.customer == customer
    assert (await shop.stripe.get(f"/v1/customers/{customer}"))["metadata"]["pending_coupon"] == tenth
    assert await add_coupon(shop.operator(), request) == outcome


async def test_a_coupon_that_is_unknown_or_used_up_is_refused(shop: Shop) -> None:
    customer = await shop.customer()
    subscription = await subscribed(shop)
    spent = await shop.stripe.post("/v1/coupons", percent_off=10, duration="once", max_redemptions=1)
    await shop.stripe.post(f"/v1/subscriptions/{subscription}", **{"discounts[0][coupon]": spent["id"]})
    for id, code in (("nope", UserErrorCode.NOT_FOUND), (spent["id"], UserErrorCode.INVALID_STATE)):
        outcome = await add_coupon(shop.operator(), AddCouponRequest(customer, id))
        assert [(error.code, error.path) for error in outcome.errors] == [(code, ("coupon",))]
    assert (await shop.mirrored(Subscription))[0]["id"] == subscription


async def test_the_next_invoice_shows_what_it_would_be(shop: Shop) -> None:
    customer = await shop.customer()
    assert await upcoming_invoice(shop.subscriber(), customer) is None
    subscription = await subscribed(shop)
    await add_coupon(shop.operator(), AddCouponRequest(customer, await coupon(shop, 10)))
    preview = await upcoming_invoice(shop.subscriber(), customer)
    assert preview is not None
    assert (preview["subtotal"], preview["total"], preview["currency"]) == (1000, 900, "usd")
    assert preview["subscription"] == subscription
    (line,) = preview["lines"]
    assert (line["amount"], line["quantity"], line["proration"]) == (1000, 1, False)
    half = await upcoming_invoice(
        shop.subscriber(), customer, InvoicePreviewRequest(subscription, coupon=await coupon(shop, 50))
    )
    assert half is not None
    assert half["total"] == 450
