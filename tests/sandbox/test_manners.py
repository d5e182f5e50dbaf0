"""What every endpoint does alike: keys, errors, headers, idempotency, lists, expansion, metadata."""

import email.utils
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.sandbox.client import KEY, Client, Refusal
from tests.sandbox.conftest import fresh


def test_any_test_key_is_the_one_account_and_others_are_refused(shared: Client) -> None:
    for key in ("sk_test_a", "sk_test_b", "rk_test_c"):
        assert httpx.get(f"{shared.url}/v1/account", auth=(key, "")).json()["id"].startswith("acct_")
    for key in ("sk_prod_a", "nonsense", "sk_test_", "sk_test_a b"):
        response = httpx.get(f"{shared.url}/v1/account", headers={"Authorization": f"Bearer {key}"})
        assert response.status_code == 401
        assert response.json()["error"]["type"] == "invalid_request_error"


def test_two_sandboxes_are_two_accounts(shared: Client) -> None:
    with fresh() as other:
        assert other.get("/v1/account")["id"] != shared.get("/v1/account")["id"]
        assert other.get("/v1/customers")["data"] == []


def test_a_live_key_is_not_shown_back(shared: Client) -> None:
    key = "sk_live_1234567890abcdef"
    response = httpx.get(f"{shared.url}/v1/account", headers={"Authorization": f"Bearer {key}"})
    assert key not in response.text


def test_every_answer_carries_stripes_headers_once(shared: Client) -> None:
    response = shared.send("POST", "/v1/customers", headers={"Idempotency-Key": "headers"})
    assert response.headers["request-id"].startswith("req_")
    assert response.headers["stripe-version"] == "2026-10-28.endive"
    assert response.headers["idempotency-key"] == "headers"
    assert response.headers["original-request"] == response.headers["request-id"]
    assert len(response.headers.get_list("date")) == 1


def test_the_date_is_the_sandboxes_own(alone: Client) -> None:
    alone.advance(1_000_000)
    response = alone.send("POST", "/v1/customers")
    shown = email.utils.parsedate_to_datetime(response.headers["date"]).timestamp()
    assert abs(shown - time.time() - 1_000_000) < 5
    assert abs(response.json()["created"] - shown) < 2


def test_unknown_parameters_are_named_and_nothing_is_made(shared: Client) -> None:
    before = shared.get("/v1/customers", limit=100)["data"]
    with pytest.raises(Refusal) as refusal:
        shared.post("/v1/customers", emial="a@example.com")
    assert (refusal.value.status, refusal.value.error["code"], refusal.value.error["param"]) == (
        400,
        "parameter_unknown",
        "emial",
    )
    assert shared.get("/v1/customers", limit=100)["data"] == before


@pytest.mark.parametrize(
    ("path", "params", "param"),
    [
        ("/v1/customers", {"balance": "much"}, "balance"),
        ("/v1/customers", {"metadata": {"k" * 41: "v"}}, "metadata"),
        ("/v1/customers", {"metadata": {"k": "v" * 501}}, "metadata[k]"),
        ("/v1/customers", {"tax_exempt": "sometimes"}, "tax_exempt"),
        ("/v1/customers", {"preferred_locales": "de"}, "preferred_locales"),
        ("/v1/customers", {"invoice_settings": {"footer": {"a": "b"}}}, "invoice_settings[footer]"),
        ("/v1/prices", {"currency": "xyz", "unit_amount": 1}, "currency"),
        ("/v1/prices", {"currency": "usd", "unit_amount": "1.5"}, "unit_amount"),
        ("/v1/prices", {"currency": "usd", "unit_amount_decimal": "a"}, "unit_amount_decimal"),
        ("/v1/coupons", {"percent_off": 101, "duration": "once"}, "percent_off"),
    ],
)
def test_a_bad_parameter_is_named(shared: Client, path: str, params: dict[str, object], param: str) -> None:
    with pytest.raises(Refusal) as refusal:
        shared.post(path, **params)
    assert (refusal.value.status, refusal.value.error["param"]) == (400, param)


@pytest.mark.parametrize("form", ["a[b=1", "a&b", "a=1&a[b]=2", "%zz=%ff%fe", "=1"])
def test_what_is_no_form_is_refused(shared: Client, form: str) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    response = shared.http.post("/v1/customers", content=form, headers=headers)
    assert response.status_code == 400


def test_json_is_refused_with_a_hint(shared: Client) -> None:
    response = shared.http.post("/v1/customers", json={"email": "a@example.com"})
    assert response.status_code == 400
    assert "application/x-www-form-urlencoded" in response.json()["error"]["message"]


def test_unknown_routes_are_404_and_unbuilt_ones_501(shared: Client) -> None:
    assert shared.send("GET", "/v1/nope").status_code == 404
    assert shared.send("PUT", "/v1/customers").status_code == 404
    assert shared.send("GET", "/v1/payouts").status_code == 501
    assert shared.send("POST", "/v1/charges").status_code == 501


