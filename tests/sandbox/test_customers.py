"""Customers: what is kept about them, their balance, tax ids, and how they are found."""

import pytest

from tests.sandbox.client import Client, Object, Refusal


def test_a_customer_keeps_all_that_is_told(shared: Client) -> None:
    told: Object = {
        "address": {
            "city": "Berlin",
            "country": "DE",
            "line1": "Weg 1",
            "line2": None,
            "postal_code": "1",
            "state": None,
        },
        "description": "A friend",
        "email": "ada@example.com",
        "name": "Ada",
        "phone": "+49 30 1",
        "preferred_locales": ["de"],
        "tax_exempt": "reverse",
        "metadata": {"a": "1"},
        "invoice_prefix": "ADA",
        "next_invoice_sequence": 7,
    }
    customer = shared.post("/v1/customers", **told)
    assert {name: customer[name] for name in told} == told
    shipping = {"name": "Ada", "address": {"city": "Bonn"}}
    path = f"/v1/customers/{customer['id']}"
    shown = shared.post(
        path, shipping=shipping, invoice_settings={"footer": "Bye", "custom_fields": [{"name": "a", "value": "b"}]}
    )
    assert (shown["shipping"]["name"], shown["shipping"]["address"]["city"]) == ("Ada", "Bonn")
    assert shown["invoice_settings"]["custom_fields"] == [{"name": "a", "value": "b"}]
    cleared = shared.http.post(path, data={"address": "", "shipping": "", "description": "", "tax_exempt": ""}).json()
    assert (cleared["address"], cleared["shipping"], cleared["description"]) == (None, None, None)
    assert cleared["tax_exempt"] == "none"


def test_invoices_are_numbered_by_the_customers_prefix_and_sequence(shared: Client) -> None:
    customer = shared.customer(invoice_prefix="GRACE", next_invoice_sequence=12)
    for number in ("GRACE-0012", "GRACE-0013"):
        shared.post("/v1/invoiceitems", customer=customer["id"], amount=100, currency="usd")
        draft = shared.post("/v1/invoices", customer=customer["id"], pending_invoice_items_behavior="include")
        assert shared.post(f"/v1/invoices/{draft['id']}/finalize")["number"] == number
    assert shared.get(f"/v1/customers/{customer['id']}")["next_invoice_sequence"] == 14


def test_customers_are_listed_by_their_exact_address(shared: Client) -> None:
    made = shared.post("/v1/customers", email="Exact@example.com")["id"]
    assert [one["id"] for one in shared.get("/v1/customers", email="Exact@example.com")["data"]] == [made]
    assert shared.get("/v1/customers", email="exact@example.com")["data"] == []
    shared.post(f"/v1/customers/{made}", email="changed@example.com")
    assert shared.get("/v1/customers", email="Exact@example.com")["data"] == []
    assert [one["id"] for one in shared.get("/v1/customers", email="changed@example.com")["data"]] == [made]


def test_a_balance_is_the_sum_of_its_ledger(shared: Client) -> None:
    customer = shared.post("/v1/customers", balance=300)["id"]
    ledger = f"/v1/customers/{customer}/balance_transactions"
    entry = shared.post(ledger, amount=-500, currency="usd", description="Credit", metadata={"a": "1"})
    assert (entry["ending_balance"], entry["type"]) == (-200, "adjustment")
    assert [one["amount"] for one in shared.get(ledger)["data"]] == [-500, 300]
    shown = shared.post(f"{ledger}/{entry['id']}", description="Changed")
    assert (shown["description"], shown["metadata"]) == ("Changed", {"a": "1"})
    assert shared.get(f"/v1/customers/{customer}")["balance"] == -200
    with pytest.raises(Refusal) as refusal:
        shared.post(ledger, amount=1, currency="eur")
    assert refusal.value.status == 400
    other = shared.post("/v1/customers")["id"]
    assert shared.send("GET", f"/v1/customers/{other}/balance_transactions/{entry['id']}").status_code == 404


