"""Subscriptions that are paused, on request or for want of a card, and resumed."""

import pytest

from tests.sandbox.client import DAY, Client, Object, Refusal, item_of

START = 1_893_456_000  # 2030-01-01
MIDDLE = START + 31 * DAY // 2
HOUR = 3_600


def begun(client: Client, amount: int = 1_000, **params: object) -> Object:
    """A subscription on a test clock, in the middle of its first month."""
    clock = client.post("/v1/test_helpers/test_clocks", frozen_time=START)
    subscription = client.subscribe(client.customer(test_clock=clock["id"]), client.price(amount), **params)
    turn(client, subscription, MIDDLE)
    return subscription


def turn(client: Client, subscription: Object, to: int) -> None:
    client.post(f"/v1/test_helpers/test_clocks/{subscription['test_clock']}/advance", frozen_time=to)


def pause(client: Client, subscription: Object, **params: object) -> Object:
    return client.post(f"/v1/subscriptions/{subscription['id']}/pause", **params)


def resume(client: Client, subscription: Object, **params: object) -> Object:
    path = f"/v1/subscriptions/{subscription['id']}/resume"
    return client.post(path, expand=["latest_invoice"], **params)


def pending(client: Client, subscription: Object) -> list[int]:
    rows = client.get("/v1/invoiceitems", customer=subscription["customer"], pending=True)["data"]
    return sorted(row["amount"] for row in rows)


def test_a_pause_says_why_and_since_when_and_ends_the_period(alone: Client) -> None:
    subscription = begun(alone)
    known = len(alone.event_types())
    paused = pause(alone, subscription)
    assert paused["status"] == "paused"
    assert paused["status_details"] == {
        "paused": {
            "subscription": {"type": "pause_requested"},
            "transitioned_at": MIDDLE,
            "type": "subscription",
        }
    }
    assert item_of(paused)["current_period_end"] == MIDDLE
    assert alone.event_types()[known:] == [
        "invoiceitem.created",
        "customer.subscription.paused",
        "customer.subscription.updated",
    ]
    event = alone.get("/v1/events", type="customer.subscription.updated")["data"][0]
    assert event["data"]["previous_attributes"]["status"] == "active"


@pytest.mark.parametrize(
    ("unused", "credits"), [("now", [-500]), ("item_current_period_start", [-1_000]), ("none", [])]
)
def test_unused_time_is_credited_as_asked(shared: Client, unused: str, credits: list[int]) -> None:
    subscription = begun(shared)
    pause(shared, subscription, bill_for={"unused_time_from": {"type": unused}})
    assert pending(shared, subscription) == credits
    assert len(shared.invoices(subscription)) == 1


def test_a_pause_can_be_invoiced_at_once(shared: Client) -> None:
    subscription = begun(shared)
    pause(shared, subscription, invoicing_behavior="invoice")
    assert pending(shared, subscription) == []
    invoice = shared.invoices(subscription)[0]
    assert (invoice["total"], invoice["status"]) == (-500, "paid")
    assert shared.get(f"/v1/customers/{subscription['customer']}")["balance"] == -500


def test_nothing_is_billed_while_it_is_paused(shared: Client) -> None:
    subscription = begun(shared)
    pause(shared, subscription)
    turn(shared, subscription, START + 200 * DAY)
    assert shared.subscription(subscription["id"])["status"] == "paused"
    assert len(shared.invoices(subscription)) == 1
    assert [
        row["id"] for row in shared.get("/v1/subscriptions", customer=subscription["customer"], status="paused")["data"]
    ]


def test_what_cannot_be_paused(shared: Client) -> None:
    customer, price = shared.customer(), shared.price()
    trial = shared.subscribe(customer, price, trial_period_days=5)
    sent = shared.subscribe(customer, price, collection_method="send_invoice", days_until_due=5)
    ended = shared.subscribe(customer, price)
    shared.delete(f"/v1/subscriptions/{ended['id']}")
    paused = shared.subscribe(customer, price)
    pause(shared, paused)
    for subscription in (trial, sent, ended, paused):
        with pytest.raises(Refusal) as refusal:
            pause(shared, subscription)
        assert refusal.value.status == 400
    with pytest.raises(Refusal):
        shared.post("/v1/subscription_schedules", from_subscription=paused["id"])
    with pytest.raises(Refusal):
        resume(shared, trial)


def test_by_default_somebody_pays_the_invoice_of_a_resumption(alone: Client) -> None:
    subscription = begun(alone)
    pause(alone, subscription, bill_for={"unused_time_from": {"type": "none"}})
    later = START + 50 * DAY
    turn(alone, subscription, later)
    waiting = resume(alone, subscription)
    invoice = waiting["latest_invoice"]
    assert (waiting["status"], invoice["status"], invoice["attempt_count"]) == ("paused", "open", 0)
    assert (invoice["total"], waiting["billing_cycle_anchor"]) == (1_000, later)
    with pytest.raises(Refusal):
        resume(alone, subscription)
    known = len(alone.event_types())
    alone.post(f"/v1/invoices/{invoice['id']}/pay")
    back = alone.subscription(subscription["id"])
    assert (back["status"], item_of(back)["current_period_start"]) == ("active", later)
    assert "status_details" not in back
    types = alone.event_types()[known:]
    assert types.index("customer.subscription.resumed") < types.index("customer.subscription.updated")


