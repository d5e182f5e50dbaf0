"""What Stripe changes without telling is asked for, whichever of cause and effect is heard of first."""

import asyncio
from typing import Any

import pytest

from db.tables import InvoiceItem, Subscription
from tests.mirror.equality import differences
from tests.mirror.test_events import deliver, events_of, states
from tests.resolvers.shop import Shop

pytestmark = pytest.mark.anyio


async def a_customer_leaves_with_a_card_and_something_to_be_billed(shop: Shop) -> None:
    customer = (await shop.stripe.post("/v1/customers"))["id"]
    await shop.stripe.post("/v1/payment_methods/pm_card_visa/attach", customer=customer)
    await shop.stripe.post("/v1/invoiceitems", customer=customer, amount=300, currency="usd")
    await shop.stripe.post("/v1/invoices", customer=customer, pending_invoice_items_behavior="exclude", currency="usd")
    await shop.stripe.delete(f"/v1/customers/{customer}")


async def a_customer_is_billed_and_renamed(shop: Shop) -> None:
    customer = (await shop.stripe.post("/v1/customers", name="Ada"))["id"]
    await shop.stripe.post("/v1/invoices", customer=customer, currency="usd")
    await shop.stripe.post(f"/v1/customers/{customer}", name="Grace")


async def a_code_is_used_up(shop: Shop) -> None:
    product = (await shop.stripe.post("/v1/products", name="Gold"))["id"]
    monthly = {"product": product, "currency": "usd", "recurring[interval]": "month"}
    price = (await shop.stripe.post("/v1/prices", unit_amount=900, **monthly))["id"]
    coupon = (await shop.stripe.post("/v1/coupons", percent_off=20, duration="forever", max_redemptions=1))["id"]
    of = {"promotion[type]": "coupon", "promotion[coupon]": coupon}
    codes = [(await shop.stripe.post("/v1/promotion_codes", **of))["id"] for _ in range(2)]
    customer = (await shop.stripe.post("/v1/customers"))["id"]
    asked = {"items[0][price]": price, "discounts[0][promotion_code]": codes[0], "trial_period_days": 3}
    subscription = (await shop.stripe.post("/v1/subscriptions", customer=customer, **asked))["id"]
    await shop.stripe.post(f"/v1/subscriptions/{subscription}", discounts="")


async def a_coupon_with_a_code_is_deleted(shop: Shop) -> None:
    coupon = (await shop.stripe.post("/v1/coupons", percent_off=20, duration="once"))["id"]
    await shop.stripe.post("/v1/promotion_codes", **{"promotion[type]": "coupon", "promotion[coupon]": coupon})
    await shop.stripe.delete(f"/v1/coupons/{coupon}")


async def a_refund_comes_back(shop: Shop) -> None:
    asked = {"amount": 900, "currency": "usd", "confirm": "true", "return_url": "http://localhost/"}
    paid = await shop.stripe.post("/v1/payment_intents", payment_method="pm_card_refundFail", **asked)
    await shop.stripe.post("/v1/refunds", payment_intent=paid["id"])
    (await shop.stripe.http.post("/sandbox/clock", json={"seconds": 30 * 86_400})).raise_for_status()
    assert [each["status"] for each in await shop.stripe.all("/v1/refunds")] == ["failed"]


async def all_of_it(shop: Shop) -> list[dict[str, Any]]:
    for change in (
        a_customer_leaves_with_a_card_and_something_to_be_billed,
        a_customer_is_billed_and_renamed,
        a_code_is_used_up,
        a_coupon_with_a_code_is_deleted,
        a_refund_comes_back,
    ):
        await change(shop)
    return await events_of(shop)


async def test_what_went_while_it_was_asked_whether_it_had_changed_keeps_nothing_out(shop: Shop) -> None:
    price = await shop.price()
    coupon = (await shop.stripe.post("/v1/coupons", percent_off=20, duration="forever"))["id"]
    customer = (await shop.stripe.post("/v1/customers"))["id"]
    asked = {"items[0][price]": price, "discounts[0][coupon]": coupon, "trial_period_days": 3}
    subscription = (await shop.stripe.post("/v1/subscriptions", customer=customer, **asked))["id"]
    fetched = [("subscription", subscription), ("coupon", coupon), ("customer", customer)]
    answers = [await shop.services.gateway.fetch(*each) for each in fetched]
    await shop.stripe.delete(f"/v1/coupons/{coupon}")
    await shop.services.mirror.settle(answers)
    assert [each["id"] for each in await shop.mirrored(Subscription)] == [subscription]
    await deliver(shop, await events_of(shop))
    assert await differences(shop) == []


async def test_an_item_that_is_told_of_after_its_customer_went_is_put_away_as_gone(shop: Shop) -> None:
    customer = (await shop.stripe.post("/v1/customers"))["id"]
    item = (await shop.stripe.post("/v1/invoiceitems", customer=customer, amount=300, currency="usd"))["id"]
    await shop.stripe.delete(f"/v1/customers/{customer}")
    events = await events_of(shop)
    gone = [each for each in events if each["type"] == "customer.deleted"]
    await deliver(shop, gone + [each for each in events if each["type"] == "invoiceitem.created"])
    assert [(each["id"], each["amount"], each["deleted"]) for each in await shop.mirrored(InvoiceItem)] == [
        (item, 300, True)
    ]
    await deliver(shop, events)
    assert await states(shop) == {("applied", None)}
    assert await differences(shop) == []


async def test_causes_that_come_last_change_what_is_here(shop: Shop) -> None:
    await deliver(shop, await all_of_it(shop))
    assert await differences(shop) == []


async def test_causes_that_come_first_are_remembered(shop: Shop) -> None:
    await deliver(shop, (await all_of_it(shop))[::-1])
    assert await differences(shop) == []


async def test_causes_and_effects_that_come_at_once_do_not_miss_each_other(shop: Shop) -> None:
    await asyncio.gather(*(deliver(shop, [event]) for event in await all_of_it(shop)))
    # Nobody writes while what is here is compared.
    await shop.services.mirror.close()
    assert await differences(shop) == []


async def test_an_item_that_is_changed_on_a_draft_is_asked_for(shop: Shop) -> None:
    customer = (await shop.stripe.post("/v1/customers"))["id"]
    item = await shop.stripe.post("/v1/invoiceitems", customer=customer, amount=300, currency="usd")
    bill = {"customer": customer, "currency": "usd", "pending_invoice_items_behavior": "include"}
    await shop.stripe.post("/v1/invoices", **bill)
    await deliver(shop, await events_of(shop))
    (await shop.stripe.http.post("/sandbox/clock", json={"seconds": 5})).raise_for_status()
    await shop.stripe.post(f"/v1/invoiceitems/{item['id']}", amount=500)
    await deliver(shop, await events_of(shop))
    assert await differences(shop) == []
