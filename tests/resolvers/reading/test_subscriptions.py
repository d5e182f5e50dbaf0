"""When a subscription is active, valid, the only one, or gives access."""

import pytest

from tests.resolvers.reading.stripe_objects import DAY, NOW, customer, item, price, product, subscription
from tests.resolvers.reading.world import ADA, World

STATUSES = ("incomplete", "incomplete_expired", "trialing", "active", "past_due", "canceled", "unpaid", "paused")
VALID = {"trialing", "active", "past_due", "unpaid", "paused"}
LEEWAY = 600


@pytest.fixture
def shop(world: World) -> World:
    world.put(product(), price(), product("prod_2"), price("price_2", "prod_2"))
    world.put(customer(subscriber="ada"))
    return world.with_policy(access_leeway_seconds=LEEWAY)


def of_viewer(world: World, selection: str, at: int = NOW) -> object:
    answer: dict[str, object] = world.ask(f"{{ viewer {{ {selection} }} }}", by=ADA, at=at)
    return next(iter(answer.values())) if len(answer) == 1 else answer


def ids(listed: object) -> set[str]:
    return {each["id"] for each in listed}  # type: ignore[attr-defined]


def test_valid_is_everything_that_is_not_canceled_incomplete_or_expired(shop: World) -> None:
    shop.put(*(subscription(f"sub_{status}", status=status) for status in STATUSES))
    assert ids(of_viewer(shop, "validSubscriptions { id }")) == {f"sub_{status}" for status in VALID}


def test_a_status_that_stripe_adds_later_reads_unrecognized_and_is_valid(shop: World) -> None:
    shop.put(subscription(status="dormant"))
    assert of_viewer(shop, "validSubscriptions { status }") == [{"status": "UNRECOGNIZED"}]
    assert of_viewer(shop, "hasAnyActiveSubscription") is False


@pytest.mark.parametrize("status", STATUSES)
def test_a_single_subscription_is_the_one_while_it_is_valid(shop: World, status: str) -> None:
    shop.put(subscription(status=status), subscription("sub_old", status="canceled"))
    expected = {"subscription": {"id": "sub_1"} if status in VALID else None, "hasMultipleSubscriptions": False}
    assert of_viewer(shop, "subscription { id } hasMultipleSubscriptions") == expected


def test_with_several_valid_subscriptions_none_is_the_one(shop: World) -> None:
    shop.put(subscription("sub_1"), subscription("sub_2", status="unpaid"))
    answer = of_viewer(shop, "subscription { id } hasMultipleSubscriptions validSubscriptions { id }")
    assert answer == {
        "subscription": None,
        "hasMultipleSubscriptions": True,
        "validSubscriptions": [{"id": "sub_2"}, {"id": "sub_1"}],
    }


def test_without_a_subscription_there_is_none_and_not_several(shop: World) -> None:
    answer = of_viewer(shop, "subscription { id } hasMultipleSubscriptions activeSubscriptions { id }")
    assert answer == {"subscription": None, "hasMultipleSubscriptions": False, "activeSubscriptions": []}


@pytest.mark.parametrize(("late", "running"), [(-1, True), (0, True), (LEEWAY - 1, True), (LEEWAY, False)])
def test_a_period_counts_until_its_leeway_is_over(shop: World, late: int, running: bool) -> None:
    ends = NOW + DAY
    shop.put(subscription(items=[item("si_1", ends=ends)]))
    answer = of_viewer(
        shop,
        "activeSubscriptions { id } validSubscriptions { id } "
        'hasAnyActiveSubscription isSubscribedTo(product: "prod_1")',
        at=ends + late,
    )
    assert answer == {
        "activeSubscriptions": [{"id": "sub_1"}] if running else [],
        "hasAnyActiveSubscription": running,
        "isSubscribedTo": running,
        "validSubscriptions": [{"id": "sub_1"}],
    }


@pytest.mark.parametrize("status", STATUSES)
def test_only_active_and_trialing_give_access_and_only_active_is_active(shop: World, status: str) -> None:
    shop.put(subscription(status=status, trial_end=NOW + DAY))
    answer = of_viewer(shop, 'activeSubscriptions { id } hasAnyActiveSubscription isSubscribedTo(product: "prod_1")')
    gives = status in {"active", "trialing"}
    assert answer == {
        "activeSubscriptions": [{"id": "sub_1"}] if status == "active" else [],
        "hasAnyActiveSubscription": gives,
        "isSubscribedTo": gives,
    }


@pytest.mark.parametrize(("after_trial", "running"), [(-1, True), (LEEWAY - 1, True), (LEEWAY, False)])
def test_a_trial_counts_until_its_end_and_the_leeway(shop: World, after_trial: int, running: bool) -> None:
    trial_end = NOW + 14 * DAY
    trial = subscription(status="trialing", trial_end=trial_end, items=[item("si_1", ends=trial_end)])
    shop.put(trial)
    assert of_viewer(shop, "hasAnyActiveSubscription", at=trial_end + after_trial) is running


