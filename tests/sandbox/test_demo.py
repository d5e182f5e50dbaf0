"""Demo data of any size: people who live, and copies of them."""

import random
import re
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.account.copies import OWNED
from sandbox.account.state import INDEXES, State
from sandbox.demo.crowd import MOST_WHO_LIVE
from sandbox.demo.planting import Demo, plant
from tests.sandbox.client import DAY, Client, Object
from tests.sandbox.conftest import fresh

CUSTOMERS = 400
ID = re.compile(r"^(?:cus|sub|si|in|il|ii|pi|ch|py|re|txn|pm|seti|di|inpay|cbtxn)_[A-Za-z0-9]{14,}$")


@pytest.fixture(scope="module")
def crowded() -> Iterator[Client]:
    with fresh(demo=Demo(customers=CUSTOMERS)) as client:
        yield client


def everything(client: Client, path: str, **params: Any) -> list[Object]:
    """All pages."""
    rows: list[Object] = []
    page = client.get(path, limit=100, **params)
    while True:
        rows += page["data"]
        if not page["has_more"]:
            return rows
        page = client.get(path, limit=100, starting_after=rows[-1]["id"], **params)


def ids_in(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for below in value.values():
            yield from ids_in(below)
    elif isinstance(value, list):
        for below in value:
            yield from ids_in(below)
    elif isinstance(value, str) and ID.match(value):
        yield value


def planted(seed: int) -> State:
    state = State(random.Random(1), "http://127.0.0.1")
    plant(state, Demo(seed, 160))
    return state


def test_there_are_as_many_customers_as_were_asked_for_each_with_a_name_of_its_own(crowded: Client) -> None:
    rows = everything(crowded, "/v1/customers")
    assert len(rows) == CUSTOMERS
    for name in ("id", "email", "invoice_prefix"):
        assert len({row[name] for row in rows}) == CUSTOMERS
    assert len({row["metadata"]["subscriber_id"] for row in rows}) == CUSTOMERS
    assert len({row["created"] for row in rows}) > CUSTOMERS * 0.9


def test_all_that_copies_refer_to_is_there_and_their_own(crowded: Client) -> None:
    paths = {
        "customer": "/v1/customers",
        "invoice": "/v1/invoices",
        "subscription": "/v1/subscriptions",
        "charge": "/v1/charges",
        "payment_intent": "/v1/payment_intents",
        "refund": "/v1/refunds",
        "balance_transaction": "/v1/balance_transactions",
        "invoice_payment": "/v1/invoice_payments",
        "invoiceitem": "/v1/invoiceitems",
        "payment_method": "/v1/payment_methods",
    }
    rows = {
        kind: everything(crowded, path, **({"status": "all"} if kind == "subscription" else {}))
        for kind, path in paths.items()
    }
    known = {id for of in rows.values() for row in of for id in ids_in(row)}
    there = {row["id"] for of in rows.values() for row in of}
    nested = ("il_", "si_", "di_", "cbtxn_")
    assert {id for id in known if not id.startswith(nested)} <= there
    owners: dict[str, str] = {}
    for of in rows.values():
        for row in of:
            customer = row["id"] if row["object"] == "customer" else row.get("customer")
            if customer:
                for id in ids_in(row):
                    assert owners.setdefault(id, customer) == customer


def test_invoices_of_copies_add_up_and_are_numbered_by_customer(crowded: Client) -> None:
    prefixes = {row["id"]: row["invoice_prefix"] for row in everything(crowded, "/v1/customers")}
    numbers = set()
    for invoice in everything(crowded, "/v1/invoices"):
        off = sum(one["amount"] for one in invoice["total_discount_amounts"])
        assert sum(line["amount"] for line in invoice["lines"]["data"]) == invoice["subtotal"]
        assert invoice["total"] == invoice["subtotal"] - off
        if invoice["number"]:
            assert invoice["number"].startswith(prefixes[invoice["customer"]] + "-")
            assert invoice["number"] not in numbers
            numbers.add(invoice["number"])


def test_a_copy_can_be_changed_and_nobody_else_changes_with_it(crowded: Client) -> None:
    (first, second) = crowded.get("/v1/subscriptions", status="active", limit=2)["data"]
    before = crowded.get(f"/v1/subscriptions/{second['id']}")
    crowded.delete(f"/v1/subscriptions/{first['id']}")
    assert crowded.get(f"/v1/subscriptions/{first['id']}")["status"] == "canceled"
    assert first["id"] not in [
        row["id"] for row in crowded.get("/v1/subscriptions", customer=first["customer"])["data"]
    ]
    assert crowded.get(f"/v1/subscriptions/{second['id']}") == before


def test_copies_live_on_when_the_clock_is_turned() -> None:
    with fresh(demo=Demo(customers=CUSTOMERS)) as client:
        subscriptions = client.get("/v1/subscriptions", status="active", limit=30)["data"]
        before = {
            row["id"]: row["latest_invoice"]
            for row in subscriptions
            if not row["cancel_at_period_end"] and row["items"]["data"][0]["plan"]["interval"] == "month"
        }
        client.advance(32 * DAY)
        after = {id: client.subscription(id) for id in before}
        going = [row for row in after.values() if row["status"] == "active"]
        assert len(going) > len(before) / 2
        assert all(row["latest_invoice"] != before[row["id"]] for row in going)


def test_the_same_seed_gives_the_same_customers_and_another_one_others() -> None:
    first, again, other = planted(1), planted(1), planted(2)
    ids = [[key[2] for key in state.table("subscription").keys("")] for state in (first, again, other)]
    assert ids[0] == ids[1]
    assert set(ids[0]).isdisjoint(ids[2][5:])


def test_there_are_more_than_lived() -> None:
    assert CUSTOMERS > MOST_WHO_LIVE + 100


def test_whatever_hangs_on_a_customer_is_copied() -> None:
    owners = {"customer", "subscription", "invoice"}
    copied = {kind for kind, _, _ in OWNED}
    by_customer = {kind for kind, indexes in INDEXES.items() if owners & indexes.keys()}
    not_in_the_demo = {"tax_id", "customer_balance_transaction", "checkout.session"}
    assert by_customer - not_in_the_demo <= copied
