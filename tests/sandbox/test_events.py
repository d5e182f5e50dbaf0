"""What is told of what happens, and how it gets to whoever listens."""

import time

import pytest
from stripe import Webhook

from tests.sandbox.client import Client
from tests.sandbox.conftest import fresh
from tests.sandbox.receiver import receiving
from tests.serving import any_unused_port

SECRET = "whsec_tests"


def test_a_subscription_is_told_in_a_plausible_order(alone: Client) -> None:
    customer = alone.customer()
    alone.subscribe(customer, alone.price())
    types = alone.event_types()
    story = [
        "customer.created",
        "payment_method.attached",
        "customer.updated",
        "product.created",
        "price.created",
        "invoice.created",
        "payment_intent.created",
        "invoice.finalized",
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice_payment.paid",
        "invoice.updated",
        "invoice.paid",
        "invoice.payment_succeeded",
        "customer.subscription.created",
    ]
    assert types == story


def test_an_update_tells_what_was_before_and_who_asked(alone: Client) -> None:
    customer = alone.post("/v1/customers", name="Before", metadata={"a": "1"})
    response = alone.send(
        "POST",
        f"/v1/customers/{customer['id']}",
        headers={"Idempotency-Key": "mine"},
        name="After",
        metadata={"b": "2"},
    )
    event = alone.get("/v1/events", type="customer.updated")["data"][0]
    assert event["data"]["previous_attributes"] == {"name": "Before", "metadata": {"a": "1"}}
    assert event["data"]["object"]["name"] == "After"
    assert event["request"] == {"id": response.headers["request-id"], "idempotency_key": "mine"}
    assert event["api_version"] == "2026-10-28.endive"


def test_what_changes_nothing_tells_nothing(alone: Client) -> None:
    customer = alone.post("/v1/customers", name="Same")
    alone.post(f"/v1/customers/{customer['id']}", name="Same")
    assert alone.event_types() == ["customer.created"]


def test_what_time_does_has_no_request(alone: Client) -> None:
    alone.subscribe(alone.customer(), alone.price())
    alone.advance(32 * 86_400)
    event = alone.get("/v1/events", type="customer.subscription.updated")["data"][0]
    assert event["request"] == {"id": None, "idempotency_key": None}


def test_a_snapshot_does_not_change_afterwards(alone: Client) -> None:
    customer = alone.post("/v1/customers", name="Then")
    alone.post(f"/v1/customers/{customer['id']}", name="Now")
    event = alone.get("/v1/events", type="customer.created")["data"][0]
    assert event["data"]["object"]["name"] == "Then"


def test_a_new_invoice_item_is_told_of_as_it_was_asked_for(alone: Client) -> None:
    customer = alone.customer()
    coupon = alone.post("/v1/coupons", percent_off=10, duration="once")
    asked = {"customer": customer["id"], "amount": 500, "currency": "usd", "metadata": {"order": "1"}}
    item = alone.post("/v1/invoiceitems", **asked, discounts=[{"coupon": coupon["id"]}])
    (told,) = alone.get("/v1/events", type="invoiceitem.created")["data"]
    assert item["metadata"] == {"order": "1"}
    assert told["data"]["object"] == item


def test_a_draft_tells_of_every_item_that_comes_changes_and_goes(alone: Client) -> None:
    customer = alone.customer()["id"]
    draft = alone.post("/v1/invoices", customer=customer)["id"]

    def told() -> list[int]:
        return [each["data"]["object"]["total"] for each in alone.get("/v1/events", type="invoice.updated")["data"]]

    item = alone.post("/v1/invoiceitems", customer=customer, invoice=draft, amount=500, currency="usd")["id"]
    assert told() == [500]
    alone.post(f"/v1/invoiceitems/{item}", amount=700)
    assert told() == [700, 500]
    alone.delete(f"/v1/invoiceitems/{item}")
    assert told() == [0, 700, 500]


def test_discounts_are_ids_in_events(alone: Client) -> None:
    off = alone.post("/v1/coupons", percent_off=10, duration="forever")
    alone.subscribe(alone.customer(), alone.price(), discounts=[{"coupon": off["id"]}], expand=["discounts"])
    event = alone.get("/v1/events", type="customer.subscription.created")["data"][0]
    assert [type(one) for one in event["data"]["object"]["discounts"]] == [str]


