"""The buttons of the control page: each does what it says, by the same verbs as the control routes."""

import time

import httpx
import pytest

from tests.sandbox.browser import Browser, Document
from tests.sandbox.client import DAY, Client
from tests.sandbox.conftest import fresh
from tests.sandbox.receiver import receiving


def json(client: Client, what: str) -> dict[str, object]:
    """What a control route says."""
    shown: dict[str, object] = client.http.get(f"/sandbox/{what}").json()
    return shown


def refused(page: Document, sentence: str) -> bool:
    """Whether a page says why a button did nothing."""
    return page.status == 400 and sentence in page.text and {"class": "notice bad", "role": "alert"} in page.all("p")


@pytest.mark.parametrize(
    ("step", "seconds"), [("hour", 3_600), ("day", DAY), ("week", 7 * DAY), ("month", 28 * DAY)], ids=str
)
def test_the_clock_is_advanced_by_a_step(alone: Client, step: str, seconds: int) -> None:
    browser, before = Browser(alone), time.time()
    page = browser.press(browser.open(""), f"Advance by +1 {step}")
    assert page.url.path == "/sandbox/page/clock"
    assert "what was due has happened" in page.text
    moved = json(alone, "clock")["now"]
    assert isinstance(moved, int)
    assert seconds - 1 <= moved - before <= seconds + 5 + (3 * DAY if step == "month" else 0)


def test_what_is_due_is_told_and_happens_on_the_way(alone: Client) -> None:
    browser = Browser(alone)
    subscription = alone.subscribe(alone.customer(), alone.price())
    page = browser.open("/clock")
    assert "The subscription renews" in page.text
    assert "The next invoice is announced" in page.text
    assert subscription["id"] in page.links
    browser.press(page, "Advance by +1 month")
    browser.press(browser.open("/clock"), "Advance by +1 day")
    assert len(alone.invoices(subscription)) == 2


def test_the_clock_is_advanced_to_a_date_and_never_back(alone: Client) -> None:
    browser = Browser(alone)
    browser.press(browser.open("/clock"), "Advance to it", to="2031-05-06T07:08")
    now = json(alone, "clock")["now"]
    assert isinstance(now, int)
    assert 0 <= now - 1_935_817_680 < 10
    page = browser.open("/clock")
    assert "6 May 2031, 07:08" in page.text
    assert "4 years ahead of real time" in page.text
    assert refused(browser.press(page, "Advance to it", to="2031-05-06T07:07"), "only goes forward")
    assert refused(browser.press(page, "Advance to it", to="9999-01-01T00:00"), "Twenty years")
    for nonsense in ("soon", "", "2031-13-01T00:00", "0001-01-01T00:00"):
        assert browser.press(page, "Advance to it", to=nonsense).status == 400


def test_a_test_clock_is_made_and_advanced_by_itself(alone: Client) -> None:
    browser = Browser(alone)
    page = browser.press(browser.open("/clock"), "Make a test clock", name="Next year", to="2028-02-29T12:00")
    (clock,) = alone.get("/v1/test_helpers/test_clocks")["data"]
    assert (clock["name"], clock["frozen_time"]) == ("Next year", 1_835_438_400)
    customer = alone.customer(test_clock=clock["id"])
    subscription = alone.subscribe(customer, alone.price())
    page = browser.open("/clock")
    assert page.text.count("The subscription renews") == 1
    assert browser.open(page.links["1 customer lives"]).links[customer["id"]]
    page = browser.press(page, "Advance by +1 month", clock["id"])
    assert alone.get(f"/v1/test_helpers/test_clocks/{clock['id']}")["frozen_time"] == 1_837_944_000
    browser.press(page, "Advance to it", clock["id"], to="2028-05-01T00:00")
    assert len(alone.invoices(subscription)) == 3
    assert json(alone, "clock")["offset"] == 0
    assert refused(browser.press(page, "Advance to it", clock["id"], to="2028-04-01T00:00"), "only goes forward")
    assert refused(browser.press(page, "Advance to it", clock["id"], to="2099-04-01T00:00"), "Twenty years")
    alone.delete(f"/v1/test_helpers/test_clocks/{clock['id']}")
    assert refused(browser.press(page, "Advance by +1 day", clock["id"]), "no test clock")


