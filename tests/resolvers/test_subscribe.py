"""subscribe: how the first payment went, what may be chosen, and never twice."""

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from db.operations import OperationRow
from db.tables import Charge, Customer, Invoice, PaymentIntent, Subscription, SubscriptionItem
from resolvers.coupon import AddCouponRequest, add_coupon
from resolvers.customer import GetOrCreateCustomerRequest, get_or_create_customer
from resolvers.outcome import (
    IntentKind,
    PaymentActionRequired,
    PaymentFailed,
    PaymentSucceeded,
    UserErrorCode,
)
from resolvers.payment_method import AddPaymentMethodRequest, add_payment_method
from resolvers.pending_coupon import PENDING_COUPON_KEY
from resolvers.subscribe import SubscribeItem, SubscribeRequest, subscribe
from tests.resolvers.shop import Shop

pytestmark = pytest.mark.anyio


def to(price: str, key: str, **more: object) -> SubscribeRequest:
    return replace(SubscribeRequest((SubscribeItem(price),), key), **more)  # type: ignore[arg-type]


async def test_with_a_card_the_first_invoice_is_paid_at_once(shop: Shop) -> None:
    customer, price = await shop.customer(), await shop.price(2500)
    outcome = await subscribe(shop.subscriber(), to(price, shop.key()))
    assert outcome.errors == ()
    assert outcome.payment == PaymentSucceeded(2500, "usd")
    (row,) = await shop.mirrored(Subscription)
    assert (row["id"], row["status"], row["customer"]) == (outcome.subscription, "active", customer)
    (invoice,) = await shop.mirrored(Invoice)
    assert (invoice["status"], invoice["amount_paid"]) == ("paid", 2500)
    (charge,) = await shop.mirrored(Charge)
    assert (charge["status"], charge["amount"]) == ("succeeded", 2500)
    (item,) = await shop.mirrored(SubscriptionItem)
    assert (item["price"], item["quantity"]) == (price, 1)


async def test_nothing_that_an_item_carries_is_dropped(shop: Shop) -> None:
    customer, one, other = await shop.customer(), await shop.price(1000), await shop.price(500)
    items = (SubscribeItem(one, 3, {"seat": "window"}), SubscribeItem(other))
    outcome = await subscribe(
        shop.operator(), SubscribeRequest(items, shop.key(), customer=customer, metadata={"order": 7})
    )
    at_stripe = await shop.stripe.get(f"/v1/subscriptions/{outcome.subscription}")
    assert {
        (item["price"]["id"], item["quantity"], item["metadata"].get("seat")) for item in at_stripe["items"]["data"]
    } == {(one, 3, "window"), (other, 1, None)}
    assert at_stripe["metadata"]["order"] == "7"
    assert outcome.payment == PaymentSucceeded(3500, "usd")


async def test_a_card_that_wants_authentication_answers_with_a_secret_that_works(shop: Shop) -> None:
    await shop.customer(card="pm_card_authenticationRequired")
    outcome = await subscribe(shop.subscriber(), to(await shop.price(), shop.key()))
    assert outcome.errors == ()
    assert isinstance(outcome.payment, PaymentActionRequired)
    assert outcome.payment.intent is IntentKind.PAYMENT
    assert outcome.payment.client_secret.startswith(outcome.payment.intent_id)
    assert outcome.payment.hosted_invoice_url
    (row,) = await shop.mirrored(Subscription)
    assert row["status"] == "incomplete"
    await shop.stripe.pass_authentication(outcome.payment.intent_id)
    assert (await shop.stripe.get(f"/v1/subscriptions/{outcome.subscription}"))["status"] == "active"


async def test_a_decline_is_an_answer_and_not_an_error(shop: Shop) -> None:
    await shop.customer(card="pm_card_chargeCustomerFail")
    outcome = await subscribe(shop.subscriber(), to(await shop.price(), shop.key()))
    assert outcome.errors == ()
    assert isinstance(outcome.payment, PaymentFailed)
    assert (outcome.payment.code, outcome.payment.decline_code) == ("card_declined", "generic_decline")
    (row,) = await shop.mirrored(Subscription)
    assert row["status"] == "incomplete"
    (charge,) = await shop.mirrored(Charge)
    assert charge["status"] == "failed"


async def test_without_a_card_the_frontend_gets_a_secret_to_collect_one(shop: Shop) -> None:
    await shop.customer(card=None)
    outcome = await subscribe(shop.subscriber(), to(await shop.price(), shop.key()))
    assert isinstance(outcome.payment, PaymentActionRequired)
    assert outcome.payment.intent is IntentKind.PAYMENT
    intent = await shop.stripe.post(
        f"/v1/payment_intents/{outcome.payment.intent_id}/confirm", payment_method="pm_card_visa"
    )
    assert intent["status"] == "succeeded"
    at_stripe = await shop.stripe.get(f"/v1/subscriptions/{outcome.subscription}")
    assert at_stripe["status"] == "active"
    assert at_stripe["default_payment_method"] is not None, "the card also pays the renewal"


