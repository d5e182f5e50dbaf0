"""How subscriptions begin, change and end."""

import pytest

from tests.sandbox.client import DAY, Client, Refusal, item_of, now

HOUR = 3_600


def test_a_default_card_pays_the_first_invoice(shared: Client) -> None:
    customer, price = shared.customer(), shared.price(2_500)
    subscription = shared.subscribe(customer, price, metadata={"a": "b"})
    invoice = subscription["latest_invoice"]
    assert subscription["status"] == "active"
    assert (invoice["status"], invoice["amount_paid"], invoice["attempt_count"]) == ("paid", 2_500, 1)
    assert invoice["parent"]["subscription_details"]["metadata"] == {"a": "b"}
    assert shared.intent_of(invoice)["status"] == "succeeded"


def test_items_keep_quantity_and_metadata(shared: Client) -> None:
    prices = [shared.price(1_000), shared.price(300)]
    items = [
        {"price": prices[0]["id"], "quantity": 3, "metadata": {"seat": "x"}},
        {"price": prices[1]["id"], "metadata": {"seat": "y"}},
    ]
    subscription = shared.subscribe(shared.customer(), items=items)
    shown = [(item["quantity"], item["metadata"]["seat"]) for item in subscription["items"]["data"]]
    assert shown == [(3, "x"), (1, "y")]
    assert subscription["latest_invoice"]["total"] == 3_300


def test_a_card_confirmed_with_the_secret_becomes_the_default_and_pays_the_renewal(alone: Client) -> None:
    customer, price = alone.customer(None), alone.price(2_500)
    subscription = alone.subscribe(
        customer,
        price,
        payment_behavior="default_incomplete",
        payment_settings={"save_default_payment_method": "on_subscription"},
        expand=["latest_invoice.confirmation_secret"],
    )
    assert subscription["status"] == "incomplete"
    secret = subscription["latest_invoice"]["confirmation_secret"]["client_secret"]
    intent = secret.split("_secret_")[0]
    alone.post(f"/v1/payment_intents/{intent}/confirm", payment_method="pm_card_visa", return_url="http://localhost/")
    subscription = alone.subscription(subscription["id"])
    assert subscription["status"] == "active"
    method = alone.get(f"/v1/payment_methods/{subscription['default_payment_method']}")
    assert method["customer"] == customer["id"]
    alone.advance(32 * DAY)
    assert [invoice["status"] for invoice in alone.invoices(subscription)] == ["paid", "paid"]
    assert alone.subscription(subscription["id"])["status"] == "active"


def test_without_save_default_the_subscription_has_no_card_of_its_own(shared: Client) -> None:
    subscription = shared.subscribe(shared.customer(None), shared.price(), payment_behavior="default_incomplete")
    intent = shared.intent_of(subscription["latest_invoice"])
    shared.post(
        f"/v1/payment_intents/{intent['id']}/confirm", payment_method="pm_card_visa", return_url="http://localhost/"
    )
    assert shared.subscription(subscription["id"])["default_payment_method"] is None


def test_no_card_at_all_is_refused(shared: Client) -> None:
    with pytest.raises(Refusal) as refusal:
        shared.subscribe(shared.customer(None), shared.price())
    assert (refusal.value.status, refusal.value.error["code"]) == (400, "resource_missing")


def test_a_declined_first_payment_leaves_it_incomplete(shared: Client) -> None:
    subscription = shared.subscribe(shared.customer("pm_card_chargeCustomerFail"), shared.price())
    invoice = subscription["latest_invoice"]
    assert (subscription["status"], invoice["status"], invoice["attempt_count"]) == ("incomplete", "open", 1)
    assert invoice["next_payment_attempt"] is None
    intent = shared.intent_of(invoice)
    assert intent["status"] == "requires_payment_method"
    assert intent["last_payment_error"]["decline_code"] == "generic_decline"