@pytest.mark.parametrize(("button", "status"), [("Pass", "succeeded"), ("Fail", "requires_payment_method")])
@pytest.mark.parametrize("start", ["/payments", "/objects/payment_intent/{id}"])
def test_the_banks_question_is_answered(shared: Client, start: str, button: str, status: str) -> None:
    browser = Browser(shared)
    intent = shared.post(
        "/v1/payment_intents",
        amount=2_500,
        currency="eur",
        confirm=True,
        payment_method="pm_card_authenticationRequired",
        return_url="http://localhost/",
    )
    page = browser.open(start.format(id=intent["id"]))
    assert "€25.00" in page.text
    shown = browser.press(page, button, intent["id"])
    assert shown.url.path == f"/sandbox/page/objects/payment_intent/{intent['id']}"
    assert f'"status": "{status}"' in shown.text
    assert shared.get(f"/v1/payment_intents/{intent['id']}")["status"] == status
    assert refused(browser.press(page, button, intent["id"]), "there is nothing to complete")


def test_a_subscription_whose_first_payment_waited_becomes_active(alone: Client) -> None:
    browser = Browser(alone)
    customer = alone.customer("pm_card_authenticationRequired")
    subscription = alone.subscribe(customer, alone.price())
    assert subscription["status"] == "incomplete"
    browser.press(browser.open("/payments"), "Pass")
    assert alone.subscription(subscription["id"])["status"] == "active"


def test_the_next_card_results_are_chosen_one_after_the_other(alone: Client) -> None:
    browser = Browser(alone)
    page = browser.press(browser.open("/payments"), "Add", result="insufficient_funds", times="2")
    page = browser.press(page, "Add", result="authentication_required")
    assert json(alone, "cards/next")["results"] == ["insufficient_funds"] * 2 + ["authentication_required"]
    assert "insufficient_funds" in browser.open("").text
    refusal = alone.send(
        "POST",
        "/v1/payment_intents",
        amount=1_000,
        currency="usd",
        confirm=True,
        payment_method="pm_card_visa",
        return_url="http://localhost/",
    )
    assert refusal.json()["error"]["decline_code"] == "insufficient_funds"
    assert json(alone, "cards/next")["results"] == ["insufficient_funds", "authentication_required"]
    assert refused(browser.press(page, "Add", result="bad_mood"), "bad_mood is no result")
    for times in ("0", "101", "many", "-1", "1.5"):
        assert browser.press(page, "Add", times=times).status == 400
    browser.press(page, "Clear")
    assert json(alone, "cards/next")["results"] == []


def test_every_result_that_is_offered_can_be_chosen(alone: Client) -> None:
    browser = Browser(alone)
    page = browser.open("/payments")
    offered = page.form("Add").choices["result"]
    assert {"succeed", "authentication_required", "generic_decline", "expired_card"} <= set(offered)
    for result in offered:
        assert browser.press(page, "Add", result=result).status == 200
    assert json(alone, "cards/next")["results"] == offered


def test_the_rules_for_unpaid_invoices_are_set(alone: Client) -> None:
    browser = Browser(alone)
    page = browser.open("/payments")
    assert page.form("Set the rules").fields == {"retry_days": "3, 5, 7", "after_retries": "cancel"}
    page = browser.press(page, "Set the rules", retry_days="1, 2 4", after_retries="unpaid")
    assert page.form("Set the rules").fields == {"retry_days": "1, 2, 4", "after_retries": "unpaid"}
    rules = json(alone, "rules")
    assert (rules["retry_days"], rules["after_retries"]) == ([1, 2, 4], "unpaid")
    for days, after in (("1, x", "cancel"), ("0", "cancel"), ("-1", "cancel"), ("1", "forgive")):
        assert browser.press(page, "Set the rules", retry_days=days, after_retries=after).status == 400
    assert json(alone, "rules")["retry_days"] == [1, 2, 4]


def test_a_failure_is_ordered_listed_and_taken_back(alone: Client) -> None:
    browser = Browser(alone)
    page = browser.press(
        browser.open("/failures"), "Order it", status="429", method="POST", path="/v1/customers$", times="2"
    )
    assert "/v1/customers$" in page.text
    assert alone.send("POST", "/v1/customers").status_code == 429
    assert alone.send("GET", "/v1/customers").status_code == 200
    page = browser.press(browser.open("/failures"), "Take all back")
    assert alone.send("POST", "/v1/customers").status_code == 200
    page = browser.press(page, "Order it", status="402", decline_code="expired_card", carried_out="true")
    assert alone.send("POST", "/v1/customers").json()["error"]["decline_code"] == "expired_card"
    assert len(alone.event_types(type="customer.created")) == 2
    for wrong in ({"path": "("}, {"times": "0"}, {"seconds": "601"}, {"kind": "burn"}, {"status": "418"}):
        assert browser.press(page, "Order it", **wrong).status == 400
    assert json(alone, "faults") == {"faults": []}