async def test_a_trial_without_a_card_asks_to_set_one_up(shop: Shop) -> None:
    customer = await shop.customer(card=None)
    outcome = await subscribe(
        shop.operator(), to(await shop.price(), shop.key(), customer=customer, trial_period_days=14)
    )
    assert isinstance(outcome.payment, PaymentActionRequired)
    assert outcome.payment.intent is IntentKind.SETUP
    assert outcome.payment.client_secret.startswith(outcome.payment.intent_id)
    (row,) = await shop.mirrored(Subscription)
    assert row["status"] == "trialing"


async def test_a_trial_with_a_card_owes_nothing(shop: Shop) -> None:
    customer = await shop.customer()
    end = datetime.now(UTC).replace(microsecond=0) + timedelta(days=7)
    outcome = await subscribe(shop.operator(), to(await shop.price(), shop.key(), customer=customer, trial_end=end))
    assert outcome.payment == PaymentSucceeded(0, "usd")
    (row,) = await shop.mirrored(Subscription)
    assert (row["status"], row["trial_end"]) == ("trialing", int(end.timestamp()))


async def test_a_subscription_that_sends_invoices_has_no_payment(shop: Shop) -> None:
    customer = await shop.customer(card=None)
    outcome = await subscribe(
        shop.operator(),
        to(await shop.price(), shop.key(), customer=customer, collection_method="send_invoice", days_until_due=10),
    )
    assert (outcome.errors, outcome.payment) == ((), None)
    (row,) = await shop.mirrored(Subscription)
    assert (row["status"], row["collection_method"]) == ("active", "send_invoice")


async def test_a_payment_method_that_is_given_is_attached_and_kept(shop: Shop) -> None:
    await shop.customer(card=None)
    outcome = await subscribe(
        shop.subscriber(), to(await shop.price(), shop.key(), default_payment_method="pm_card_mastercard")
    )
    assert outcome.errors == ()
    assert isinstance(outcome.payment, PaymentSucceeded)
    (row,) = await shop.mirrored(Subscription)
    assert row["default_payment_method"] is not None


async def test_another_customers_payment_method_reads_like_one_that_does_not_exist(shop: Shop) -> None:
    await shop.customer("user_2")
    theirs = (await shop.stripe.all("/v1/payment_methods", customer=await shop.customer("user_2", card=None)))[0]["id"]
    await shop.customer("user_1")
    price = await shop.price()
    errors = [
        (await subscribe(shop.subscriber("user_1"), to(price, shop.key(), default_payment_method=id))).errors
        for id in (theirs, "pm_nope")
    ]
    assert [(error.code, error.path) for (error,) in errors] == [
        (UserErrorCode.NOT_FOUND, ("defaultPaymentMethod",))
    ] * 2
    assert replace(errors[0][0], operation=None) == replace(errors[1][0], operation=None)
    assert await shop.stripe.all("/v1/subscriptions", status="all") == []


async def test_a_product_is_subscribed_to_once(shop: Shop) -> None:
    customer, price = await shop.customer(), await shop.price()
    first = await subscribe(shop.subscriber(), to(price, shop.key()))
    second = await subscribe(shop.subscriber(), to(price, shop.key()))
    (error,) = second.errors
    assert (error.code, error.path) == (UserErrorCode.ALREADY_SUBSCRIBED, ("items", "0", "price"))
    assert (second.subscription, second.customer) == (first.subscription, customer)
    third = await subscribe(shop.operator(), to(price, shop.key(), customer=customer, allow_duplicate=True))
    assert third.errors == ()
    assert len(await shop.mirrored(Subscription)) == 2


async def test_of_many_at_once_with_keys_of_their_own_one_subscribes(shop: Shop) -> None:
    await shop.customer()
    price = await shop.price()
    outcomes = await asyncio.gather(*(subscribe(shop.subscriber(), to(price, shop.key())) for _ in range(6)))
    codes = [outcome.errors[0].code if outcome.errors else None for outcome in outcomes]
    assert codes.count(None) == 1
    assert set(codes) <= {None, UserErrorCode.ALREADY_SUBSCRIBED, UserErrorCode.IN_PROGRESS}
    assert len(await shop.stripe.all("/v1/subscriptions")) == 1


async def test_the_same_key_subscribes_once_and_gives_the_secret_again(shop: Shop) -> None:
    await shop.customer(card="pm_card_authenticationRequired")
    request = to(await shop.price(), shop.key())
    first, second = await subscribe(shop.subscriber(), request), await subscribe(shop.subscriber(), request)
    assert first == second
    assert isinstance(second.payment, PaymentActionRequired)
    assert second.payment.client_secret
    assert len(await shop.stripe.all("/v1/subscriptions", status="all")) == 1


