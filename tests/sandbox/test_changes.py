"""Changes of subscriptions: what they cost by the second, and what becomes of dates, items and trials."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.timing.periods import add
from tests.sandbox.client import DAY, Client, Object, Refusal, item_of

START = 1_893_456_000  # 2030-01-01
MONTH = 31 * DAY
HOUR = 3_600
FEW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def on_a_clock(client: Client, at: int = START, card: str | None = "pm_card_visa") -> Object:
    clock = client.post("/v1/test_helpers/test_clocks", frozen_time=at)
    return client.customer(card, test_clock=clock["id"])


def turn(client: Client, row: Object, to: int) -> None:
    client.post(f"/v1/test_helpers/test_clocks/{row['test_clock']}/advance", frozen_time=to)


def update(client: Client, subscription: Object, **params: object) -> Object:
    return client.post(f"/v1/subscriptions/{subscription['id']}", expand=["latest_invoice"], **params)


def pending(client: Client, subscription: Object) -> list[int]:
    rows = client.get("/v1/invoiceitems", customer=subscription["customer"], pending=True, limit=100)["data"]
    return sorted(row["amount"] for row in rows)


def to_the_second(amount: int, seconds: int, whole: int) -> int:
    """Halves away from zero."""
    return (2 * amount * seconds + whole) // (2 * whole)


@given(day=st.integers(0, 4 * 366 - 1), second=st.integers(0, DAY - 1))
@FEW
def test_a_year_of_renewals_from_any_day_keeps_the_anchor(shared: Client, day: int, second: int) -> None:
    start = int(datetime(2027, 1, 1, tzinfo=UTC).timestamp()) + day * DAY + second
    customer = on_a_clock(shared, start)
    subscription = shared.subscribe(customer, shared.price(900))
    turn(shared, subscription, add(start, "month", 12) + 2 * HOUR)
    invoices = shared.invoices(subscription)
    periods = [invoice["lines"]["data"][0]["period"] for invoice in reversed(invoices)]
    assert [period["start"] for period in periods] == [add(start, "month", months) for months in range(13)]
    assert [period["end"] for period in periods] == [add(start, "month", months) for months in range(1, 14)]
    assert {(invoice["total"], invoice["status"]) for invoice in invoices} == {(900, "paid")}
    assert shared.subscription(subscription["id"])["billing_cycle_anchor"] == start


@given(
    amounts=st.lists(st.integers(50, 99_999), min_size=2, max_size=2),
    quantities=st.lists(st.integers(0, 9), min_size=2, max_size=2),
    seconds=st.integers(1, MONTH - 1),
    percent=st.sampled_from([0, 10, 33, 100]),
)
@FEW
def test_any_change_costs_what_the_seconds_that_are_left_say(
    shared: Client, amounts: list[int], quantities: list[int], seconds: int, percent: int
) -> None:
    customer = on_a_clock(shared)
    prices = [shared.price(amount) for amount in amounts]
    coupon = shared.post("/v1/coupons", percent_off=percent, duration="forever") if percent else None
    discounts = [{"coupon": coupon["id"]}] if coupon else []
    items = [{"price": prices[0]["id"], "quantity": quantities[0]}]
    subscription = shared.subscribe(customer, items=items, discounts=discounts)
    turn(shared, subscription, START + seconds)
    change = {"id": item_of(subscription)["id"], "price": prices[1]["id"], "quantity": quantities[1]}
    update(shared, subscription, items=[change])
    wholes = [amount * quantity for amount, quantity in zip(amounts, quantities, strict=True)]
    nets = [whole - to_the_second(whole, percent, 100) for whole in wholes]
    credit, debit = (to_the_second(net, MONTH - seconds, MONTH) for net in nets)
    assert pending(shared, subscription) == sorted(amount for amount in (-credit, debit) if amount)
    update(shared, subscription, items=[change | {"price": prices[0]["id"], "quantity": quantities[0]}])
    assert sum(pending(shared, subscription)) == 0


@given(cuts=st.lists(st.integers(1, MONTH - 1), min_size=1, max_size=3, unique=True))
@FEW
def test_several_changes_sum_to_what_each_stretch_of_time_costs(shared: Client, cuts: list[int]) -> None:
    customer = on_a_clock(shared)
    price = shared.price(MONTH)  # a cent a second, so that nothing is rounded
    subscription = shared.subscribe(customer, price)
    moments = [0, *sorted(cuts), MONTH]
    for quantity, moment in enumerate(moments[1:-1], 2):
        turn(shared, subscription, START + moment)
        update(shared, subscription, items=[{"id": item_of(subscription)["id"], "quantity": quantity}])
    stretches = pairwise(moments)
    cost = sum(quantity * (end - start) for quantity, (start, end) in enumerate(stretches, 1))
    assert MONTH + sum(pending(shared, subscription)) == cost


def test_a_swap_back_within_the_same_second_nets_to_nothing_on_the_invoice(shared: Client) -> None:
    subscription = shared.subscribe(on_a_clock(shared), shared.price(1_999))
    turn(shared, subscription, START + 12_345)
    item, old = item_of(subscription), item_of(subscription)["price"]["id"]
    for price in (shared.price(7_777)["id"], old):
        update(shared, subscription, items=[{"id": item["id"], "price": price}])
    turn(shared, subscription, START + MONTH + 2 * HOUR)
    assert shared.invoices(subscription)[0]["total"] == 1_999


def test_another_price_comes_with_a_quantity_of_one_unless_one_is_given(shared: Client) -> None:
    subscription = shared.subscribe(shared.customer(), items=[{"price": shared.price()["id"], "quantity": 5}])
    id = item_of(subscription)["id"]
    kept = update(shared, subscription, items=[{"id": id, "metadata": {"a": "b"}}])
    assert item_of(kept)["quantity"] == 5
    assert item_of(update(shared, subscription, items=[{"id": id, "price": shared.price()["id"]}]))["quantity"] == 1
    other = shared.post(f"/v1/subscription_items/{id}", price=shared.price()["id"], quantity=3)
    assert other["quantity"] == 3


def test_a_credit_gives_back_what_was_paid_and_not_what_it_would_cost_today(shared: Client) -> None:
    customer = on_a_clock(shared)
    once = shared.post("/v1/coupons", percent_off=50, duration="once")
    subscription = shared.subscribe(customer, shared.price(1_000), discounts=[{"coupon": once["id"]}])
    id = item_of(subscription)["id"]
    update(shared, subscription, items=[{"id": id, "quantity": 4}], proration_behavior="none")
    turn(shared, subscription, START + MONTH // 2)
    shared.delete(f"/v1/subscriptions/{subscription['id']}", prorate=True)
    assert pending(shared, subscription) == [-250]


def test_a_credit_names_what_it_credits(shared: Client) -> None:
    subscription = shared.subscribe(on_a_clock(shared), shared.price(1_000))
    turn(shared, subscription, START + MONTH // 2)
    id = item_of(subscription)["id"]
    update(shared, subscription, items=[{"id": id, "quantity": 2}])
    update(shared, subscription, items=[{"id": id, "quantity": 3}])
    rows = shared.get("/v1/invoiceitems", customer=subscription["customer"])["data"]
    by_amount = {row["amount"]: row for row in rows}
    of_line = by_amount[-500]["proration_details"]["credited_items"]
    assert of_line["type"] == "invoice_line_items"
    assert of_line["invoice_line_item_details"]["invoice"] == subscription["latest_invoice"]["id"]
    of_item = by_amount[-1_000]["proration_details"]["credited_items"]
    assert of_item == {"invoice_item": by_amount[1_000]["id"], "type": "invoice_item"}


def test_a_proration_date_in_the_past_counts_from_then(shared: Client) -> None:
    subscription = shared.subscribe(on_a_clock(shared), shared.price(3_100))
    turn(shared, subscription, START + 20 * DAY)
    id = item_of(subscription)["id"]
    update(shared, subscription, items=[{"id": id, "quantity": 2}], proration_date=START + 11 * DAY)
    assert pending(shared, subscription) == [-2_000, 4_000]
    with pytest.raises(Refusal) as refusal:
        update(shared, subscription, items=[{"id": id, "quantity": 3}], proration_date=START - 1)
    assert refusal.value.error["param"] == "proration_date"


def test_a_negative_change_that_is_invoiced_goes_to_the_customers_balance(shared: Client) -> None:
    subscription = shared.subscribe(on_a_clock(shared), shared.price(3_100))
    turn(shared, subscription, START + MONTH // 2)
    id, cheap = item_of(subscription)["id"], shared.price(1_000)["id"]
    changed = update(shared, subscription, items=[{"id": id, "price": cheap}], proration_behavior="always_invoice")
    invoice = changed["latest_invoice"]
    assert (invoice["total"], invoice["amount_due"], invoice["status"]) == (-1_050, 0, "paid")
    assert shared.get(f"/v1/customers/{subscription['customer']}")["balance"] == -1_050


def test_a_change_that_costs_nothing_makes_no_invoice(shared: Client) -> None:
    subscription = shared.subscribe(shared.customer(), shared.price())
    id = item_of(subscription)["id"]
    same = update(shared, subscription, items=[{"id": id, "quantity": 1}], proration_behavior="always_invoice")
    assert same["latest_invoice"]["id"] == subscription["latest_invoice"]["id"]


def test_an_end_within_the_period_is_credited_and_can_be_taken_back(shared: Client) -> None:
    subscription = shared.subscribe(on_a_clock(shared), shared.price(3_100))
    ending = update(shared, subscription, cancel_at=START + 10 * DAY)
    assert (ending["cancel_at"], item_of(ending)["current_period_end"]) == (START + 10 * DAY, START + 10 * DAY)
    assert pending(shared, subscription) == [-2_100]
    going_on = update(shared, subscription, cancel_at="")
    assert (going_on["cancel_at"], item_of(going_on)["current_period_end"]) == (None, START + MONTH)
    assert pending(shared, subscription) == [-2_100, 2_100]
    update(shared, subscription, cancel_at=START + 10 * DAY, proration_behavior="none")
    assert sum(pending(shared, subscription)) == 0
    turn(shared, subscription, START + 11 * DAY)
    assert shared.subscription(subscription["id"])["ended_at"] == START + 10 * DAY


def test_a_later_end_shortens_the_last_period(shared: Client) -> None:
    subscription = shared.subscribe(on_a_clock(shared), shared.price(2_800), cancel_at=START + MONTH + 14 * DAY)
    assert subscription["latest_invoice"]["total"] == 2_800
    turn(shared, subscription, START + 100 * DAY)
    assert [invoice["total"] for invoice in shared.invoices(subscription)] == [1_400, 2_800]
    assert shared.subscription(subscription["id"])["ended_at"] == START + MONTH + 14 * DAY


def test_an_end_at_the_periods_end_moves_with_it(shared: Client) -> None:
    subscription = shared.subscribe(on_a_clock(shared), shared.price())
    update(shared, subscription, cancel_at_period_end=True)
    moved = update(shared, subscription, trial_end=START + 90 * DAY)
    assert moved["cancel_at"] == item_of(moved)["current_period_end"] == START + 90 * DAY


def test_a_backdated_start_bills_a_line_for_each_period_since(shared: Client) -> None:
    price = shared.price(3_100)
    back = shared.subscribe(on_a_clock(shared), price, backdate_start_date=START - 31 * DAY)
    assert (back["start_date"], back["billing_cycle_anchor"]) == (START - 31 * DAY, START - 31 * DAY)
    assert [line["amount"] for line in back["latest_invoice"]["lines"]["data"]] == [3_100, 3_100]
    anchor = START + 15 * DAY
    part = shared.subscribe(on_a_clock(shared), price, backdate_start_date=START - DAY, billing_cycle_anchor=anchor)
    assert item_of(part)["current_period_end"] == part["billing_cycle_anchor"] == anchor
    assert part["latest_invoice"]["total"] == 1_600
    free = shared.subscribe(on_a_clock(shared), price, backdate_start_date=START - DAY, proration_behavior="none")
    assert (free["start_date"], free["latest_invoice"]["total"]) == (START - DAY, 0)
    trial = shared.subscribe(on_a_clock(shared), price, backdate_start_date=START - DAY, trial_end=START + 5 * DAY)
    assert [line["amount"] for line in trial["latest_invoice"]["lines"]["data"]] == [100, 0]
    with pytest.raises(Refusal) as refusal:
        shared.subscribe(on_a_clock(shared), price, backdate_start_date=START + DAY)
    assert refusal.value.error["param"] == "backdate_start_date"


@pytest.mark.parametrize(
    ("config", "anchor"),
    [
        ({"day_of_month": 31}, "2030-01-31T00:00:00"),
        ({"day_of_month": 15, "hour": 6}, "2030-01-15T06:00:00"),
        ({"day_of_month": 29, "month": 2}, "2030-02-28T00:00:00"),
    ],
)
def test_an_anchor_can_be_a_day_of_the_month(shared: Client, config: Object, anchor: str) -> None:
    price = shared.price(10_000, interval="year")
    subscription = shared.subscribe(on_a_clock(shared), price, billing_cycle_anchor_config=config)
    expected = int(datetime.fromisoformat(anchor).replace(tzinfo=UTC).timestamp())
    assert subscription["billing_cycle_anchor"] == item_of(subscription)["current_period_end"] == expected
    assert subscription["latest_invoice"]["total"] == to_the_second(10_000, expected - START, 365 * DAY)


def test_february_29_comes_back_in_leap_years(shared: Client) -> None:
    leap = int(datetime(2028, 2, 29, tzinfo=UTC).timestamp())
    subscription = shared.subscribe(on_a_clock(shared, leap), shared.price(interval="year"))
    days = []
    for _ in range(4):
        end = item_of(shared.subscription(subscription["id"]))["current_period_end"]
        days.append(datetime.fromtimestamp(end, UTC).strftime("%Y-%m-%d"))
        turn(shared, subscription, end)
    assert days == ["2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]


def test_a_trial_can_keep_the_anchor_and_then_bills_the_rest_of_the_period(shared: Client) -> None:
    ends = {"end_behavior": {"missing_payment_method": "create_invoice", "billing_cycle_anchor": "unchanged"}}
    subscription = shared.subscribe(on_a_clock(shared), shared.price(3_100), trial_period_days=10, trial_settings=ends)
    assert subscription["billing_cycle_anchor"] == START
    turn(shared, subscription, START + 11 * DAY)
    after = shared.subscription(subscription["id"], "latest_invoice")
    assert (after["latest_invoice"]["total"], item_of(after)["current_period_end"]) == (2_100, START + MONTH)


def test_an_anchor_after_a_trial_bills_the_days_between(shared: Client) -> None:
    subscription = shared.subscribe(
        on_a_clock(shared), shared.price(3_100), trial_end=START + 7 * DAY, billing_cycle_anchor=START + 17 * DAY
    )
    turn(shared, subscription, START + 18 * DAY)
    assert [invoice["total"] for invoice in shared.invoices(subscription)] == [3_100, 1_000, 0]


def test_trials_are_told_of_three_days_before_and_when_they_are_ended_early(alone: Client) -> None:
    told = "customer.subscription.trial_will_end"
    long = alone.subscribe(on_a_clock(alone), alone.price(), trial_period_days=10)
    assert told not in alone.event_types()
    turn(alone, long, START + 7 * DAY)
    assert alone.event_types().count(told) == 1
    alone.subscribe(on_a_clock(alone), alone.price(), trial_period_days=2)
    assert alone.event_types().count(told) == 2
    early = alone.subscribe(on_a_clock(alone), alone.price(), trial_period_days=20)
    update(alone, early, trial_end="now")
    assert alone.event_types().count(told) == 3


def test_a_trial_in_the_middle_of_a_paid_period_credits_the_rest_of_it(shared: Client) -> None:
    subscription = shared.subscribe(on_a_clock(shared), shared.price(3_100))
    turn(shared, subscription, START + 21 * DAY)
    trial = update(shared, subscription, trial_end=START + 40 * DAY)
    assert (trial["status"], trial["trial_start"], trial["billing_cycle_anchor"]) == (
        "trialing",
        START + 21 * DAY,
        START + 40 * DAY,
    )
    assert pending(shared, subscription) == [-1_000]


def test_pending_updates_are_not_supported(shared: Client) -> None:
    subscription = shared.subscribe(shared.customer(), shared.price())
    for path in (f"/v1/subscriptions/{subscription['id']}", f"/v1/subscription_items/{item_of(subscription)['id']}"):
        assert shared.send("POST", path, payment_behavior="pending_if_incomplete").status_code == 501
    assert shared.send("POST", f"/v1/subscriptions/{subscription['id']}/migrate").status_code == 501


@pytest.mark.parametrize(
    ("duration", "months", "totals"),
    [
        ("once", None, [1_000, 1_000, 1_000, 500]),
        ("repeating", 2, [1_000, 1_000, 500, 500]),
        ("forever", None, [500] * 4),
    ],
)
def test_coupons_last_as_long_as_they_say(shared: Client, duration: str, months: int | None, totals: list[int]) -> None:
    coupon = shared.post("/v1/coupons", percent_off=50, duration=duration, duration_in_months=months)
    customer = on_a_clock(shared)
    subscription = shared.subscribe(customer, shared.price(1_000), discounts=[{"coupon": coupon["id"]}])
    turn(shared, subscription, START + 91 * DAY)
    assert [invoice["total"] for invoice in shared.invoices(subscription)] == totals
    assert bool(shared.subscription(subscription["id"])["discounts"]) == (duration == "forever")


@pytest.mark.parametrize(("interval", "count", "days"), [("day", 3, 3), ("week", 2, 14), ("month", 3, 90)])
def test_other_rhythms_renew_by_their_count(shared: Client, interval: str, count: int, days: int) -> None:
    price = shared.price(700, interval=interval, recurring={"interval_count": count})
    subscription = shared.subscribe(on_a_clock(shared), price)
    assert item_of(subscription)["current_period_end"] == START + days * DAY
    turn(shared, subscription, START + days * DAY + 2 * HOUR)
    assert [invoice["status"] for invoice in shared.invoices(subscription)] == ["paid", "paid"]


def test_paused_collection_resumes_by_itself(shared: Client) -> None:
    subscription = shared.subscribe(on_a_clock(shared), shared.price())
    pause = {"behavior": "keep_as_draft", "resumes_at": START + 40 * DAY}
    assert update(shared, subscription, pause_collection=pause)["pause_collection"] == pause
    turn(shared, subscription, START + 61 * DAY)
    after = shared.subscription(subscription["id"])
    assert (after["pause_collection"], after["status"]) == (None, "active")
    shown = [(invoice["status"], invoice["auto_advance"]) for invoice in shared.invoices(subscription)]
    assert shown == [("paid", False), ("draft", False), ("paid", False)]


def test_an_unpaid_subscription_keeps_making_drafts(alone: Client) -> None:
    alone.control("rules", retry_days=[1], after_retries="unpaid")
    customer = on_a_clock(alone)
    subscription = alone.subscribe(customer, alone.price())
    alone.new_card(customer["id"], "pm_card_chargeCustomerFail")
    turn(alone, subscription, START + 62 * DAY)
    unpaid = alone.subscription(subscription["id"])
    assert unpaid["status"] == "unpaid"
    shown = [(one["status"], one["auto_advance"], one["attempt_count"]) for one in alone.invoices(subscription)]
    assert shown[0] == ("draft", False, 0)
    assert shown[1][0] == "open"
    turn(alone, subscription, START + 63 * DAY)
    assert alone.invoices(subscription)[0]["status"] == "draft"


def test_a_change_can_wait_for_somebody_to_confirm_its_payment(shared: Client) -> None:
    subscription = shared.subscribe(on_a_clock(shared), shared.price(3_100))
    turn(shared, subscription, START + MONTH // 2)
    changed = update(
        shared,
        subscription,
        items=[{"id": item_of(subscription)["id"], "quantity": 3}],
        proration_behavior="always_invoice",
        payment_behavior="default_incomplete",
    )
    assert (changed["status"], changed["latest_invoice"]["status"]) == ("past_due", "open")
    assert changed["latest_invoice"]["attempted"] is False
    shared.post(f"/v1/invoices/{changed['latest_invoice']['id']}/pay")
    assert shared.subscription(subscription["id"])["status"] == "active"


def test_a_change_whose_payment_fails_is_made_and_past_due(shared: Client) -> None:
    subscription = shared.subscribe(on_a_clock(shared), shared.price(3_100))
    shared.new_card(subscription["customer"], "pm_card_chargeCustomerFail")
    items = [{"id": item_of(subscription)["id"], "quantity": 3}]
    changed = update(shared, subscription, items=items, proration_behavior="always_invoice")
    assert (changed["status"], item_of(changed)["quantity"]) == ("past_due", 3)
    assert changed["latest_invoice"]["next_payment_attempt"] == START + 3 * DAY
