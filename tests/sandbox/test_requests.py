"""How requests are read and refused: versions, keys, forms, cursors, expansion, what is kept for replays."""

import re
import socket
import time

import httpx
import pytest

from sandbox.api.router import ROUTES
from sandbox.api.unbuilt import PATHS
from tests.sandbox.client import KEY, Client, Object

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def error_of(response: httpx.Response) -> Object:
    shown: Object = response.json()["error"]
    return shown


@pytest.mark.parametrize("version", ["2026-10-28.endive", "2025-10-29.clover", "2024-06-20", "2022-11-15;beta=v1"])
def test_older_versions_are_answered_in_the_pinned_one(shared: Client, version: str) -> None:
    response = shared.send("GET", "/v1/customers", {"Stripe-Version": version})
    assert (response.status_code, response.headers["stripe-version"]) == (200, "2026-10-28.endive")


@pytest.mark.parametrize("version", ["nonsense", "2020-99-99", "2025-10-29.clove", "2025-10-29", "2099-01-01.endive"])
def test_what_is_no_version_is_refused(shared: Client, version: str) -> None:
    response = shared.send("GET", "/v1/customers", {"Stripe-Version": version})
    assert response.status_code == 400
    assert error_of(response)["message"] == f"Invalid Stripe API version: {version}"


def test_an_expired_key_is_told_from_a_wrong_one(shared: Client) -> None:
    for key, code in (("sk_test_expired_1234567890", "api_key_expired"), ("sk_test_1234567890!", None)):
        response = httpx.get(f"{shared.url}/v1/account", headers={"Authorization": f"Bearer {key}"})
        assert (response.status_code, error_of(response).get("code")) == (401, code)
        assert key not in response.text


def test_errors_say_where_the_request_is_logged(shared: Client) -> None:
    response = shared.send("GET", "/v1/customers/nope")
    log = f"https://dashboard.stripe.com/test/logs/{response.headers['request-id']}?t="
    assert error_of(response)["request_log_url"].startswith(log)
    assert error_of(response)["doc_url"] == "https://stripe.com/docs/error-codes/resource-missing"
    assert "request_log_url" not in error_of(httpx.get(f"{shared.url}/v1/customers"))


def test_elements_without_an_index_belong_together_until_a_name_comes_again(shared: Client) -> None:
    prices = [shared.price(amount)["id"] for amount in (100, 200)]
    customer = shared.customer()["id"]
    form = (
        f"&customer={customer}&items[][price]={prices[0]}&items[][quantity]=2&items[][metadata][a]=b"
        f"&items[][price]={prices[1]}&"
    )
    subscription = shared.http.post("/v1/subscriptions", content=form, headers=FORM).json()
    items = subscription["items"]["data"]
    assert [item["quantity"] for item in items] == [2, 1]
    assert [item["metadata"] for item in items] == [{"a": "b"}, {}]


@pytest.mark.parametrize(
    ("form", "param", "message"),
    [
        ("name[]=a&name[]=b", "name", 'Invalid string: {"0":"a","1":"b"}'),
        ("name=a%00b", "name", None),
        ("balance=99999999999999999999", "balance", "Invalid integer: 99999999999999999999"),
        ("metadata[a[b]]=1", "metadata[a[b]]", None),
        ("metadata=x", "metadata", "Invalid object"),
        ("email=nobody", "email", "Invalid email address: nobody"),
        ("invoice_prefix=ab", "invoice_prefix", None),
        ("&".join(f"metadata[key{place}]=x" for place in range(51)), "metadata", None),
        ("nope=1&neither=2", "nope", "Received unknown parameters: nope, neither"),
    ],
)
def test_what_cannot_be_read_is_named(shared: Client, form: str, param: str, message: str | None) -> None:
    response = shared.http.post("/v1/customers", content=form, headers=FORM)
    assert (response.status_code, error_of(response)["param"]) == (400, param)
    assert message in (None, error_of(response)["message"])


def test_metadata_holds_fifty_keys_after_a_merge(shared: Client) -> None:
    customer = shared.post("/v1/customers", metadata={f"key{place}": "x" for place in range(50)})
    path = f"/v1/customers/{customer['id']}"
    assert shared.send("POST", path, metadata={"one_more": "x"}).status_code == 400
    assert len(shared.post(path, metadata={"one_more": "x", "key0": ""})["metadata"]) == 50