def test_a_bank_that_asks_leaves_it_incomplete_until_the_person_answers(shared: Client) -> None:
    subscription = shared.subscribe(shared.customer("pm_card_authenticationRequired"), shared.price())
    invoice = subscription["latest_invoice"]
    assert (subscription["status"], invoice["attempted"], invoice["attempt_count"]) == ("incomplete", True, 0)
    intent = shared.intent_of(invoice)
    assert intent["status"] == "requires_action"
    shared.control(f"intents/{intent['id']}/complete", succeed=True)
    assert shared.subscription(subscription["id"])["status"] == "active"


def test_a_person_who_fails_at_the_bank_can_try_another_card(shared: Client) -> None:
    subscription = shared.subscribe(shared.customer("pm_card_authenticationRequired"), shared.price())
    intent = shared.intent_of(subscription["latest_invoice"])["id"]
    shared.control(f"intents/{intent}/complete", succeed=False)
    shown = shared.get(f"/v1/payment_intents/{intent}")
    assert shown["status"] == "requires_payment_method"
    assert shown["last_payment_error"]["code"] == "payment_intent_authentication_failure"
    shared.post(f"/v1/payment_intents/{intent}/confirm", payment_method="pm_card_visa", return_url="http://localhost/")
    assert shared.subscription(subscription["id"])["status"] == "active"


@pytest.mark.parametrize("card", ["pm_card_chargeCustomerFail", "pm_card_authenticationRequired"])
def test_error_if_incomplete_leaves_nothing(shared: Client, card: str) -> None:
    customer = shared.customer(card)
    with pytest.raises(Refusal) as refusal:
        shared.subscribe(customer, shared.price(), payment_behavior="error_if_incomplete")
    assert refusal.value.status == 402
    assert shared.get("/v1/subscriptions", customer=customer["id"], status="all")["data"] == []
    assert shared.get("/v1/invoices", customer=customer["id"])["data"] == []


def test_an_incomplete_one_expires_after_23_hours(alone: Client) -> None:
    subscription = alone.subscribe(alone.customer(None), alone.price(), payment_behavior="default_incomplete")
    alone.advance(23 * HOUR - 60)
    assert alone.subscription(subscription["id"])["status"] == "incomplete"
    alone.advance(120)
    shown = alone.subscription(subscription["id"], "latest_invoice")
    assert (shown["status"], shown["latest_invoice"]["status"]) == ("incomplete_expired", "void")
    assert alone.intent_of(shown["latest_invoice"])["status"] == "canceled"


def test_a_trial_without_a_card_waits_for_one_by_its_setup_intent(shared: Client) -> None:
    subscription = shared.subscribe(shared.customer(None), shared.price(), trial_period_days=7)
    assert subscription["status"] == "trialing"
    intent = subscription["pending_setup_intent"]
    shared.post(f"/v1/setup_intents/{intent}/confirm", payment_method="pm_card_visa", return_url="http://localhost/")
    shown = shared.subscription(subscription["id"])
    assert shown["pending_setup_intent"] is None
    assert shown["default_payment_method"].startswith("pm_")


def test_a_trial_ends_in_a_paid_period(alone: Client) -> None:
    subscription = alone.subscribe(alone.customer(), alone.price(2_500), trial_period_days=7)
    assert (subscription["latest_invoice"]["total"], subscription["latest_invoice"]["status"]) == (0, "paid")
    alone.advance(7 * DAY + 2 * HOUR)
    shown = alone.subscription(subscription["id"], "latest_invoice")
    assert shown["status"] == "active"
    assert (shown["latest_invoice"]["billing_reason"], shown["latest_invoice"]["amount_paid"]) == (
        "subscription_cycle",
        2_500,
    )
    assert "customer.subscription.trial_will_end" in alone.event_types()


@pytest.mark.parametrize(("behavior", "status"), [("cancel", "canceled"), ("pause", "paused")])
def test_a_trial_without_a_card_ends_as_asked(alone: Client, behavior: str, status: str) -> None:
    customer = alone.customer(None)
    subscription = alone.subscribe(
        customer,
        alone.price(),
        trial_period_days=3,
        trial_settings={"end_behavior": {"missing_payment_method": behavior}},
    )
    alone.advance(3 * DAY + HOUR)
    assert alone.subscription(subscription["id"])["status"] == status
    if status == "paused":
        alone.new_card(customer["id"], "pm_card_visa")
        path = f"/v1/subscriptions/{subscription['id']}/resume"
        resumed = alone.post(path, payment_behavior="resume_on_payment_success")
        assert resumed["status"] == "active"


