"""The rate limiter, which is off unless asked for."""

import pytest

from tests.sandbox.client import Client


def test_beyond_the_limit_requests_are_refused_with_the_reason(alone: Client) -> None:
    alone.control("rules", requests_per_second=1)
    first, second = alone.send("GET", "/v1/customers"), alone.send("GET", "/v1/customers")
    assert (first.status_code, second.status_code) == (200, 429)
    error = second.json()["error"]
    assert (error["type"], error["code"]) == ("invalid_request_error", "rate_limit")
    assert second.headers["stripe-rate-limited-reason"] == "global-rate"
    assert second.headers["stripe-should-retry"] == "true"
    assert int(second.headers["retry-after"]) >= 1
    alone.control("rules", requests_per_second=None)
    assert {alone.send("GET", "/v1/customers").status_code for _ in range(20)} == {200}


def test_what_is_refused_for_its_rate_is_not_kept_for_replays(alone: Client) -> None:
    headers = {"Idempotency-Key": "too fast"}
    alone.control("rules", requests_per_second=1)
    alone.send("GET", "/v1/customers")
    assert alone.send("POST", "/v1/customers", headers, name="x").status_code == 429
    alone.control("rules", requests_per_second=None)
    answer = alone.send("POST", "/v1/customers", headers, name="x")
    assert answer.status_code == 200
    assert "idempotent-replayed" not in answer.headers


@pytest.mark.parametrize("rate", [0, -1, "fast"])
def test_a_limit_is_a_positive_number(shared: Client, rate: object) -> None:
    assert shared.http.post("/sandbox/rules", json={"requests_per_second": rate}).status_code == 400


def test_a_lock_timeout_can_be_ordered(alone: Client) -> None:
    alone.control("faults", status=429, code="lock_timeout", path="/v1/customers")
    refused = alone.send("POST", "/v1/customers")
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "lock_timeout")
    assert "stripe-rate-limited-reason" not in refused.headers
