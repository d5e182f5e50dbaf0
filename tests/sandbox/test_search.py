"""Stripe's search language."""

import pytest

from tests.sandbox.client import Client, Object


@pytest.fixture(scope="module")
def people(shared: Client) -> dict[str, Object]:
    return {
        name: shared.post(
            "/v1/customers", name=name, email=f"{name.lower()}@example.com", metadata={"id": name, "team": "blue"}
        )
        for name in ("Ada", "Grace", "O'Hara")
    }


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("email:'ada@example.com'", {"Ada"}),
        ('email:"ADA@example.com"', {"Ada"}),
        ("metadata['id']:'Grace'", {"Grace"}),
        ("metadata['id']:'O\\'Hara'", {"O'Hara"}),
        ("email~'example' AND -name:'Ada'", {"Grace", "O'Hara"}),
        ("name:'Ada' OR name:'Grace'", {"Ada", "Grace"}),
        ("metadata['team']:'blue'", {"Ada", "Grace", "O'Hara"}),
        ("metadata['none']:null", {"Ada", "Grace", "O'Hara"}),
        ("-metadata['team']:null name:'Ada'", {"Ada"}),
        ("created>0", {"Ada", "Grace", "O'Hara"}),
        ("created<1", set()),
        ("name:'Nobody'", set()),
    ],
)
def test_customers_are_found(shared: Client, people: dict[str, Object], query: str, names: set[str]) -> None:
    found = shared.get("/v1/customers/search", query=query)
    assert found["object"] == "search_result"
    assert {customer["name"] for customer in found["data"]} == names


@pytest.mark.parametrize(
    "query",
    [
        "",
        "name",
        "name:",
        "name:'x",
        "nope:'x'",
        "name:'a' AND name:'b' OR name:'c'",
        "name>'x'",
        "created~'1'",
        "name~'ab'",
    ],
)
def test_what_is_no_query_is_refused(shared: Client, query: str) -> None:
    assert shared.send("GET", "/v1/customers/search", query=query).status_code == 400


def test_pages_follow_each_other(shared: Client, people: dict[str, Object]) -> None:
    query = "metadata['team']:'blue'"
    first = shared.get("/v1/customers/search", query=query, limit=2)
    assert (len(first["data"]), first["has_more"]) == (2, True)
    second = shared.get("/v1/customers/search", query=query, limit=2, page=first["next_page"])
    assert (len(second["data"]), second["has_more"], second["next_page"]) == (1, False, None)
    assert shared.send("GET", "/v1/customers/search", query=query, page="nope").status_code == 400


def test_subscriptions_invoices_and_charges_are_found(shared: Client) -> None:
    customer = shared.customer()
    subscription = shared.subscribe(customer, shared.price(), metadata={"order": "7"})
    found = shared.get("/v1/subscriptions/search", query="metadata['order']:'7' AND status:'active'")["data"]
    assert [one["id"] for one in found] == [subscription["id"]]
    query = f"customer:'{customer['id']}' AND total>2000"
    assert len(shared.get("/v1/invoices/search", query=query)["data"]) == 1
    query = f"customer:'{customer['id']}' AND amount>=2500 AND status:'succeeded'"
    assert len(shared.get("/v1/charges/search", query=query)["data"]) == 1
