"""Test mode and live mode: one account, two sets of objects, by the key."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.sandbox.client import DAY, Client
from tests.sandbox.conftest import fresh


@pytest.fixture(scope="module")
def live(shared: Client) -> Iterator[Client]:
    """The same sandbox with a key to live mode."""
    client = Client(shared.url)
    client.http.close()
    client.http = httpx.Client(base_url=shared.url, auth=("sk_live_tests", ""), timeout=30, trust_env=False)
    yield client
    client.http.close()


def livemodes(value: object) -> set[object]:
    """All that is said about the mode anywhere in an object."""
    if isinstance(value, list):
        return set().union(*(livemodes(one) for one in value))
    if not isinstance(value, dict):
        return set()
    found = {value["livemode"]} if "livemode" in value else set()
    return found.union(*(livemodes(one) for one in value.values()))


def test_everything_that_a_live_key_makes_is_live(shared: Client, live: Client) -> None:
    customer = live.customer()
    paths = ["latest_invoice.payments", "pending_setup_intent", "items.data.price.product", "customer"]
    subscription = live.subscribe(customer, live.price(), expand=paths)
    assert subscription["status"] == "active"
    assert livemodes(subscription) == {True}
    for event in live.get("/v1/events", limit=100)["data"]:
        assert livemodes(event) == {True}, event["type"]
    assert livemodes(live.get("/v1/plans")) == {True}
    assert livemodes(shared.customer()) == {False}


def test_the_modes_do_not_see_each_other_but_say_where_a_thing_is(shared: Client, live: Client) -> None:
    assert shared.get("/v1/account")["id"] == live.get("/v1/account")["id"]
    made, other = live.post("/v1/customers"), shared.post("/v1/customers")
    response = shared.send("GET", f"/v1/customers/{made['id']}")
    assert response.status_code == 404
    assert response.json()["error"]["message"] == (
        f"No such customer: '{made['id']}'; a similar object exists in live mode, but a test mode key was used to make"
        " this request."
    )
    response = live.send("POST", "/v1/invoiceitems", customer=other["id"], amount=100, currency="usd")
    assert response.json()["error"]["message"].endswith(
        "; a similar object exists in test mode, but a live mode key was used to make this request."
    )
    assert other["id"] not in [one["id"] for one in live.get("/v1/customers", limit=100)["data"]]


def test_an_idempotency_key_is_of_one_mode(shared: Client, live: Client) -> None:
    headers = {"Idempotency-Key": "both modes"}
    first = shared.send("POST", "/v1/customers", headers=headers, name="a").json()
    second = live.send("POST", "/v1/customers", headers=headers, name="b").json()
    assert (first["livemode"], second["livemode"]) == (False, True)


def test_control_calls_are_about_test_mode_unless_told_otherwise(shared: Client, live: Client) -> None:
    made = live.post("/v1/products", name="Live")
    types = [event["data"]["object"]["id"] for event in shared.http.get("/sandbox/events").json()["events"]]
    assert made["id"] not in types
    shown = shared.http.get("/sandbox/events", params={"livemode": "true"}).json()["events"]
    assert made["id"] in [event["data"]["object"]["id"] for event in shown]


def test_both_modes_live_in_the_same_time(alone: Client) -> None:
    with httpx.Client(base_url=alone.url, auth=("rk_live_x", "")) as live:
        before = live.post("/v1/customers").json()["created"]
        alone.advance(DAY)
        assert live.post("/v1/customers").json()["created"] >= before + DAY


def test_test_helpers_are_for_test_mode(live: Client) -> None:
    assert live.send("POST", "/v1/test_helpers/test_clocks", frozen_time=1_800_000_000).status_code == 400


def test_live_mode_is_kept_in_a_file_too(tmp_path: Path) -> None:
    file, key = tmp_path / "account.db", ("sk_live_x", "")
    with fresh(data=file) as client:
        made = httpx.post(f"{client.url}/v1/products", auth=key, data={"name": "Kept"}).json()
        client.post("/v1/products", name="Test")
        account = client.get("/v1/account")["id"]
        client.advance(DAY)
    with fresh(data=file) as client:
        assert httpx.get(f"{client.url}/v1/products", auth=key).json()["data"] == [made]
        assert httpx.get(f"{client.url}/v1/account", auth=key).json()["id"] == account
        later = httpx.post(f"{client.url}/v1/products", auth=key, data={"name": "Later"}).json()["created"]
        assert later >= made["created"] + DAY