def test_the_last_of_two_values_counts(shared: Client) -> None:
    response = shared.http.post("/v1/customers", content="name=a&name=%E2%82%AC%F0%9F%98%80", headers=FORM)
    assert response.json()["name"] == "€😀"


def test_one_cursor_at_a_time_and_only_of_what_is_there(shared: Client) -> None:
    customer = shared.post("/v1/customers")["id"]
    refused = shared.send("GET", "/v1/customers", starting_after=customer, ending_before=customer)
    assert error_of(refused)["message"] == (
        "Received both starting_after and ending_before parameters. Please pass in only one."
    )
    for name in ("starting_after", "ending_before"):
        error = error_of(shared.http.get("/v1/customers", params={name: "cus_nope"}))
        assert (error["code"], error["param"]) == ("resource_missing", name)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("nope", "This property cannot be expanded (nope). You may want to try expanding 'data.nope' instead."),
        ("data.nope", "This property cannot be expanded (data.nope)."),
        (
            "data.subscriptions.data.latest_invoice.payments",
            "You cannot expand more than 4 levels of a property."
            " Property: data.subscriptions.data.latest_invoice.payments",
        ),
    ],
)
def test_expansion_is_refused_in_stripes_words(shared: Client, path: str, message: str) -> None:
    error = error_of(shared.send("GET", "/v1/customers", expand=[path]))
    assert error["message"] == message


def test_expanding_data_of_a_list_does_nothing(shared: Client) -> None:
    assert shared.send("GET", "/v1/customers", expand=["data"]).status_code == 200


def test_a_trailing_slash_is_explained(shared: Client) -> None:
    response = shared.send("GET", "/v1/customers/")
    assert response.status_code == 404
    assert "remove the trailing slash" in error_of(response)["message"]


def test_only_what_was_carried_out_is_kept_for_replays(shared: Client) -> None:
    headers = {"Idempotency-Key": "missing price"}
    customer = shared.customer()["id"]
    asked = {"customer": customer, "items": [{"price": "nope"}]}
    refused = shared.send("POST", "/v1/subscriptions", headers, **asked)
    assert refused.status_code == 400
    assert "stripe-should-retry" not in refused.headers
    asked["items"] = [{"price": shared.price()["id"]}]
    done = shared.send("POST", "/v1/subscriptions", headers, **asked)
    assert (done.status_code, done.headers["stripe-should-retry"]) == (200, "false")
    headers = {"Idempotency-Key": "no card"}
    asked["customer"] = shared.customer(None)["id"]
    refused = shared.send("POST", "/v1/subscriptions", headers, **asked)
    again = shared.send("POST", "/v1/subscriptions", headers, **asked)
    assert (refused.status_code, refused.headers["stripe-should-retry"]) == (400, "false")
    assert (again.json(), again.headers["idempotent-replayed"]) == (refused.json(), "true")


def test_reading_ignores_idempotency_keys(shared: Client) -> None:
    response = shared.send("GET", "/v1/customers", {"Idempotency-Key": "read"})
    assert "idempotency-key" not in response.headers


def test_browsers_may_ask_first(shared: Client) -> None:
    headers = {
        "Origin": "https://shop.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    response = httpx.options(f"{shared.url}/v1/payment_intents/pi_1/confirm", headers=headers)
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == "*"
    assert "POST" in response.headers["access-control-allow-methods"]
    assert response.headers["access-control-allow-headers"] == "authorization"


def test_what_is_built_is_not_called_unbuilt() -> None:
    built = {re.sub(r"\{\w+\}", "*", route.path).removeprefix("/v1/") for route in ROUTES}
    assert built & set(PATHS.split()) == set()


def test_what_was_not_sent_whole_is_not_carried_out(alone: Client) -> None:
    head = f"POST /v1/customers HTTP/1.1\r\nhost: sandbox\r\nauthorization: Bearer {KEY}\r\ncontent-length: 40\r\n\r\n"
    with socket.create_connection((alone.http.base_url.host, alone.http.base_url.port or 80)) as connection:
        connection.sendall(f"{head}name=Ada".encode())
    alone.customer(card=None)
    time.sleep(0.2)
    assert len(alone.get("/v1/customers")["data"]) == 1