@pytest.mark.parametrize("status", ["trialing", "active"])
def test_a_trial_longer_than_the_items_period_still_counts(shop: World, status: str) -> None:
    shop.put(subscription(status=status, trial_end=NOW + DAY, items=[item("si_1", ends=NOW - DAY)]))
    assert of_viewer(shop, 'isSubscribedTo(product: "prod_1")') is True


def test_each_item_counts_by_its_own_period(shop: World) -> None:
    items = [item("si_1", "price_1", ends=NOW - DAY), item("si_2", "price_2", ends=NOW + 300 * DAY)]
    shop.put(subscription(items=items))
    answer = of_viewer(
        shop,
        'monthly: isSubscribedTo(product: "prod_1") yearly: isSubscribedTo(product: "prod_2") hasAnyActiveSubscription '
        "validSubscriptions { currentPeriodEnd items { id currentPeriodEnd } }",
    )
    assert answer == {
        "monthly": False,
        "yearly": True,
        "hasAnyActiveSubscription": True,
        "validSubscriptions": [
            {
                "currentPeriodEnd": "2026-10-27T09:30:00Z",
                "items": [
                    {"id": "si_1", "currentPeriodEnd": "2026-10-27T09:30:00Z"},
                    {"id": "si_2", "currentPeriodEnd": "2027-08-24T09:30:00Z"},
                ],
            }
        ],
    }


def test_items_come_in_stripes_order_and_those_taken_off_are_gone(shop: World) -> None:
    shop.put(subscription(items=[item("si_b"), item("si_a", "price_2"), item("si_c")]))
    assert of_viewer(shop, "subscription { items { id } }") == {
        "items": [{"id": "si_b"}, {"id": "si_a"}, {"id": "si_c"}]
    }
    shop.put(subscription(items=[item("si_c"), item("si_b")]))
    assert of_viewer(shop, "subscription { items { id } }") == {"items": [{"id": "si_c"}, {"id": "si_b"}]}
    assert of_viewer(shop, 'isSubscribedTo(product: "prod_2")') is False


def test_a_subscription_to_nothing_gives_no_access(shop: World) -> None:
    shop.put(subscription(items=[]))
    answer = of_viewer(shop, "hasAnyActiveSubscription subscription { currentPeriodEnd items { id } }")
    assert answer == {"hasAnyActiveSubscription": False, "subscription": {"currentPeriodEnd": None, "items": []}}


def test_access_counts_by_product_also_when_its_price_is_archived_or_deleted(shop: World) -> None:
    shop.put(subscription())
    shop.put(price(active=False), product(active=False))
    assert of_viewer(shop, 'isSubscribedTo(product: "prod_1")') is True
    shop.put({"id": "price_1", "object": "price", "deleted": True})
    answer = of_viewer(shop, 'isSubscribedTo(product: "prod_1") subscription { items { price { id deleted } } }')
    assert answer == {
        "isSubscribedTo": True,
        "subscription": {"items": [{"price": {"id": "price_1", "deleted": True}}]},
    }


def test_a_price_that_is_not_here_yet_reads_as_null_and_gives_no_access(shop: World) -> None:
    shop.put(subscription(items=[item("si_1", "price_late")]))
    answer = of_viewer(
        shop, 'isSubscribedTo(product: "prod_1") hasAnyActiveSubscription subscription { items { id price { id } } }'
    )
    assert answer == {
        "isSubscribedTo": False,
        "hasAnyActiveSubscription": True,
        "subscription": {"items": [{"id": "si_1", "price": None}]},
    }


def test_every_plain_field_of_a_subscription_comes_from_stripes_object(shop: World) -> None:
    shop.put(
        subscription(
            cancel_at_period_end=True,
            cancel_at=NOW + DAY,
            canceled_at=NOW - 60,
            collection_method="send_invoice",
            description="Team plan",
            pause_collection={"behavior": "void", "resumes_at": None},
            trial_start=NOW - DAY,
            trial_end=NOW,
            metadata={"team": "red"},
        )
    )
    told = shop.ask(
        '{ subscription(id: "sub_1") { status cancelAtPeriodEnd cancelAt canceledAt endedAt trialStart trialEnd '
        "startDate billingCycleAnchor collectionMethod collectionPaused currency description metadata livemode "
        "customer { id } } }"
    )
    assert told == {
        "status": "ACTIVE",
        "cancelAtPeriodEnd": True,
        "cancelAt": "2026-10-29T09:30:00Z",
        "canceledAt": "2026-10-28T09:29:00Z",
        "endedAt": None,
        "trialStart": "2026-10-27T09:30:00Z",
        "trialEnd": "2026-10-28T09:30:00Z",
        "startDate": "2026-09-28T09:30:00Z",
        "billingCycleAnchor": "2026-09-28T09:30:00Z",
        "collectionMethod": "SEND_INVOICE",
        "collectionPaused": True,
        "currency": "USD",
        "description": "Team plan",
        "metadata": {"team": "red"},
        "livemode": False,
        "customer": {"id": "cus_1"},
    }
