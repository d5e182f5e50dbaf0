"""What changes in the middle of a period cost."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sandbox.client import DAY, Client, Object, Refusal, item_of


def swap(client: Client, subscription: Object, price: Object, **params: object) -> Object:
    item = item_of(subscription)
    items = [{"id": item["id"], "price": price["id"], "quantity": item["quantity"]}]
    return client.post(f"/v1/subscriptions/{subscription['id']}", items=items, expand=["latest_invoice"], **params)


def waiting(client: Client, subscription: Object) -> list[Object]:
    rows: list[Object] = client.get("/v1/invoiceitems", customer=subscription["customer"], pending=True)["data"]
    return rows


def test_half_a_period_is_half_the_difference(alone: Client) -> None:
    clock = alone.post("/v1/test_helpers/test_clocks", frozen_time=1_900_000_000)
    customer = alone.customer(test_clock=clock["id"])
    subscription = alone.subscribe(customer, alone.price(3_000))
    item = item_of(subscription)
    half = (item["current_period_start"] + item["current_period_end"]) // 2
    alone.post(f"/v1/test_helpers/test_clocks/{clock['id']}/advance", frozen_time=half)
    swap(alone, subscription, alone.price(6_000))
    assert sorted(row["amount"] for row in waiting(alone, subscription)) == [-1_500, 3_000]
    alone.post(
        f"/v1/test_helpers/test_clocks/{clock['id']}/advance", frozen_time=item["current_period_end"] + 2 * 3_600
    )
    assert alone.invoices(subscription)[0]["total"] == 6_000 + 1_500


def test_always_invoice_bills_the_difference_at_once(shared: Client) -> None:
    subscription = shared.subscribe(shared.customer(), shared.price(2_500))
    changed = swap(shared, subscription, shared.price(5_000), proration_behavior="always_invoice")
    invoice = changed["latest_invoice"]
    assert (invoice["billing_reason"], invoice["status"]) == ("subscription_update", "paid")
    assert 2_480 <= invoice["total"] <= 2_500
    credit, debit = invoice["lines"]["data"]
    assert credit["amount"] < 0 < debit["amount"]
    details = credit["parent"]["subscription_item_details"]
    assert details["proration"] is True
    assert details["proration_details"]["credited_items"]["invoice"] == subscription["latest_invoice"]["id"]
    assert waiting(shared, subscription) == []


def test_none_means_none(shared: Client) -> None:
    subscription = shared.subscribe(shared.customer(), shared.price(2_500))
    swap(shared, subscription, shared.price(5_000), proration_behavior="none")
    assert waiting(shared, subscription) == []


def test_quantities_adding_and_removing_are_prorated(shared: Client) -> None:
    customer = shared.customer()
    subscription = shared.subscribe(customer, shared.price(1_000))
    item = item_of(subscription)
    shared.post(f"/v1/subscription_items/{item['id']}", quantity=4)
    assert sum(row["amount"] for row in waiting(shared, subscription)) in range(2_980, 3_001)
    added = shared.post("/v1/subscription_items", subscription=subscription["id"], price=shared.price(500)["id"])
    assert sum(row["amount"] for row in waiting(shared, subscription)) in range(3_470, 3_501)
    shared.delete(f"/v1/subscription_items/{added['id']}")
    assert sum(row["amount"] for row in waiting(shared, subscription)) in range(2_980, 3_001)
    with pytest.raises(Refusal):
        shared.delete(f"/v1/subscription_items/{item['id']}")


def test_nothing_is_prorated_on_trial(shared: Client) -> None:
    subscription = shared.subscribe(shared.customer(), shared.price(2_500), trial_period_days=10)
    swap(shared, subscription, shared.price(5_000))
    assert waiting(shared, subscription) == []


def test_a_longer_rhythm_is_billed_at_once(shared: Client) -> None:
    subscription = shared.subscribe(shared.customer(), shared.price(2_500))
    changed = swap(shared, subscription, shared.price(25_000, interval="year"))
    assert changed["latest_invoice"]["total"] in range(22_480, 22_521)
    item = item_of(changed)
    assert 364 * DAY < item["current_period_end"] - item["current_period_start"] < 367 * DAY


def test_a_new_anchor_begins_a_new_period_now(alone: Client) -> None:
    clock = alone.post("/v1/test_helpers/test_clocks", frozen_time=1_900_000_000)
    subscription = alone.subscribe(alone.customer(test_clock=clock["id"]), alone.price(3_000))
    item = item_of(subscription)
    half = (item["current_period_start"] + item["current_period_end"]) // 2
    alone.post(f"/v1/test_helpers/test_clocks/{clock['id']}/advance", frozen_time=half)
    changed = alone.post(
        f"/v1/subscriptions/{subscription['id']}", billing_cycle_anchor={"type": "now"}, expand=["latest_invoice"]
    )
    assert item_of(changed)["current_period_start"] == half
    assert changed["latest_invoice"]["total"] == 1_500


def test_ending_a_trial_now_bills_now(shared: Client) -> None:
    subscription = shared.subscribe(shared.customer(), shared.price(2_500), trial_period_days=10)
    changed = shared.post(f"/v1/subscriptions/{subscription['id']}", trial_end="now", expand=["latest_invoice"])
    assert (changed["status"], changed["latest_invoice"]["amount_paid"]) == ("active", 2_500)


def test_a_canceled_one_gives_back_only_when_asked(shared: Client) -> None:
    customer = shared.customer()
    subscription = shared.subscribe(customer, shared.price(2_500))
    shared.delete(f"/v1/subscriptions/{subscription['id']}")
    assert waiting(shared, subscription) == []
    other = shared.subscribe(customer, shared.price(2_500))
    shared.delete(f"/v1/subscriptions/{other['id']}", prorate=True)
    (credit,) = waiting(shared, other)
    assert -2_500 <= credit["amount"] <= -2_480


def test_an_error_leaves_the_old_items(shared: Client) -> None:
    customer = shared.customer()
    subscription = shared.subscribe(customer, shared.price(2_500))
    shared.new_card(customer["id"], "pm_card_chargeCustomerFail")
    with pytest.raises(Refusal) as refusal:
        swap(
            shared,
            subscription,
            shared.price(5_000),
            proration_behavior="always_invoice",
            payment_behavior="error_if_incomplete",
        )
    assert refusal.value.status == 402
    assert shared.subscription(subscription["id"])["items"] == subscription["items"]
    assert len(shared.invoices(subscription)) == 1


@given(
    old=st.integers(100, 99_999),
    new=st.integers(100, 99_999),
    quantity=st.integers(1, 20),
    currency=st.sampled_from(["usd", "jpy", "eur"]),
    seconds=st.integers(0, 27 * DAY),
)
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_there_and_back_at_once_nets_to_nothing(
    shared: Client, old: int, new: int, quantity: int, currency: str, seconds: int
) -> None:
    clock = shared.post("/v1/test_helpers/test_clocks", frozen_time=1_900_000_000)
    customer = shared.customer(test_clock=clock["id"])
    prices = [shared.price(amount, currency) for amount in (old, new)]
    items = [{"price": prices[0]["id"], "quantity": quantity}]
    subscription = shared.subscribe(customer, items=items)
    if seconds:
        path = f"/v1/test_helpers/test_clocks/{clock['id']}/advance"
        shared.post(path, frozen_time=1_900_000_000 + seconds)
    item = item_of(subscription)
    left = item["current_period_end"] - 1_900_000_000 - seconds
    swap(shared, subscription, prices[1])
    there = sum(row["amount"] for row in waiting(shared, subscription))
    exact = (new - old) * quantity * left / (item["current_period_end"] - item["current_period_start"])
    assert abs(there - exact) <= 1
    swap(shared, subscription, prices[0])
    assert sum(row["amount"] for row in waiting(shared, subscription)) == 0
