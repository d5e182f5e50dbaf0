"""Tax ids of the account and of customers, by either road."""

import pytest

from tests.sandbox.client import Client, Refusal


def test_the_accounts_own(alone: Client) -> None:
    made = alone.post("/v1/tax_ids", type="us_ein", value="12-3456789")
    assert (made["owner"]["type"], made["customer"], made["country"]) == ("self", None, "US")
    assert [one["id"] for one in alone.get("/v1/tax_ids")["data"]] == [made["id"]]
    customer = alone.customer()
    draft = alone.post("/v1/invoices", customer=customer["id"], account_tax_ids=[made["id"]])
    assert draft["account_tax_ids"] == [made["id"]]
    assert alone.delete(f"/v1/tax_ids/{made['id']}") == {"id": made["id"], "object": "tax_id", "deleted": True}
    assert alone.get("/v1/tax_ids")["data"] == []
    assert not [type for type in alone.event_types() if "tax_id" in type]


def test_a_customers(shared: Client) -> None:
    customer = shared.customer()
    owner = {"type": "customer", "customer": customer["id"]}
    made = shared.post("/v1/tax_ids", type="eu_vat", value="DE123456789", owner=owner)
    assert (made["customer"], made["country"]) == (customer["id"], "DE")
    assert shared.get(f"/v1/tax_ids/{made['id']}") == shared.get(f"/v1/customers/{customer['id']}/tax_ids/{made['id']}")
    assert [one["id"] for one in shared.get("/v1/tax_ids", owner=owner)["data"]] == [made["id"]]
    assert shared.get("/v1/events", type="customer.tax_id.created")["data"][0]["data"]["object"]["id"] == made["id"]
    with pytest.raises(Refusal) as refusal:
        shared.post("/v1/invoices", customer=customer["id"], account_tax_ids=[made["id"]])
    assert refusal.value.error["param"] == "account_tax_ids[0]"
    shared.delete(f"/v1/tax_ids/{made['id']}")
    assert shared.get(f"/v1/customers/{customer['id']}/tax_ids")["data"] == []


def test_owners_must_be_whole(shared: Client) -> None:
    with pytest.raises(Refusal) as refusal:
        shared.post("/v1/tax_ids", type="eu_vat", value="DE123456789", owner={"type": "customer"})
    assert refusal.value.error["param"] == "owner[customer]"
    with pytest.raises(Refusal) as refusal:
        shared.post("/v1/tax_ids", type="eu_vat", value="DE123456789", owner={"type": "account", "account": "acct_1"})
    assert refusal.value.status == 501


def test_values_that_cannot_be_are_refused(shared: Client) -> None:
    with pytest.raises(Refusal) as refusal:
        shared.post("/v1/tax_ids", type="eu_vat", value="123")
    assert (refusal.value.error["code"], refusal.value.error["message"]) == (
        "tax_id_invalid",
        "Invalid value for eu_vat.",
    )
    with pytest.raises(Refusal) as refusal:
        shared.post("/v1/tax_ids", type="moon_vat", value="123")
    assert refusal.value.error["param"] == "type"
