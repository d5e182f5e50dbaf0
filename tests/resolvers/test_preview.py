"""What the next invoice would be is asked of Stripe and stored nowhere."""

import pytest

from db.tables import Invoice, StoredObject
from resolvers.outcome import Rejected, UserErrorCode
from resolvers.preview import InvoicePreviewRequest, PreviewItem, upcoming_invoice
from resolvers.subscribe import SubscribeItem, SubscribeRequest, subscribe
from tests.resolvers.shop import Shop

pytestmark = pytest.mark.anyio


async def subscribed(shop: Shop, price: str, subscriber: str = "user_1") -> str:
    request = SubscribeRequest((SubscribeItem(price),), shop.key())
    subscription = (await subscribe(shop.subscriber(subscriber), request)).subscription
    assert subscription is not None
    return subscription


async def test_nothing_to_invoice_is_none(shop: Shop) -> None:
    assert await upcoming_invoice(shop.subscriber(), await shop.customer()) is None


async def test_a_preview_leaves_no_trace(shop: Shop) -> None:
    customer = await shop.customer()
    await subscribed(shop, await shop.price(2500))
    before = await shop.mirrored(Invoice), len(await shop.mirrored(StoredObject))
    preview = await upcoming_invoice(shop.subscriber(), customer)
    assert preview is not None
    assert preview["total"] == 2500
    assert (await shop.mirrored(Invoice), len(await shop.mirrored(StoredObject))) == before


async def test_a_change_is_shown_before_it_happens(shop: Shop) -> None:
    customer, cheap, dear = await shop.customer(), await shop.price(1000), await shop.price(4000)
    subscription = await subscribed(shop, cheap)
    item = (await shop.stripe.get(f"/v1/subscriptions/{subscription}"))["items"]["data"][0]["id"]
    change = InvoicePreviewRequest(subscription, (PreviewItem(item, dear, 2),))
    preview = await upcoming_invoice(shop.subscriber(), customer, change)
    assert preview is not None
    assert 8000 < preview["total"] <= 8000 + 7000
    assert {line["price"] for line in preview["lines"]} == {cheap, dear}
    assert {line["proration"] for line in preview["lines"]} == {True, False}
    at_stripe = await shop.stripe.get(f"/v1/subscriptions/{subscription}")
    assert [each["price"]["id"] for each in at_stripe["items"]["data"]] == [cheap]


async def test_a_new_subscription_can_be_previewed(shop: Shop) -> None:
    customer = await shop.customer()
    change = InvoicePreviewRequest(items=(PreviewItem(price=await shop.price(1500), quantity=3),))
    preview = await upcoming_invoice(shop.subscriber(), customer, change)
    assert preview is not None
    assert preview["total"] == 4500


async def test_what_is_not_ones_own_or_not_on_sale_cannot_be_previewed(shop: Shop) -> None:
    customer, price = await shop.customer("user_1"), await shop.price()
    await shop.customer("user_2")
    theirs = await subscribed(shop, price, "user_2")
    hidden = await shop.price()
    await shop.stripe.post(f"/v1/prices/{hidden}", active="false")
    await shop.services.mirror.refresh("price", hidden)
    for path, change in (
        (("subscription",), InvoicePreviewRequest(theirs)),
        (("subscription",), InvoicePreviewRequest("sub_nope")),
        (("items", "0", "price"), InvoicePreviewRequest(items=(PreviewItem(price=hidden),))),
        (("items", "0", "price"), InvoicePreviewRequest(items=(PreviewItem(price="price_nope"),))),
    ):
        with pytest.raises(Rejected) as rejected:
            await upcoming_invoice(shop.subscriber("user_1"), customer, change)
        assert (rejected.value.error.code, rejected.value.error.path) == (UserErrorCode.NOT_FOUND, path)


async def test_a_preview_that_makes_no_sense_is_refused_without_a_call(shop: Shop) -> None:
    for path, change in (
        (("items", "0"), InvoicePreviewRequest(items=(PreviewItem(),))),
        (("items", "0", "remove"), InvoicePreviewRequest(items=(PreviewItem(price="price_1", remove=True),))),
        (("subscription",), InvoicePreviewRequest(items=(PreviewItem("si_1"),))),
        (("promotionCode",), InvoicePreviewRequest(promotion_code="")),
    ):
        with pytest.raises(Rejected) as rejected:
            await upcoming_invoice(shop.subscriber(), "cus_any", change)
        assert rejected.value.error.path == path