def test_a_cancellation_at_the_periods_end_can_be_taken_back(alone: Client) -> None:
    subscription = alone.subscribe(alone.customer(), alone.price())
    path = f"/v1/subscriptions/{subscription['id']}"
    planned = alone.post(path, cancel_at_period_end=True)
    assert planned["cancel_at"] == item_of(planned)["current_period_end"]
    assert planned["status"] == "active"
    taken_back = alone.post(path, cancel_at_period_end=False)
    assert (taken_back["cancel_at"], taken_back["canceled_at"]) == (None, None)
    alone.advance(32 * DAY)
    assert alone.subscription(subscription["id"])["status"] == "active"


def test_a_planned_cancellation_ends_without_another_invoice(alone: Client) -> None:
    subscription = alone.subscribe(alone.customer(), alone.price())
    planned = alone.post(f"/v1/subscriptions/{subscription['id']}", cancel_at_period_end=True)
    alone.advance(32 * DAY)
    ended = alone.subscription(subscription["id"])
    assert (ended["status"], ended["ended_at"]) == ("canceled", planned["cancel_at"])
    assert len(alone.invoices(subscription)) == 1
    assert "customer.subscription.deleted" in alone.event_types()


def test_a_canceled_one_is_hidden_final_and_cannot_be_canceled_again(shared: Client) -> None:
    customer = shared.customer()
    subscription = shared.subscribe(customer, shared.price())
    path = f"/v1/subscriptions/{subscription['id']}"
    ended = shared.delete(path, cancellation_details={"comment": "bye", "feedback": "unused"})
    assert ended["status"] == "canceled"
    assert ended["cancel_at"] is None
    assert ended["cancellation_details"]["comment"] == "bye"
    assert shared.get("/v1/subscriptions", customer=customer["id"])["data"] == []
    assert shared.get("/v1/subscriptions", customer=customer["id"], status="ended")["data"] != []
    assert shared.send("DELETE", path).status_code == 404
    assert shared.send("POST", path, cancel_at_period_end=True).status_code == 400
    assert shared.post(path, metadata={"k": "v"})["metadata"] == {"k": "v"}


def test_deleting_a_customer_ends_everything_of_theirs(shared: Client) -> None:
    customer = shared.customer()
    subscription = shared.subscribe(customer, shared.price())
    method = shared.get("/v1/payment_methods", customer=customer["id"])["data"][0]["id"]
    shared.delete(f"/v1/customers/{customer['id']}")
    assert shared.subscription(subscription["id"])["status"] == "canceled"
    assert shared.get(f"/v1/payment_methods/{method}")["customer"] is None
    assert shared.get(f"/v1/customers/{customer['id']}") == {
        "id": customer["id"],
        "object": "customer",
        "deleted": True,
    }
    with pytest.raises(Refusal) as refusal:
        shared.post(f"/v1/customers/{customer['id']}", name="x")
    assert refusal.value.status == 404
    with pytest.raises(Refusal) as refusal:
        shared.subscribe(customer, shared.price())
    assert (refusal.value.status, refusal.value.error["param"]) == (400, "customer")


def test_paused_collection_voids_what_it_would_have_collected(alone: Client) -> None:
    subscription = alone.subscribe(alone.customer(), alone.price())
    alone.post(f"/v1/subscriptions/{subscription['id']}", pause_collection={"behavior": "void"})
    alone.advance(32 * DAY)
    assert [invoice["status"] for invoice in alone.invoices(subscription)] == ["void", "paid"]
    assert alone.subscription(subscription["id"])["status"] == "active"