def test_a_parameter_that_is_not_built_is_501_unless_it_asks_for_nothing(shared: Client) -> None:
    customer, price = shared.customer(), shared.price()
    asked = {"customer": customer["id"], "items": [{"price": price["id"]}]}
    refused = shared.send("POST", "/v1/subscriptions", automatic_tax={"enabled": True}, **asked)
    assert refused.status_code == 501
    assert refused.json()["error"]["param"] == "automatic_tax"
    assert shared.send("POST", "/v1/subscriptions", automatic_tax={"enabled": False}, **asked).status_code == 200


def test_a_replay_gives_the_same_answer_and_does_nothing(shared: Client) -> None:
    headers = {"Idempotency-Key": "twice"}
    first = shared.send("POST", "/v1/customers", headers=headers, name="Twice")
    again = shared.send("POST", "/v1/customers", headers=headers, name="Twice")
    assert first.json() == again.json()
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["original-request"] == first.headers["request-id"]
    names = [customer["name"] for customer in shared.get("/v1/customers", limit=100)["data"]]
    assert names.count("Twice") == 1


def test_a_key_with_other_parameters_is_an_idempotency_error(shared: Client) -> None:
    shared.send("POST", "/v1/customers", headers={"Idempotency-Key": "other"}, name="a")
    response = shared.send("POST", "/v1/customers", headers={"Idempotency-Key": "other"}, name="b")
    assert (response.status_code, response.json()["error"]["type"]) == (400, "idempotency_error")


def test_a_declined_payment_is_replayed_but_a_refused_parameter_is_not(shared: Client) -> None:
    asked = {
        "amount": 1_000,
        "currency": "usd",
        "confirm": True,
        "payment_method": "pm_card_visa_chargeDeclined",
        "return_url": "http://localhost/",
    }
    headers = {"Idempotency-Key": "declined"}
    first = shared.send("POST", "/v1/payment_intents", headers=headers, **asked)
    again = shared.send("POST", "/v1/payment_intents", headers=headers, **asked)
    assert (first.status_code, again.status_code) == (402, 402)
    assert first.json() == again.json()
    headers = {"Idempotency-Key": "refused"}
    assert shared.send("POST", "/v1/customers", headers=headers, nope="1").status_code == 400
    assert shared.send("POST", "/v1/customers", headers=headers, name="ok").status_code == 200


def test_a_key_in_use_is_409(alone: Client) -> None:
    alone.control("faults", kind="hang", path="/v1/customers", seconds=1.5)
    headers = {"Idempotency-Key": "busy"}
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(alone.send, "POST", "/v1/customers", headers, name="x")
        while alone.http.get("/sandbox/faults").json()["faults"]:
            time.sleep(0.01)
        busy = alone.send("POST", "/v1/customers", headers, name="x")
        assert (busy.status_code, busy.json()["error"]["code"]) == (409, "idempotency_key_in_use")
        assert slow.result().status_code == 200
    assert len(alone.get("/v1/customers")["data"]) == 1


def test_keys_are_forgotten_after_a_day(alone: Client) -> None:
    headers = {"Idempotency-Key": "yesterday"}
    first = alone.send("POST", "/v1/customers", headers=headers).json()["id"]
    alone.advance(86_400 + 1)
    assert alone.send("POST", "/v1/customers", headers=headers).json()["id"] != first


def test_what_fails_is_undone_as_a_whole(shared: Client) -> None:
    customer, price = shared.customer(), shared.price()
    coupon = shared.post("/v1/coupons", percent_off=10, duration="once")
    with pytest.raises(Refusal):
        shared.subscribe(customer, price, discounts=[{"coupon": coupon["id"]}, {"coupon": "nope"}])
    assert shared.get(f"/v1/coupons/{coupon['id']}")["times_redeemed"] == 0
    assert shared.get("/v1/subscriptions", customer=customer["id"], status="all")["data"] == []
    assert "customer.discount.created" not in shared.event_types()


def test_pages_cover_everything_once_in_both_directions(shared: Client) -> None:
    product = shared.post("/v1/products", name="Paged")["id"]
    made = [
        shared.post("/v1/prices", product=product, currency="usd", unit_amount=100 + place)["id"] for place in range(7)
    ]
    found: list[str] = []
    after = None
    while True:
        page = shared.get("/v1/prices", product=product, limit=3, starting_after=after)
        found += [price["id"] for price in page["data"]]
        if not page["has_more"]:
            break
        after = found[-1]
    assert found == made[::-1]
    page = shared.get("/v1/prices", product=product, limit=3, ending_before=found[4])
    assert [price["id"] for price in page["data"]] == found[1:4]
    assert page["has_more"] is True
    assert shared.get("/v1/prices", product=product, limit=4, ending_before=found[4])["has_more"] is False


