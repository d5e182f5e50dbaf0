"""An account in a file goes on where it was, however the sandbox ended."""

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from sandbox.account.state import State
from sandbox.account.store import BadFile, Store
from sandbox.app import build
from sandbox.demo.planting import Demo
from tests.program import Process
from tests.sandbox.client import DAY, Client
from tests.sandbox.conftest import fresh
from tests.sandbox.receiver import receiving


def test_what_was_done_is_there_again(tmp_path: Path) -> None:
    file = tmp_path / "account.db"
    with fresh(data=file) as client:
        customer = client.customer()
        subscription = client.subscribe(customer, client.price())
        gone = client.post("/v1/customers", email="gone@example.com")["id"]
        client.delete(f"/v1/customers/{gone}")
        client.control("rules", retry_days=[2])
        client.advance(40 * DAY)
        account = client.get("/v1/account")
        now = client.look("clock")["now"]
        before = client.subscription(subscription["id"], "latest_invoice", "customer")
        events = client.event_types()
    with fresh(data=file) as client:
        assert client.get("/v1/account") == account
        assert client.subscription(subscription["id"], "latest_invoice", "customer") == before
        assert client.event_types() == events
        assert client.get(f"/v1/customers/{gone}")["deleted"] is True
        assert client.look("rules")["retry_days"] == [2]
        assert 0 <= client.look("clock")["now"] - now < 60
        client.advance(31 * DAY)
        assert client.subscription(subscription["id"])["latest_invoice"] != before["latest_invoice"]["id"]


def test_copies_of_the_demo_are_there_again_changed_or_not(tmp_path: Path) -> None:
    file = tmp_path / "account.db"
    with fresh(data=file, demo=Demo(customers=300)) as client:
        first = client.get("/v1/subscriptions", limit=100)
        changed = first["data"][3]["id"]
        client.delete(f"/v1/subscriptions/{changed}")
        invoices = client.get("/v1/invoices", limit=100)
        subscriptions = client.get("/v1/subscriptions", limit=100, status="all")
    with fresh(data=file, demo=Demo(customers=300)) as client:
        assert client.get("/v1/invoices", limit=100) == invoices
        assert client.get("/v1/subscriptions", limit=100, status="all") == subscriptions
        assert client.subscription(changed)["status"] == "canceled"
        assert len(client.get("/v1/customers/search", query="-email:'nobody'", limit=100)["data"]) == 100


def test_deliveries_that_were_not_made_are_made_after_the_next_start(tmp_path: Path) -> None:
    file = tmp_path / "account.db"
    with receiving() as receiver:
        with fresh(data=file, webhook_url=receiver.url, webhook_secret="whsec_kept") as client:
            client.control("deliveries", paused=True)
            customer = client.post("/v1/customers", email="late@example.com")["id"]
        assert receiver.events() == []
        with fresh(data=file, webhook_url=receiver.url, webhook_secret="whsec_kept") as client:
            assert client.control("deliveries/settle")["settled"] is True
            assert len(client.get("/v1/webhook_endpoints")["data"]) == 1
        (event,) = [event for event in receiver.events() if event["type"] == "customer.created"]
        assert event["data"]["object"]["id"] == customer


def test_a_key_is_still_answered_as_it_was_after_the_next_start(tmp_path: Path) -> None:
    file = tmp_path / "account.db"
    key = {"Idempotency-Key": "once"}
    with fresh(data=file) as client:
        first = client.send("POST", "/v1/customers", key, email="once@example.com")
    with fresh(data=file) as client:
        again = client.send("POST", "/v1/customers", key, email="once@example.com")
        assert again.content == first.content
        assert again.headers["idempotent-replayed"] == "true"
        assert client.send("POST", "/v1/customers", key, email="twice@example.com").status_code == 400
        assert len(client.get("/v1/customers")["data"]) == 1


def test_a_kill_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    file = tmp_path / "account.db"
    made: list[str] = []
    for _ in range(3):
        process = Process(
            *("server.cli", "sandbox", "--port", "0", "--no-seed", "--data", str(file)), stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        client = Client(url)
        wait_for(client)
        assert {row["id"] for row in client.get("/v1/customers", limit=100)["data"]} == set(made)
        for _ in range(5):
            made.append(client.post("/v1/customers", email="kept@example.com")["id"])
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        client.http.close()


def test_what_is_refused_leaves_nothing_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "account.db"
    with fresh(data=file) as client:
        customer = client.customer(card=None)
        path = "/v1/subscriptions"
        assert client.send("POST", path, customer=customer["id"], items=[{"price": "price_none"}]).status_code == 400
    state = loaded(file)
    assert {kind for kind, table in state.tables.items() if len(table)} == {
        "billing_portal.configuration",
        "customer",
        "event",
    }


def test_a_file_that_is_used_or_is_none_of_ours_is_refused(tmp_path: Path) -> None:
    file, other = tmp_path / "account.db", tmp_path / "notes.txt"
    other.write_text("Not a database, by any means, and long enough to be told apart from one.")
    store = Store(file)
    with pytest.raises(BadFile, match="stop the sandbox that uses it"):
        Store(file)
    store.close()
    with pytest.raises(BadFile, match="Name another file"):
        build(data=other)
    assert other.read_text().startswith("Not a database")


def loaded(file: Path) -> State:
    store = Store(file)
    state = State(random.Random(1), "http://127.0.0.1")
    store.load(state)
    store.close()
    return state


def wait_for(client: Client) -> None:
    end = time.monotonic() + 20
    while True:
        try:
            client.http.get("/sandbox")
            return
        except httpx.ConnectError:
            assert time.monotonic() < end
            time.sleep(0.05)