def test_events_can_be_listed_by_type_pattern_and_time(alone: Client) -> None:
    alone.customer()
    start = alone.http.get("/sandbox").json()["now"]
    types = ["customer.created", "payment_method.attached"]
    assert set(alone.event_types(types=types)) == set(types)
    assert set(alone.event_types(type="customer.*")) == {"customer.created", "customer.updated"}
    assert alone.event_types(created={"gt": start + 5}) == []


def test_deliveries_are_signed_and_in_order() -> None:
    with receiving() as receiver, fresh(webhook_url=receiver.url, webhook_secret=SECRET) as client:
        client.subscribe(client.customer(), client.price())
        assert client.control("deliveries/settle", timeout=10) == {"settled": True, "waiting": 0}
        assert receiver.types() == client.event_types()
        headers, body = receiver.got[-1]
        event = Webhook.construct_event(body, headers["Stripe-Signature"], SECRET)
        assert event.type == "customer.subscription.created"
        assert {event["pending_webhooks"] for event in client.get("/v1/events")["data"]} == {0}


def test_an_endpoint_gets_what_it_asked_for_and_its_secret_once(alone: Client) -> None:
    with receiving() as receiver:
        endpoint = alone.post("/v1/webhook_endpoints", url=receiver.url, enabled_events=["customer.created"])
        path = f"/v1/webhook_endpoints/{endpoint['id']}"
        assert "secret" not in alone.get(path)
        alone.customer()
        alone.control("deliveries/settle")
        assert receiver.types() == ["customer.created"]
        headers, body = receiver.got[0]
        Webhook.construct_event(body, headers["Stripe-Signature"], endpoint["secret"])
        alone.post(path, disabled=True)
        alone.customer(None)
        alone.control("deliveries/settle")
        alone.delete(path)
        assert len(receiver.got) == 1


def test_a_refused_delivery_is_tried_again() -> None:
    with receiving(500, 503) as receiver, fresh(webhook_url=receiver.url) as client:
        client.post("/v1/customers")
        client.control("deliveries/settle", timeout=10)
        assert receiver.types() == ["customer.created"] * 3
        event = client.http.get("/sandbox/events").json()["events"][0]
        assert event["deliveries"][0]["answers"] == ["500", "503", "200"]


def test_an_endpoint_that_comes_up_late_gets_everything_in_order() -> None:
    port = any_unused_port()
    with fresh(webhook_url=f"http://127.0.0.1:{port}/hook") as client:
        for place in range(3):
            client.post("/v1/customers", name=str(place))
        time.sleep(0.3)
        with receiving(port=port) as receiver:
            assert client.control("deliveries/settle", timeout=10)["settled"] is True
            assert [event["data"]["object"]["name"] for event in receiver.events()] == ["0", "1", "2"]


def test_deliveries_go_wrong_on_order() -> None:
    with receiving() as receiver, fresh(webhook_url=receiver.url) as client:
        client.control("deliveries", paused=True)
        for place in range(6):
            client.post("/v1/customers", name=str(place))
        assert client.control("deliveries/settle", timeout=0.1) == {"settled": False, "waiting": 6}
        assert receiver.got == []
        client.control("deliveries", paused=False, reorder=True)
        client.control("deliveries/settle")
        assert len(receiver.got) == 6
        client.control("deliveries", reorder=False, drop=1)
        client.post("/v1/customers", name="lost")
        client.control("deliveries", duplicate=1)
        client.post("/v1/customers", name="twice")
        client.control("deliveries/settle")
        names = [event["data"]["object"]["name"] for event in receiver.events()]
        assert sorted(names) == ["0", "1", "2", "3", "4", "5", "twice", "twice"]
        newest = client.http.get("/sandbox/events", params={"limit": 1}).json()["events"][0]
        client.control(f"events/{newest['id']}/resend")
        client.control("deliveries/settle")
        assert len(receiver.got) == 9


def test_delays_are_waited_for() -> None:
    with receiving() as receiver, fresh(webhook_url=receiver.url) as client:
        client.control("deliveries", delay_seconds=0.3)
        client.post("/v1/customers")
        time.sleep(0.1)
        assert receiver.got == []
        client.control("deliveries/settle")
        assert len(receiver.got) == 1


@pytest.mark.parametrize("url", ["nonsense", "ftp://example.com", "http://"])
def test_an_endpoint_needs_a_url(shared: Client, url: str) -> None:
    assert shared.send("POST", "/v1/webhook_endpoints", url=url, enabled_events=["*"]).status_code == 400
