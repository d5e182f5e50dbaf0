"""Charges: what can be changed and how they are found."""

from tests.sandbox.client import DAY, Client
from tests.sandbox.test_payment_intents import create, refusal_of


def test_a_charge_shows_where_it_goes_and_what_the_statement_says(shared: Client) -> None:
    to = {"name": "Ada", "address": {"line1": "1 Main St", "country": "US"}, "tracking_number": "T1"}
    intent = create(shared, shipping=to, statement_descriptor_suffix="MUG", expand=["latest_charge"])
    charge = intent["latest_charge"]
    assert charge["shipping"] == {
        "address": {
            "city": None,
            "country": "US",
            "line1": "1 Main St",
            "line2": None,
            "postal_code": None,
            "state": None,
        },
        "carrier": None,
        "name": "Ada",
        "phone": None,
        "tracking_number": "T1",
    }
    assert charge["calculated_statement_descriptor"] == "SANDBOX* MUG"
    error = refusal_of(shared, "/v1/payment_intents", amount=1_000, currency="usd", shipping={"name": "Ada"})
    assert error["param"] == "shipping[address]"


def test_a_charge_takes_notes_and_a_customer_once(alone: Client) -> None:
    charge = create(alone)["latest_charge"]
    customer = alone.customer(None)
    path = f"/v1/charges/{charge}"
    changed = alone.post(
        path, customer=customer["id"], description="Later", metadata={"a": "b"}, fraud_details={"user_report": "safe"}
    )
    assert (changed["customer"], changed["description"]) == (customer["id"], "Later")
    assert changed["fraud_details"] == {"user_report": "safe"}
    event = alone.get("/v1/events", type="charge.updated")["data"][0]
    assert event["data"]["previous_attributes"] == {
        "customer": None,
        "description": None,
        "fraud_details": {},
        "metadata": {},
    }
    assert refusal_of(alone, path, customer=alone.customer(None)["id"])["param"] == "customer"
    assert refusal_of(alone, path, amount=5)["code"] == "parameter_unknown"


def test_charges_are_found_by_customer_intent_and_time(alone: Client) -> None:
    customer = alone.customer()
    card = customer["invoice_settings"]["default_payment_method"]
    own = create(alone, card, customer=customer["id"], transfer_group="G")
    alone.advance(DAY)
    other = create(alone)
    assert [row["id"] for row in alone.get("/v1/charges")["data"]] == [other["latest_charge"], own["latest_charge"]]
    for params in ({"customer": customer["id"]}, {"payment_intent": own["id"]}, {"transfer_group": "G"}):
        assert [row["id"] for row in alone.get("/v1/charges", **params)["data"]] == [own["latest_charge"]]
    assert [row["id"] for row in alone.get("/v1/charges", created={"gt": own["created"] + 5})["data"]] == [
        other["latest_charge"]
    ]
    missing = alone.send("GET", "/v1/charges/ch_none").json()["error"]
    assert (missing["code"], missing["param"], missing["message"]) == (
        "resource_missing", "id", "No such charge: 'ch_none'",
    )  # fmt: skip


def test_a_hold_that_is_canceled_is_given_back(alone: Client) -> None:
    held = create(alone, capture_method="manual")
    alone.post(f"/v1/payment_intents/{held['id']}/cancel")
    charge = alone.get(f"/v1/charges/{held['latest_charge']}")
    assert (charge["captured"], charge["refunded"], charge["amount_refunded"]) == (False, True, 1_000)
    assert alone.get("/v1/balance_transactions")["data"] == []
    assert alone.event_types()[-2:] == ["charge.refunded", "payment_intent.canceled"]
