"""Cancelling at the period's end, taking it back, and whose subscription it is."""

from dataclasses import replace

import pytest

from db.operations import OperationRow
from db.tables import Subscription
from resolvers.outcome import UserErrorCode
from resolvers.subscribe import SubscribeItem, SubscribeRequest, subscribe
from resolvers.subscription import (
    CancelSubscriptionRequest,
    ResumeSubscriptionRequest,
    cancel_subscription,
    resume_subscription,
)
from tests.resolvers.shop import Shop

pytestmark = pytest.mark.anyio


async def subscribed(shop: Shop, subscriber: str = "user_1") -> str:
    await shop.customer(subscriber)
    request = SubscribeRequest((SubscribeItem(await shop.price()),), shop.key())
    subscription = (await subscribe(shop.subscriber(subscriber), request)).subscription
    assert subscription is not None
    return subscription


async def test_a_subscription_is_cancelled_at_its_periods_end_and_resumed(shop: Shop) -> None:
    id = await subscribed(shop)
    canceled = await cancel_subscription(shop.subscriber(), CancelSubscriptionRequest(id, comment="Too dear"))
    assert (canceled.subscription, canceled.errors) == (id, ())
    (row,) = await shop.mirrored(Subscription)
    assert (row["status"], row["cancel_at_period_end"]) == ("active", True)
    at_stripe = await shop.stripe.get(f"/v1/subscriptions/{id}")
    assert at_stripe["cancellation_details"]["comment"] == "Too dear"
    resumed = await resume_subscription(shop.subscriber(), ResumeSubscriptionRequest(id))
    assert (resumed.subscription, resumed.errors) == (id, ())
    (row,) = await shop.mirrored(Subscription)
    assert (row["status"], row["cancel_at_period_end"]) == ("active", False)


async def test_an_operator_cancels_at_once(shop: Shop) -> None:
    id = await subscribed(shop)
    outcome = await cancel_subscription(shop.operator(), CancelSubscriptionRequest(id, immediately=True))
    assert outcome.errors == ()
    (row,) = await shop.mirrored(Subscription)
    assert row["status"] == "canceled"
    again = await cancel_subscription(shop.operator(), CancelSubscriptionRequest(id, immediately=True))
    assert [error.code for error in again.errors] == [UserErrorCode.INVALID_STATE]


async def test_a_subscriber_cannot_cancel_at_once(shop: Shop) -> None:
    id = await subscribed(shop)
    outcome = await cancel_subscription(shop.subscriber(), CancelSubscriptionRequest(id, immediately=True))
    assert [(error.code, error.path) for error in outcome.errors] == [(UserErrorCode.NOT_ALLOWED, ("immediately",))]
    assert (await shop.stripe.get(f"/v1/subscriptions/{id}"))["status"] == "active"


async def test_what_ended_in_the_dashboard_is_told_and_mirrored(shop: Shop) -> None:
    id = await subscribed(shop)
    await shop.stripe.delete(f"/v1/subscriptions/{id}")
    outcome = await cancel_subscription(shop.operator(), CancelSubscriptionRequest(id, immediately=True))
    assert [(error.code, error.path) for error in outcome.errors] == [(UserErrorCode.INVALID_STATE, ("subscription",))]
    (row,) = await shop.mirrored(Subscription)
    assert row["status"] == "canceled"


async def test_what_is_not_going_to_end_cannot_be_resumed(shop: Shop) -> None:
    id = await subscribed(shop)
    outcome = await resume_subscription(shop.subscriber(), ResumeSubscriptionRequest(id))
    assert [error.code for error in outcome.errors] == [UserErrorCode.INVALID_STATE]


async def test_the_subscription_of_another_reads_like_none(shop: Shop) -> None:
    theirs = await subscribed(shop, "user_2")
    await shop.customer("user_1")
    errors = []
    for id in (theirs, "sub_nope", "nope"):
        outcome = await cancel_subscription(shop.subscriber("user_1"), CancelSubscriptionRequest(id))
        assert outcome.subscription is None
        errors.append([replace(error, operation=None) for error in outcome.errors])
    assert errors[0] == errors[1] == errors[2]
    assert [(error.code, error.path) for error in errors[0]] == [(UserErrorCode.NOT_FOUND, ("subscription",))]
    assert await shop.mirrored(OperationRow, mutation="cancelSubscription") == []
    assert (await shop.stripe.get(f"/v1/subscriptions/{theirs}"))["cancel_at_period_end"] is False


async def test_an_operator_reaches_what_the_mirror_has_not_seen_yet(shop: Shop) -> None:
    customer, price = await shop.customer(), await shop.price()
    there = await shop.stripe.post("/v1/subscriptions", customer=customer, **{"items[0][price]": price})
    outcome = await cancel_subscription(shop.operator(), CancelSubscriptionRequest(there["id"]))
    assert outcome.errors == ()
    (row,) = await shop.mirrored(Subscription)
    assert row["cancel_at_period_end"] is True