def test_a_call_can_be_lost_on_order(alone: Client) -> None:
    browser = Browser(alone)
    page = browser.press(browser.open("/failures"), "Order it", kind="lose", path="/v1/customers")
    assert "lose" in page.text
    with pytest.raises(httpx.TransportError):
        alone.send("POST", "/v1/customers", name="Lost")
    assert alone.get("/v1/customers")["data"][0]["name"] == "Lost"


def test_calls_are_counted_and_the_count_begins_again(alone: Client) -> None:
    browser = Browser(alone)
    alone.post("/v1/customers")
    page = browser.open("/failures")
    assert "POST /v1/customers" in page.text
    assert "POST /v1/customers" not in browser.press(page, "Count from zero").text
    assert json(alone, "counters") == {"counters": {}}


def test_a_destination_is_added_switched_off_and_on() -> None:
    with receiving() as receiver, fresh() as client:
        browser = Browser(client)
        page = browser.press(
            browser.open("/webhooks"), "Add a destination", url=receiver.url, events="customer.created"
        )
        (endpoint,) = client.get("/v1/webhook_endpoints")["data"]
        assert (endpoint["url"], endpoint["enabled_events"]) == (receiver.url, ["customer.created"])
        client.post("/v1/customers")
        client.post("/v1/products", name="Not told")
        client.control("deliveries/settle")
        assert receiver.types() == ["customer.created"]
        page = browser.press(page, f"Disable {receiver.url}")
        assert client.get(f"/v1/webhook_endpoints/{endpoint['id']}")["status"] == "disabled"
        browser.press(page, f"Enable {receiver.url}")
        assert client.get(f"/v1/webhook_endpoints/{endpoint['id']}")["status"] == "enabled"
        assert refused(browser.press(page, "Add a destination", url="nowhere"), "Invalid URL")


def test_an_event_is_sent_again() -> None:
    with receiving() as receiver, fresh(webhook_url=receiver.url) as client:
        browser = Browser(client)
        client.post("/v1/customers")
        client.control("deliveries/settle")
        event = browser.open(browser.open("/events").links["customer.created"])
        shown = browser.press(event, "Resend")
        client.control("deliveries/settle")
        assert "on its way once more" in shown.text
        assert len({one["id"] for one in receiver.events()}) == 1
        assert len(receiver.got) == 2


def test_an_event_that_nobody_wants_is_sent_to_nobody(alone: Client) -> None:
    browser = Browser(alone)
    alone.post("/v1/customers")
    page = browser.press(browser.open(browser.open("/events").links["customer.created"]), "Resend")
    assert "nobody was told" in page.text


def test_deliveries_are_paused_and_go_on() -> None:
    with receiving() as receiver, fresh(webhook_url=receiver.url) as client:
        browser = Browser(client)
        page = browser.press(browser.open("/webhooks"), "Pause deliveries")
        client.post("/v1/customers")
        time.sleep(0.1)
        page = browser.open("/webhooks")
        assert "1 waits, since they are paused" in " ".join(page.text.split())
        assert receiver.got == []
        browser.press(page, "Resume deliveries")
        client.control("deliveries/settle")
        assert receiver.types() == ["customer.created"]


def test_the_weather_is_set_as_a_whole() -> None:
    with receiving() as receiver, fresh(webhook_url=receiver.url) as client:
        browser = Browser(client)
        page = browser.press(
            browser.open("/webhooks"), "Set the weather", drop="1", duplicate="1", delay_seconds="0.05", reorder="true"
        )
        assert page.form("Set the weather").fields == {
            "drop": "1",
            "duplicate": "1",
            "delay_seconds": "0.05",
            "reorder": "true",
        }
        for name in ("dropped", "twice"):
            client.post("/v1/customers", name=name)
        client.control("deliveries/settle")
        assert [event["data"]["object"]["name"] for event in receiver.events()] == ["twice", "twice"]
        assert browser.press(page, "Set the weather", drop="-1").status == 400
        assert browser.press(page, "Set the weather", delay_seconds="nan").status == 400
        page.form("Set the weather").fields.pop("reorder")
        browser.press(page, "Set the weather", drop="0", duplicate="0", delay_seconds="0")
        calm = json(client, "deliveries")
        assert (calm["drop"], calm["duplicate"], calm["delay_seconds"], calm["reorder"]) == (0, 0, 0, False)
