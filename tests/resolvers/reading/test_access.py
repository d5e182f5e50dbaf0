"""access(product) says whether, why, until when and by which subscription."""

from typing import Any

import pytest

from tests.resolvers.reading.stripe_objects import (
    DAY,
    NOW,
    customer,
    invoice,
    item,
    price,
    product,
    subscription,
)
from tests.resolvers.reading.world import ADA, World

NEVER = {"granted": False, "reason": "NEVER_SUBSCRIBED", "until": None, "subscription": None}


@pytest.fixture
def shop(world: World) -> World:
    world.put(product(), price(), product("prod_2"), price("price_2", "prod_2"))
    world.put(customer(subscriber="ada"), customer("cus_2", subscriber="eve"))
    return world.with_policy(access_leeway_seconds=600, past_due_grace_days=3)


def access(world: World, product: str = "prod_1", at: int = NOW) -> dict[str, Any]:
    question = "query ($id: ID!) { viewer { access(product: $id) { granted reason until subscription { id } } } }"
    answer: dict[str, Any] = world.ask(question, by=ADA, at=at, id=product)["access"]
    return answer


def refused(reason: str, subscription: str = "sub_1") -> dict[str, Any]:
    return {"granted": False, "reason": reason, "until": None, "subscription": {"id": subscription}}


def granted(reason: str, until: str, subscription: str = "sub_1") -> dict[str, Any]:
    return {"granted": True, "reason": reason, "until": until, "subscription": {"id": subscription}}


def test_active_gives_access_until_the_items_period_ends(shop: World) -> None:
    shop.put(subscription(items=[item("si_1", ends=NOW + 2 * DAY), item("si_2", "price_2", ends=NOW + DAY)]))
    assert access(shop) == granted("ACTIVE", "2026-10-30T09:30:00Z")
    assert access(shop, "prod_2") == granted("ACTIVE", "2026-10-29T09:30:00Z")


def test_trialing_gives_access_until_the_trial_ends(shop: World) -> None:
    shop.put(subscription(status="trialing", trial_end=NOW + 3 * DAY))
    assert access(shop) == granted("TRIALING", "2026-10-31T09:30:00Z")


@pytest.mark.parametrize("status", ["active", "trialing"])
def test_what_ran_out_beyond_the_leeway_has_ended(shop: World, status: str) -> None:
    shop.put(subscription(status=status, trial_end=NOW + DAY if status == "trialing" else None))
    assert access(shop, at=NOW + DAY + 599)["granted"] is True
    assert access(shop, at=NOW + DAY + 600) == refused("ENDED")


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("past_due", "PAST_DUE"),
        ("unpaid", "UNPAID"),
        ("paused", "PAUSED"),
        ("incomplete", "INCOMPLETE"),
        ("incomplete_expired", "ENDED"),
        ("canceled", "ENDED"),
        ("dormant", "ENDED"),
    ],
)
def test_every_other_status_is_a_reason_against_it(shop: World, status: str, reason: str) -> None:
    shop.put(subscription(status=status))
    assert access(shop) == refused(reason)


def test_who_never_subscribed_to_a_product_has_no_access_and_no_subscription(shop: World) -> None:
    shop.put(subscription("sub_2", "cus_2"), subscription("sub_1", items=[item("si_other", "price_2")]))
    assert access(shop) == NEVER
    assert access(shop, "prod_nowhere") == NEVER


@pytest.mark.parametrize(("seconds", "reason"), [(3 * DAY - 1, "GRACE_PERIOD"), (3 * DAY, "PAST_DUE")])
def test_past_due_keeps_access_for_the_days_of_grace_from_finalization(shop: World, seconds: int, reason: str) -> None:
    finalized = NOW - seconds
    shop.put(subscription(status="past_due"), invoice(subscription="sub_1", finalized_at=finalized))
    shop.put(invoice("in_paid", subscription="sub_1", status="paid", finalized_at=NOW - 300 * DAY, created=1))
    shop.put(invoice("in_other", finalized_at=NOW - 300 * DAY, created=1))
    if reason == "PAST_DUE":
        assert access(shop) == refused("PAST_DUE")
    else:
        assert access(shop) == granted("GRACE_PERIOD", "2026-10-28T09:30:01Z")


