"""What time does: renewals, retries, calendars."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.timing.periods import add, period_at
from tests.sandbox.client import DAY, Client, item_of

HOUR = 3_600


def moment(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def test_a_renewal_is_a_draft_for_an_hour_and_then_paid(alone: Client) -> None:
    subscription = alone.subscribe(alone.customer(), alone.price(2_500))
    end = item_of(subscription)["current_period_end"]
    alone.control("clock", to=end + 60)
    shown = alone.subscription(subscription["id"], "latest_invoice")
    assert item_of(shown)["current_period_start"] == end
    invoice = shown["latest_invoice"]
    assert (invoice["status"], invoice["billing_reason"], invoice["number"]) == ("draft", "subscription_cycle", None)
    assert invoice["created"] == end
    assert invoice["next_payment_attempt"] == end + HOUR
    alone.advance(HOUR)
    paid = alone.get(f"/v1/invoices/{invoice['id']}")
    assert (paid["status"], paid["amount_paid"]) == ("paid", 2_500)
    assert paid["status_transitions"]["paid_at"] == end + HOUR


def test_a_year_of_renewals_is_a_year_of_invoices(alone: Client) -> None:
    subscription = alone.subscribe(alone.customer(), alone.price(900))
    alone.advance(366 * DAY)
    invoices = alone.invoices(subscription)
    assert len(invoices) == 13
    assert {invoice["status"] for invoice in invoices} == {"paid"}
    numbers = [invoice["number"] for invoice in reversed(invoices)]
    assert [number[-4:] for number in numbers] == [f"{place:04d}" for place in range(1, 14)]


def test_month_ends_keep_their_anchor(alone: Client) -> None:
    clock = alone.post("/v1/test_helpers/test_clocks", frozen_time=moment("2027-01-31T10:00:00"))
    customer = alone.customer(test_clock=clock["id"])
    subscription = alone.subscribe(customer, alone.price())
    ends = []
    for _ in range(4):
        end = item_of(alone.subscription(subscription["id"]))["current_period_end"]
        ends.append(datetime.fromtimestamp(end, UTC).strftime("%m-%d"))
        alone.post(f"/v1/test_helpers/test_clocks/{clock['id']}/advance", frozen_time=end + 2 * HOUR)
    assert ends == ["02-28", "03-31", "04-30", "05-31"]


def test_a_failing_card_is_tried_again_and_then_given_up(alone: Client) -> None:
    customer = alone.customer()
    subscription = alone.subscribe(customer, alone.price())
    alone.new_card(customer["id"], "pm_card_chargeCustomerFail")
    end = item_of(subscription)["current_period_end"]
    alone.control("clock", to=end + 2 * HOUR)
    invoice = alone.invoices(subscription)[0]
    assert alone.subscription(subscription["id"])["status"] == "past_due"
    assert alone.get(f"/v1/customers/{customer['id']}")["delinquent"] is True
    assert (invoice["attempt_count"], invoice["next_payment_attempt"]) == (1, end + HOUR + 3 * DAY)
    alone.advance(16 * DAY)
    invoice = alone.get(f"/v1/invoices/{invoice['id']}")
    assert (invoice["attempt_count"], invoice["next_payment_attempt"], invoice["status"]) == (4, None, "open")
    ended = alone.subscription(subscription["id"])
    assert (ended["status"], ended["cancellation_details"]["reason"]) == ("canceled", "payment_failed")
    assert alone.event_types().count("invoice.payment_failed") == 4


def test_a_new_card_heals_at_the_next_try(alone: Client) -> None:
    customer = alone.customer()
    subscription = alone.subscribe(customer, alone.price())
    alone.new_card(customer["id"], "pm_card_chargeCustomerFail")
    alone.advance(33 * DAY)
    assert alone.subscription(subscription["id"])["status"] == "past_due"
    alone.new_card(customer["id"], "pm_card_visa")
    alone.advance(3 * DAY)
    assert alone.subscription(subscription["id"])["status"] == "active"
    assert alone.get(f"/v1/customers/{customer['id']}")["delinquent"] is False


@pytest.mark.parametrize(("after", "status"), [("unpaid", "unpaid"), ("past_due", "past_due")])
def test_the_accounts_rules_say_what_comes_after_the_last_try(alone: Client, after: str, status: str) -> None:
    alone.control("rules", retry_days=[1], after_retries=after)
    customer = alone.customer()
    subscription = alone.subscribe(customer, alone.price())
    alone.new_card(customer["id"], "pm_card_chargeCustomerFail")
    alone.advance(35 * DAY)
    assert alone.subscription(subscription["id"])["status"] == status


def test_a_card_that_must_ask_at_renewal_makes_it_past_due_until_answered(alone: Client) -> None:
    customer = alone.customer()
    subscription = alone.subscribe(customer, alone.price())
    alone.new_card(customer["id"], "pm_card_authenticationRequired")
    alone.advance(32 * DAY)
    assert alone.subscription(subscription["id"])["status"] == "past_due"
    intent = alone.intent_of(alone.invoices(subscription)[0])
    assert intent["status"] == "requires_action"
    alone.control(f"intents/{intent['id']}/complete")
    assert alone.subscription(subscription["id"])["status"] == "active"


def test_a_card_that_was_set_up_is_not_asked_again(alone: Client) -> None:
    customer = alone.customer(None)
    intent = alone.post("/v1/setup_intents", customer=customer["id"])
    path = f"/v1/setup_intents/{intent['id']}/confirm"
    asked = alone.post(path, payment_method="pm_card_authenticationRequiredOnSetup", return_url="http://localhost/")
    assert asked["status"] == "requires_action"
    alone.control(f"intents/{intent['id']}/complete")
    done = alone.get(f"/v1/setup_intents/{intent['id']}")
    assert done["status"] == "succeeded"
    alone.default_card(customer["id"], done["payment_method"])
    subscription = alone.subscribe(customer, alone.price(), off_session=True)
    assert subscription["status"] == "active"
    alone.advance(32 * DAY)
    assert alone.subscription(subscription["id"])["status"] == "active"


def test_pending_items_ride_on_the_renewal(alone: Client) -> None:
    customer = alone.customer()
    subscription = alone.subscribe(customer, alone.price(2_500))
    alone.post("/v1/invoiceitems", customer=customer["id"], amount=333, currency="usd", description="Extra")
    alone.post("/v1/invoiceitems", customer=customer["id"], amount=500, currency="eur")
    alone.advance(32 * DAY)
    renewal = alone.invoices(subscription)[0]
    assert (renewal["total"], renewal["status"]) == (2_833, "paid")
    waiting = alone.get("/v1/invoiceitems", customer=customer["id"], pending=True)["data"]
    assert [item["currency"] for item in waiting] == ["eur"]


def test_an_upcoming_renewal_is_told_a_week_before(alone: Client) -> None:
    subscription = alone.subscribe(alone.customer(), alone.price(2_500))
    alone.control("clock", to=item_of(subscription)["current_period_end"] - 6 * DAY)
    event = alone.get("/v1/events", type="invoice.upcoming")["data"][0]
    upcoming = event["data"]["object"]
    assert upcoming["id"].startswith("upcoming_in_")
    assert upcoming["amount_due"] == 2_500
    assert len(alone.invoices(subscription)) == 1


def test_two_clocks_do_not_mix(alone: Client) -> None:
    clock = alone.post("/v1/test_helpers/test_clocks", frozen_time=moment("2030-01-01T00:00:00"))
    apart = alone.subscribe(alone.customer(test_clock=clock["id"]), alone.price())
    alone.advance(40 * DAY)
    assert len(alone.invoices(apart)) == 1
    assert alone.get("/v1/customers")["data"] == []
    assert len(alone.get("/v1/customers", test_clock=clock["id"])["data"]) == 1
    alone.delete(f"/v1/test_helpers/test_clocks/{clock['id']}")
    assert alone.subscription(apart["id"])["status"] == "canceled"


MOMENTS = st.integers(0, 4_000_000_000)
INTERVALS = st.sampled_from(
    [("day", 1), ("day", 30), ("week", 2), ("month", 1), ("month", 6), ("year", 1), ("year", 3)]
)


@given(anchor=MOMENTS, moment=MOMENTS, interval=INTERVALS)
def test_every_moment_lies_in_one_period(anchor: int, moment: int, interval: tuple[str, int]) -> None:
    start, end = period_at(anchor, *interval, moment)
    assert start <= moment < end
    assert period_at(anchor, *interval, end)[0] == end
    assert period_at(anchor, *interval, start) == (start, end)


@given(anchor=MOMENTS, months=st.integers(0, 60))
def test_months_keep_the_anchors_day_or_take_the_last(anchor: int, months: int) -> None:
    before, after = datetime.fromtimestamp(anchor, UTC), datetime.fromtimestamp(add(anchor, "month", months), UTC)
    assert (after.year * 12 + after.month) - (before.year * 12 + before.month) == months
    assert after.time() == before.time()
    last_day = (datetime.fromtimestamp(add(anchor, "month", months) + DAY, UTC)).month != after.month
    assert after.day == before.day or (after.day < before.day and last_day)
