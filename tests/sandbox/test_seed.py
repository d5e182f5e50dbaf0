"""The demo data."""

import time

from sandbox.app import build
from sandbox.demo.planting import Demo
from tests.sandbox.client import Client
from tests.sandbox.conftest import fresh


def people(client: Client) -> dict[str, str]:
    rows = client.get("/v1/customers", limit=100)["data"]
    return {row["metadata"]["subscriber_id"]: row["id"] for row in rows}


def test_everybody_has_the_past_that_they_should_have(seeded: Client) -> None:
    found = people(seeded)
    statuses = {
        name: seeded.get("/v1/subscriptions", customer=id, status="all")["data"][0]["status"]
        for name, id in found.items()
    }
    assert statuses == {
        "ada": "active",
        "grace": "active",
        "linus": "past_due",
        "dennis": "canceled",
        "margaret": "trialing",
    }
    assert len(seeded.get("/v1/invoices", customer=found["ada"], limit=100)["data"]) >= 6
    assert len(seeded.get("/v1/refunds")["data"]) == 1
    assert seeded.get(f"/v1/customers/{found['linus']}")["delinquent"] is True


def test_the_catalogue_can_be_read(seeded: Client) -> None:
    keys = {price["lookup_key"] for price in seeded.get("/v1/prices", active=True, limit=100)["data"]}
    assert keys == {
        "starter_monthly",
        "starter_yearly",
        "pro_monthly",
        "pro_yearly",
        "pro_monthly_jpy",
        "team_monthly",
        "onboarding",
    }
    assert seeded.get("/v1/prices/price_team_monthly", expand=["tiers"])["tiers"][1]["unit_amount"] == 900
    assert seeded.get("/v1/promotion_codes", code="WELCOME5")["data"][0]["active"] is True


def test_it_happened_before_now_and_was_told(seeded: Client) -> None:
    newest = seeded.get("/v1/events", limit=1)["data"][0]
    assert newest["created"] <= time.time() + 1
    invoices = seeded.get("/v1/invoices", limit=100)["data"]
    assert min(invoice["created"] for invoice in invoices) < time.time() - 150 * 86_400
    assert max(invoice["created"] for invoice in invoices) <= time.time() + 1


def test_it_is_the_same_each_time(seeded: Client) -> None:
    with fresh(demo=Demo()) as other:
        assert people(other) == people(seeded)
        ids = [[row["id"] for row in one.get("/v1/invoices", limit=100)["data"]] for one in (other, seeded)]
        assert ids[0] == ids[1]


def test_it_takes_no_time() -> None:
    start = time.process_time()
    build(demo=Demo())
    assert time.process_time() - start < 0.5


def test_who_only_hears_events_knows_everybody_and_all_their_invoices(seeded: Client) -> None:
    told: set[str] = set()
    page = seeded.get("/v1/events", limit=100)
    while True:
        told |= {event["data"]["object"].get("id", "") for event in page["data"]}
        if not page["has_more"]:
            break
        page = seeded.get("/v1/events", limit=100, starting_after=page["data"][-1]["id"])
    for path in ("/v1/customers", "/v1/invoices", "/v1/charges"):
        assert {row["id"] for row in seeded.get(path, limit=100)["data"]} <= told