@pytest.mark.parametrize(("seconds", "reason"), [(3 * DAY - 1, "GRACE_PERIOD"), (3 * DAY, "PAST_DUE")])
def test_grace_is_counted_from_the_due_date_where_there_is_one(shop: World, seconds: int, reason: str) -> None:
    due = invoice(subscription="sub_1", due_date=NOW - seconds, finalized_at=NOW - 30 * DAY)
    shop.put(subscription(status="past_due"), due)
    assert access(shop)["reason"] == reason


def test_grace_is_counted_from_the_oldest_open_invoice(shop: World) -> None:
    shop.put(
        subscription(status="past_due"),
        invoice("in_new", subscription="sub_1", created=NOW - DAY, finalized_at=NOW - DAY),
        invoice("in_old", subscription="sub_1", created=NOW - 9 * DAY, finalized_at=NOW - 9 * DAY),
    )
    assert access(shop) == refused("PAST_DUE")


def test_the_oldest_open_invoice_counts_also_when_it_is_due_last(shop: World) -> None:
    shop.put(
        subscription(status="past_due"),
        invoice("in_new", subscription="sub_1", created=NOW - 5 * DAY, finalized_at=NOW - 5 * DAY),
        invoice("in_old", subscription="sub_1", created=NOW - 9 * DAY, finalized_at=NOW - 9 * DAY, due_date=NOW - DAY),
    )
    assert access(shop) == granted("GRACE_PERIOD", "2026-10-30T09:30:00Z")


def test_without_days_of_grace_or_without_an_open_invoice_past_due_is_past_due(shop: World) -> None:
    shop.put(subscription(status="past_due"))
    assert access(shop) == refused("PAST_DUE")
    shop.put(invoice(subscription="sub_1", finalized_at=NOW - 1))
    assert access(shop)["granted"] is True
    assert access(shop.with_policy(past_due_grace_days=0)) == refused("PAST_DUE")


def test_of_several_subscriptions_the_best_one_tells(shop: World) -> None:
    worst_first = ["canceled", "incomplete", "unpaid", "paused", "past_due", "trialing", "active"]
    for number, status in enumerate(worst_first):
        shop.put(subscription(f"sub_{number}", status=status, trial_end=NOW + DAY if status == "trialing" else None))
        told = access(shop)
        assert told["subscription"] == {"id": f"sub_{number}"}
    assert told["reason"] == "ACTIVE"


def test_of_equally_good_ones_the_one_that_lasts_longest_tells(shop: World) -> None:
    shop.put(
        subscription("sub_1", items=[item("si_1", ends=NOW + DAY)]),
        subscription("sub_2", items=[item("si_2", ends=NOW + 9 * DAY)]),
        subscription("sub_3", items=[item("si_3", ends=NOW + DAY)]),
    )
    assert access(shop) == granted("ACTIVE", "2026-11-06T09:30:00Z", "sub_2")


def test_an_item_without_a_period_of_its_own_never_tells_where_another_can(shop: World) -> None:
    bare = item("si_a")
    del bare["current_period_end"], bare["current_period_start"]
    shop.put(subscription("sub_1", status="unpaid", items=[bare]), subscription("sub_2", status="unpaid"))
    assert access(shop) == refused("UNPAID", "sub_2")


def test_access_can_be_asked_for_by_part_and_for_several_products_at_once(shop: World) -> None:
    shop.put(subscription())
    answer = shop.ask(
        '{ viewer { a: access(product: "prod_1") { why: reason again: reason } b: access(product: "prod_2") '
        "{ __typename ok: granted subscription { id } } } }",
        by=ADA,
    )
    assert answer == {
        "a": {"why": "ACTIVE", "again": "ACTIVE"},
        "b": {"__typename": "Access", "ok": False, "subscription": None},
    }