def test_a_failed_payment_resumes_it_past_due_by_default(alone: Client) -> None:
    subscription = begun(alone)
    pause(alone, subscription, bill_for={"unused_time_from": {"type": "none"}})
    alone.new_card(subscription["customer"], "pm_card_chargeCustomerFail")
    invoice = resume(alone, subscription)["latest_invoice"]
    with pytest.raises(Refusal):
        alone.post(f"/v1/invoices/{invoice['id']}/pay")
    assert alone.subscription(subscription["id"])["status"] == "past_due"
    assert alone.get(f"/v1/invoices/{invoice['id']}")["next_payment_attempt"] is None


def test_nobody_pays_in_23_hours_and_it_stays_paused(alone: Client) -> None:
    subscription = begun(alone)
    pause(alone, subscription, bill_for={"unused_time_from": {"type": "none"}})
    invoice = resume(alone, subscription)["latest_invoice"]
    turn(alone, subscription, MIDDLE + 23 * HOUR)
    assert alone.get(f"/v1/invoices/{invoice['id']}")["status"] == "void"
    assert alone.subscription(subscription["id"])["status"] == "paused"
    again = resume(alone, subscription)["latest_invoice"]
    alone.post(f"/v1/invoices/{again['id']}/mark_uncollectible")
    assert alone.subscription(subscription["id"])["status"] == "active"


def test_on_payment_success_it_is_charged_at_once_and_stays_paused_if_that_fails(alone: Client) -> None:
    subscription = begun(alone)
    pause(alone, subscription, bill_for={"unused_time_from": {"type": "none"}})
    alone.new_card(subscription["customer"], "pm_card_chargeCustomerFail")
    tried = resume(alone, subscription, payment_behavior="resume_on_payment_success")
    assert (tried["status"], tried["latest_invoice"]["status"]) == ("paused", "open")
    alone.new_card(subscription["customer"], "pm_card_visa")
    turn(alone, subscription, MIDDLE + 4 * DAY)
    assert alone.subscription(subscription["id"])["status"] == "active"


def test_on_payment_success_needs_a_payment_method(shared: Client) -> None:
    subscription = begun(shared)
    pause(shared, subscription, bill_for={"unused_time_from": {"type": "none"}})
    method = shared.get("/v1/payment_methods", customer=subscription["customer"])["data"][0]["id"]
    shared.post(f"/v1/payment_methods/{method}/detach")
    with pytest.raises(Refusal) as refusal:
        resume(shared, subscription, payment_behavior="resume_on_payment_success")
    assert (refusal.value.status, refusal.value.error["code"]) == (400, "resource_missing")
    assert shared.subscription(subscription["id"])["status"] == "paused"
    assert len(shared.invoices(subscription)) == 1


@pytest.mark.parametrize(
    ("behavior", "waiting", "status"),
    [("create_prorations", [-500, 500], "active"), ("none", [-500], "active"), ("always_invoice", [], "active")],
)
def test_an_unchanged_anchor_takes_up_the_present_period(
    shared: Client, behavior: str, waiting: list[int], status: str
) -> None:
    subscription = begun(shared)
    pause(shared, subscription)
    back = resume(shared, subscription, billing_cycle_anchor={"type": "unchanged"}, proration_behavior=behavior)
    assert (back["status"], back["billing_cycle_anchor"]) == (status, START)
    assert pending(shared, subscription) == waiting
    assert item_of(back)["current_period_end"] == START + 31 * DAY
    turn(shared, subscription, START + 31 * DAY + 2 * HOUR)
    assert shared.invoices(subscription)[0]["total"] == 1_000 + sum(waiting)


def test_a_trial_without_a_card_says_why_it_is_paused(shared: Client) -> None:
    clock = shared.post("/v1/test_helpers/test_clocks", frozen_time=START)
    ends = {"end_behavior": {"missing_payment_method": "pause"}}
    customer = shared.customer(None, test_clock=clock["id"])
    subscription = shared.subscribe(customer, shared.price(), trial_period_days=7, trial_settings=ends)
    turn(shared, subscription, START + 8 * DAY)
    paused = shared.subscription(subscription["id"])
    assert paused["status_details"]["paused"]["subscription"]["type"] == "trial_end_without_payment_method"
    assert paused["status_details"]["paused"]["transitioned_at"] == START + 7 * DAY
    shared.delete(f"/v1/subscriptions/{subscription['id']}")
    assert shared.subscription(subscription["id"])["status"] == "canceled"