def test_items_of_different_rhythm_have_periods_of_their_own(alone: Client) -> None:
    prices = [alone.price(1_000), alone.price(10_000, interval="year")]
    subscription = alone.subscribe(alone.customer(), *prices)
    month, year = (item["current_period_end"] for item in subscription["items"]["data"])
    assert 27 * DAY < month - subscription["created"] < 32 * DAY
    assert 364 * DAY < year - subscription["created"] < 367 * DAY
    planned = alone.post(f"/v1/subscriptions/{subscription['id']}", cancel_at_period_end=True)
    assert planned["cancel_at"] == month
    alone.post(f"/v1/subscriptions/{subscription['id']}", cancel_at_period_end=False)
    alone.advance(35 * DAY)
    renewal = alone.invoices(subscription)[0]
    assert (renewal["total"], len(renewal["lines"]["data"])) == (1_000, 1)
    shown = alone.subscription(subscription["id"])["items"]["data"]
    assert shown[1]["current_period_end"] == year


def test_send_invoice_waits_for_the_customer_and_becomes_past_due(alone: Client) -> None:
    subscription = alone.subscribe(
        alone.customer(None), alone.price(), collection_method="send_invoice", days_until_due=10
    )
    assert (subscription["status"], subscription["latest_invoice"]["status"]) == ("active", "draft")
    alone.advance(2 * HOUR)
    invoice = alone.invoices(subscription)[0]
    assert (invoice["status"], invoice["amount_remaining"]) == ("open", 2_500)
    assert invoice["due_date"] == invoice["created"] + 10 * DAY
    alone.advance(11 * DAY)
    assert alone.subscription(subscription["id"])["status"] == "past_due"
    types = alone.event_types()
    assert {"invoice.sent", "invoice.overdue"} <= set(types)


def test_an_anchor_in_the_future_makes_a_first_period_in_proportion(shared: Client) -> None:
    start = now()
    subscription = shared.subscribe(shared.customer(), shared.price(3_100), billing_cycle_anchor=start + 10 * DAY)
    item = item_of(subscription)
    assert item["current_period_end"] == start + 10 * DAY
    assert 990 <= subscription["latest_invoice"]["total"] <= 1_110


def test_one_time_inactive_and_foreign_prices_are_refused(shared: Client) -> None:
    customer = shared.customer()
    inactive = shared.price()
    shared.post(f"/v1/prices/{inactive['id']}", active=False)
    for price in (shared.price(interval=None), inactive):
        with pytest.raises(Refusal) as refusal:
            shared.subscribe(customer, price)
        assert refusal.value.error["param"] == "items[0][price]"
    with pytest.raises(Refusal) as refusal:
        shared.subscribe(customer, shared.price(), shared.price(currency="eur"))
    assert refusal.value.error["param"] == "items[1][price]"


def test_lists_filter_by_price_status_and_customer(shared: Client) -> None:
    customer, price = shared.customer(), shared.price()
    subscription = shared.subscribe(customer, price)
    assert [one["id"] for one in shared.get("/v1/subscriptions", price=price["id"])["data"]] == [subscription["id"]]
    assert shared.get("/v1/subscriptions", customer=customer["id"], status="trialing")["data"] == []
    assert len(shared.get("/v1/subscriptions", customer=customer["id"], status="active")["data"]) == 1


def test_nested_lists_show_ten_and_the_rest_can_be_paged(shared: Client) -> None:
    prices = [shared.price(100 + place) for place in range(12)]
    subscription = shared.subscribe(shared.customer(), *prices)
    assert (len(subscription["items"]["data"]), subscription["items"]["has_more"]) == (10, True)
    items = shared.get("/v1/subscription_items", subscription=subscription["id"], limit=100)["data"]
    assert [item["price"]["id"] for item in items] == [price["id"] for price in prices]
    invoice = subscription["latest_invoice"]
    assert (len(invoice["lines"]["data"]), invoice["lines"]["total_count"]) == (10, 12)
    lines = shared.get(f"/v1/invoices/{invoice['id']}/lines", limit=100)["data"]
    assert sum(line["amount"] for line in lines) == invoice["subtotal"]