def test_a_default_card_must_be_the_customers_own(shared: Client) -> None:
    one, other = shared.customer(), shared.customer()
    method = other["invoice_settings"]["default_payment_method"]
    refused = shared.send("POST", f"/v1/customers/{one['id']}", invoice_settings={"default_payment_method": method})
    error = refused.json()["error"]
    assert (refused.status_code, error["param"]) == (400, "invoice_settings[default_payment_method]")


def test_a_deleted_customer_is_a_stub_and_takes_no_changes(shared: Client) -> None:
    customer = shared.customer()
    subscription = shared.subscribe(customer, shared.price())
    path = f"/v1/customers/{customer['id']}"
    stub = {"id": customer["id"], "object": "customer", "deleted": True}
    assert shared.delete(path) == stub
    assert shared.get(path) == stub
    assert shared.subscription(subscription["id"])["status"] == "canceled"
    for method, below in (("POST", ""), ("DELETE", ""), ("GET", "/balance_transactions")):
        assert shared.send(method, path + below).status_code == 404
    assert shared.send("DELETE", f"{path}/discount").status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("name:'Search One'", 1),
        ("name~'Search'", 2),
        ("-name:'Search One' AND name~'Search'", 1),
        ("name:'Search One' OR name:'Search Two'", 2),
        ("metadata['k']:'v' AND created>1", 1),
        ("metadata['k']:null AND name~'Search'", 1),
        ("-metadata['k']:null AND name~'Search'", 1),
        ("phone:'12345'", 1),
    ],
)
def test_the_search_language_is_understood(shared: Client, query: str, found: int) -> None:
    if not shared.get("/v1/customers/search", query="name~'Search'")["data"]:
        shared.post("/v1/customers", name="Search One", metadata={"k": "v"}, phone="12345")
        shared.post("/v1/customers", name="Search Two")
    answer = shared.get("/v1/customers/search", query=query, expand=["total_count"])
    assert (answer["total_count"], len(answer["data"])) == (found, found)
    assert answer["url"] == "/v1/customers/search"


def test_searches_expand_and_count_only_when_asked(shared: Client) -> None:
    price = shared.price(lookup_key="searched")
    answer = shared.get("/v1/prices/search", query="lookup_key:'searched'", expand=["data.product"])
    assert answer["data"][0]["product"]["id"] == price["product"]
    assert "total_count" not in answer
    found = shared.get("/v1/products/search", query="name:'Plan' AND active:'true'")
    assert price["product"] in [one["id"] for one in found["data"]]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("asdf", "We were unable to parse your search query."),
        ("foo:'bar'", "Field `foo` is an unsupported search field for resource `customers`."),
        ("(name:'a')", "We were unable to parse your search query."),
        (" AND ".join(["name:'a'"] * 11), "A search query can have at most 10 clauses."),
    ],
)
def test_a_bad_query_is_refused_in_stripes_words(shared: Client, query: str, message: str) -> None:
    error = shared.send("GET", "/v1/customers/search", query=query).json()["error"]
    assert error["message"].startswith(message)
    assert error["param"] == "query"


def test_charges_and_intents_are_searched_by_card_and_amount(shared: Client) -> None:
    customer = shared.customer(None)["id"]
    shared.post(
        "/v1/payment_intents",
        amount=4_321,
        currency="usd",
        customer=customer,
        confirm=True,
        payment_method="pm_card_mastercard",
        return_url="http://localhost/",
    )
    query = f"customer:'{customer}' AND payment_method_details.card.last4:'4444' AND amount<5000"
    assert len(shared.get("/v1/charges/search", query=query)["data"]) == 1
    query = f"customer:'{customer}' AND status:'succeeded' AND -amount:1"
    assert len(shared.get("/v1/payment_intents/search", query=query)["data"]) == 1