async def test_subscribers_choose_among_what_is_on_sale(shop: Shop) -> None:
    customer, price, hidden = await shop.customer(), await shop.price(), await shop.price()
    once = await shop.price(monthly=False)
    await shop.stripe.post(f"/v1/prices/{hidden}", active="false")
    await shop.services.mirror.refresh("price", hidden)
    at_stripe_only = await shop.price(known=False)
    for unavailable in (hidden, "price_nope", at_stripe_only):
        items = (SubscribeItem(price), SubscribeItem(unavailable))
        outcome = await subscribe(shop.subscriber(), SubscribeRequest(items, shop.key()))
        assert [(error.code, error.path) for error in outcome.errors] == [
            (UserErrorCode.NOT_FOUND, ("items", "1", "price"))
        ]
    outcome = await subscribe(shop.subscriber(), to(once, shop.key()))
    assert [error.code for error in outcome.errors] == [UserErrorCode.INVALID_INPUT]
    assert await shop.stripe.all("/v1/subscriptions", status="all") == []
    assert (await subscribe(shop.operator(), to(at_stripe_only, shop.key(), customer=customer))).errors == ()


async def test_bad_input_is_refused_without_a_call_and_leaves_nothing(shop: Shop) -> None:
    customer, price = await shop.customer(), await shop.price()
    soon = datetime.fromtimestamp(time.time() + 86_400, UTC)
    before = await shop.stripe.http.get("/sandbox/counters")
    bad = {
        ("items",): SubscribeRequest((), "k", customer=customer),
        ("items", "0", "quantity"): SubscribeRequest((SubscribeItem(price, 0),), "k", customer=customer),
        ("items", "1", "price"): SubscribeRequest((SubscribeItem(price), SubscribeItem(price)), "k", customer=customer),
        ("customer",): to(price, "k"),
        ("trialEnd",): to(price, "k", customer=customer, trial_period_days=3, trial_end=soon),
        ("trialPeriodDays",): to(price, "k", customer=customer, trial_period_days=0),
        ("daysUntilDue",): to(price, "k", customer=customer, days_until_due=3),
        ("defaultPaymentMethod",): to(price, "k", customer=customer, default_payment_method="4242424242424242"),
        ("promotionCode",): to(price, "k", customer=customer, promotion_code=" "),
        ("idempotencyKey",): to(price, "", customer=customer),
    }
    for path, request in bad.items():
        outcome = await subscribe(shop.operator(), request)
        assert [error.path for error in outcome.errors] == [path]
    assert (await shop.stripe.http.get("/sandbox/counters")).json() == before.json()
    assert await shop.mirrored(OperationRow, mutation="subscribe") == []


async def test_a_subscriber_without_a_customer_is_told_what_to_do(shop: Shop) -> None:
    outcome = await subscribe(shop.subscriber("nobody"), to(await shop.price(), shop.key()))
    (error,) = outcome.errors
    assert error.code is UserErrorCode.NOT_FOUND
    assert "getOrCreateCustomer" in error.message


async def test_the_promotion_code_is_what_people_type(shop: Shop) -> None:
    await shop.customer()
    coupon = await shop.stripe.post("/v1/coupons", percent_off=20, duration="once")
    await shop.stripe.post(
        "/v1/promotion_codes", **{"promotion[type]": "coupon", "promotion[coupon]": coupon["id"], "code": "SPRING"}
    )
    price = await shop.price(2500)
    wrong = await subscribe(shop.subscriber(), to(price, shop.key(), promotion_code="AUTUMN"))
    assert [(error.code, error.path) for error in wrong.errors] == [(UserErrorCode.INVALID_INPUT, ("promotionCode",))]
    right = await subscribe(shop.subscriber(), to(price, shop.key(), promotion_code="SPRING"))
    assert right.payment == PaymentSucceeded(2000, "usd")


async def test_a_coupon_that_was_kept_is_used_up(shop: Shop) -> None:
    customer = await shop.customer()
    coupon = await shop.stripe.post("/v1/coupons", percent_off=50, duration="forever")
    kept = await add_coupon(shop.operator(), AddCouponRequest(customer, coupon["id"]))
    assert [error.code for error in kept.errors] == [UserErrorCode.NOTHING_TO_DISCOUNT]
    (row,) = await shop.mirrored(Customer)
    assert PENDING_COUPON_KEY in row["metadata"]
    outcome = await subscribe(shop.subscriber(), to(await shop.price(2500), shop.key()))
    assert outcome.payment == PaymentSucceeded(1250, "usd")
    (row,) = await shop.mirrored(Customer)
    assert PENDING_COUPON_KEY not in row["metadata"]
    assert PENDING_COUPON_KEY not in (await shop.stripe.get(f"/v1/customers/{customer}"))["metadata"]


async def test_a_card_that_cannot_be_attached_is_declined(shop: Shop) -> None:
    await get_or_create_customer(shop.subscriber(), GetOrCreateCustomerRequest())
    added = await add_payment_method(shop.subscriber(), AddPaymentMethodRequest("pm_card_chargeDeclined"))
    assert [error.code for error in added.errors] == [UserErrorCode.CARD_DECLINED]
    outcome = await subscribe(
        shop.subscriber(), to(await shop.price(), shop.key(), default_payment_method="pm_card_chargeDeclined")
    )
    assert [error.code for error in outcome.errors] == [UserErrorCode.CARD_DECLINED]
    assert await shop.mirrored(PaymentIntent) == []