def test_created_filters_include_their_bounds(alone: Client) -> None:
    old = alone.post("/v1/customers")["created"]
    alone.advance(100)
    new = alone.post("/v1/customers")["created"]
    assert len(alone.get("/v1/customers", created={"gte": new})["data"]) == 1
    assert len(alone.get("/v1/customers", created={"gt": new})["data"]) == 0
    assert len(alone.get("/v1/customers", created={"lte": old})["data"]) == 1
    assert len(alone.get("/v1/customers", created={"gt": old, "lt": new})["data"]) == 0


@pytest.mark.parametrize("params", [{"limit": 0}, {"limit": 101}, {"starting_after": "cus_nope"}, {"nope": 1}])
def test_bad_paging_is_refused(shared: Client, params: dict[str, Any]) -> None:
    assert shared.send("GET", "/v1/customers", **params).status_code == 400


def test_expansion_goes_four_levels_deep(shared: Client) -> None:
    subscription = shared.subscribe(shared.customer(), shared.price())
    paths = ["items.data.price.product", "customer", "latest_invoice.payments", "latest_invoice.confirmation_secret"]
    shown = shared.subscription(subscription["id"], *paths)
    assert shown["items"]["data"][0]["price"]["product"]["object"] == "product"
    assert shown["customer"]["object"] == "customer"
    assert shown["latest_invoice"]["payments"]["data"][0]["object"] == "invoice_payment"
    assert shown["latest_invoice"]["confirmation_secret"]["client_secret"].startswith("pi_")
    paths = ["data.payment.payment_intent.latest_charge"]
    payments = shared.get("/v1/invoice_payments", invoice=shown["latest_invoice"]["id"], expand=paths)
    assert payments["data"][0]["payment"]["payment_intent"]["latest_charge"]["object"] == "charge"


@pytest.mark.parametrize(
    "path",
    [
        "email",
        "nope",
        "invoice_settings",
        "subscriptions.data.latest_invoice.payments.data",
        "data.subscriptions",
    ],
)
def test_what_cannot_be_expanded_is_refused(shared: Client, path: str) -> None:
    customer = shared.customer(None)
    response = shared.send("GET", f"/v1/customers/{customer['id']}", expand=[path])
    assert response.status_code == 400


def test_a_bad_expansion_does_nothing(shared: Client) -> None:
    before = shared.get("/v1/customers", limit=100)["data"]
    assert shared.send("POST", "/v1/customers", expand=["email"]).status_code == 400
    assert shared.get("/v1/customers", limit=100)["data"] == before


def test_metadata_is_merged_and_unset(shared: Client) -> None:
    customer = shared.post("/v1/customers", metadata={"a": "1", "b": "2"})
    path = f"/v1/customers/{customer['id']}"
    assert shared.post(path, metadata={"b": "", "c": "3"})["metadata"] == {"a": "1", "c": "3"}
    response = shared.http.post(path, data={"metadata": ""})
    assert response.json()["metadata"] == {}


def test_publishable_keys_may_only_do_what_browsers_do(shared: Client) -> None:
    with httpx.Client(base_url=shared.url, auth=("pk_test_x", "")) as browser:
        assert browser.get("/v1/customers").status_code == 401
        intent = shared.post("/v1/payment_intents", amount=1_000, currency="usd")
        path = f"/v1/payment_intents/{intent['id']}"
        assert browser.get(path).status_code == 400
        assert browser.get(path, params={"client_secret": "wrong"}).status_code == 400
        secret = intent["client_secret"]
        assert browser.get(path, params={"client_secret": secret}).json()["id"] == intent["id"]
        card = {
            "payment_method_data[type]": "card",
            "payment_method_data[card][number]": "4242424242424242",
            "payment_method_data[card][exp_month]": "1",
            "payment_method_data[card][exp_year]": "40",
            "payment_method_data[card][cvc]": "123",
        }
        paid = browser.post(f"{path}/confirm", data={"client_secret": secret} | card).json()
        assert paid["status"] == "succeeded"


def test_card_numbers_are_not_for_secret_keys(shared: Client) -> None:
    card = {"number": "4242424242424242", "exp_month": 1, "exp_year": 2040}
    response = shared.send("POST", "/v1/payment_methods", type="card", card=card)
    assert response.status_code == 402
    assert KEY not in response.text


def test_it_says_what_it_is(shared: Client) -> None:
    answer = shared.http.get("/sandbox").json()
    assert answer["product"] == "stripe-graphql sandbox"
    assert answer["account"] == shared.get("/v1/account")["id"]
    assert abs(answer["now"] - time.time()) < 5


def test_customers_are_listed_by_their_address_from_the_start_and_after_it_changes(shared: Client) -> None:
    customer = shared.post("/v1/customers", email="first@example.com")
    assert [one["id"] for one in shared.get("/v1/customers", email="first@example.com")["data"]] == [customer["id"]]
    shared.post(f"/v1/customers/{customer['id']}", email="second@example.com")
    assert shared.get("/v1/customers", email="first@example.com")["data"] == []
    assert [one["id"] for one in shared.get("/v1/customers", email="second@example.com")["data"]] == [customer["id"]]
