"""Failures on order."""

import time

import httpx
import pytest

from tests.sandbox.client import Client


@pytest.mark.parametrize(
    ("status", "retry"), [(402, "false"), (409, "true"), (429, "true"), (500, "false"), (503, "true")]
)
def test_the_next_call_is_answered_as_ordered_and_not_carried_out(alone: Client, status: int, retry: str) -> None:
    alone.control("faults", kind="answer", status=status, method="POST", path="/v1/customers$")
    assert alone.send("GET", "/v1/customers").status_code == 200
    response = alone.send("POST", "/v1/customers")
    assert response.status_code == status
    assert response.headers["stripe-should-retry"] == retry
    assert ("retry-after" in response.headers) is (status == 429)
    assert alone.get("/v1/customers")["data"] == []
    assert alone.send("POST", "/v1/customers").status_code == 200


def test_a_500_is_replayed_and_a_429_is_not(alone: Client) -> None:
    for status, again in ((500, 500), (429, 200)):
        headers = {"Idempotency-Key": f"k{status}"}
        alone.control("faults", status=status, method="POST")
        assert alone.send("POST", "/v1/customers", headers=headers).status_code == status
        assert alone.send("POST", "/v1/customers", headers=headers).status_code == again


def test_an_error_can_hide_a_success(alone: Client) -> None:
    alone.control("faults", status=500, method="POST", carried_out=True)
    assert alone.send("POST", "/v1/customers").status_code == 500
    assert len(alone.get("/v1/customers")["data"]) == 1


def test_a_connection_is_dropped_before_or_after(alone: Client) -> None:
    headers = {"Idempotency-Key": "lost"}
    alone.control("faults", kind="drop", method="POST")
    with pytest.raises(httpx.RemoteProtocolError):
        alone.send("POST", "/v1/customers", headers=headers)
    assert alone.get("/v1/customers")["data"] == []
    alone.control("faults", kind="lose", method="POST")
    with pytest.raises(httpx.RemoteProtocolError):
        alone.send("POST", "/v1/customers", headers=headers)
    (made,) = alone.get("/v1/customers")["data"]
    again = alone.send("POST", "/v1/customers", headers=headers)
    assert (again.json()["id"], again.headers["idempotent-replayed"]) == (made["id"], "true")


def test_a_call_hangs_as_long_as_ordered(alone: Client) -> None:
    alone.control("faults", kind="hang", seconds=0.3)
    start = time.monotonic()
    assert alone.send("POST", "/v1/customers").status_code == 200
    assert time.monotonic() - start >= 0.3


def test_orders_count_down_and_can_be_taken_back(alone: Client) -> None:
    alone.control("faults", status=503, times=2)
    assert [alone.send("GET", "/v1/customers").status_code for _ in range(3)] == [503, 503, 200]
    alone.control("faults", status=503)
    alone.http.delete("/sandbox/faults")
    assert alone.send("GET", "/v1/customers").status_code == 200


@pytest.mark.parametrize("body", [{"kind": "x"}, {"status": 418}, {"times": 0}, {"path": "("}, {"nope": 1}])
def test_a_bad_order_is_refused_with_a_sentence(shared: Client, body: dict[str, object]) -> None:
    response = shared.http.post("/sandbox/faults", json=body)
    assert response.status_code == 400
    assert response.json()["error"].endswith(".")


def test_counters_count_what_was_carried_out(alone: Client) -> None:
    headers = {"Idempotency-Key": "counted"}
    alone.send("POST", "/v1/customers", headers=headers)
    alone.send("POST", "/v1/customers", headers=headers)
    alone.control("faults", status=500)
    alone.send("POST", "/v1/customers")
    alone.send("POST", "/v1/customers", nope=1)
    assert alone.http.get("/sandbox/counters").json()["counters"] == {"POST /v1/customers": 1}
    assert alone.http.delete("/sandbox/counters").json() == {"counters": {}}


@pytest.mark.parametrize("body", [{}, {"seconds": -1}, {"seconds": 1, "to": 2}, {"to": 5}, {"seconds": "x"}])
def test_time_only_goes_forward(shared: Client, body: dict[str, object]) -> None:
    assert shared.http.post("/sandbox/clock", json=body).status_code == 400


def test_only_what_waits_can_be_completed(shared: Client) -> None:
    intent = shared.post("/v1/payment_intents", amount=1_000, currency="usd")
    assert shared.http.post(f"/sandbox/intents/{intent['id']}/complete").status_code == 400
    assert shared.http.post("/sandbox/intents/pi_nope/complete").status_code == 400
