"""Refunds: how much, of what, when they arrive; and the lines they leave in the balance."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sandbox.client import DAY, Client, Object
from tests.sandbox.test_payment_intents import create, refusal_of

SETTLED = 2


def fresh(client: Client, refund: Object, *expand: str) -> Object:
    return client.get(f"/v1/refunds/{refund['id']}", expand=list(expand))


def test_a_refund_names_what_it_is_of_and_tells_the_charge(alone: Client) -> None:
    customer = alone.customer()
    card = customer["invoice_settings"]["default_payment_method"]
    intent = create(alone, card, customer=customer["id"], description="A mug")
    refund = alone.post("/v1/refunds", payment_intent=intent["id"], amount=400, expand=["balance_transaction"])
    assert (refund["charge"], refund["payment_intent"]) == (intent["latest_charge"], intent["id"])
    assert (refund["customer"], refund["payment_method"]) == (customer["id"], card)
    entry = refund["balance_transaction"]
    assert (entry["amount"], entry["fee"], entry["net"], entry["type"]) == (-400, 0, -400, "refund")
    assert (entry["reporting_category"], entry["description"]) == ("refund", "REFUND FOR CHARGE (A mug)")
    assert alone.event_types()[-2:] == ["refund.created", "charge.refunded"]
    (told,) = alone.get("/v1/events", type="charge.refunded")["data"]
    assert told["data"]["previous_attributes"] == {"amount_refunded": 0}


@settings(max_examples=15, deadline=None)
@given(parts=st.lists(st.integers(1, 700), min_size=1, max_size=6))
def test_refunds_add_up_to_what_was_paid_and_not_more(shared: Client, parts: list[int]) -> None:
    charge = create(shared)["latest_charge"]
    given_back = 0
    for part in parts:
        if given_back == 1_000:
            assert refusal_of(shared, "/v1/refunds", charge=charge)["code"] == "charge_already_refunded"
        elif given_back + part > 1_000:
            error = refusal_of(shared, "/v1/refunds", charge=charge, amount=part)
            assert (error["param"], "code" in error) == ("amount", False)
            left = f"${(1_000 - given_back) / 100:.2f}"
            assert error["message"].endswith(f"is greater than unrefunded amount on charge ({left})")
        else:
            shared.post("/v1/refunds", charge=charge, amount=part)
            given_back += part
        shown = shared.get(f"/v1/charges/{charge}")
        assert (shown["amount_refunded"], shown["refunded"]) == (given_back, given_back == 1_000)


def test_what_cannot_be_refunded_says_why(shared: Client) -> None:
    assert refusal_of(shared, "/v1/refunds")["message"].startswith("One of the following params should be provided")
    unknown = refusal_of(shared, "/v1/refunds", charge="ch_none")
    assert (unknown["status"], unknown["code"], unknown["param"]) == (404, "resource_missing", "id")
    waiting = shared.post("/v1/payment_intents", amount=1_000, currency="usd")
    error = refusal_of(shared, "/v1/refunds", payment_intent=waiting["id"])
    assert error["message"] == f"This PaymentIntent ({waiting['id']}) does not have a successful charge to refund."
    held = create(shared, capture_method="manual")
    error = refusal_of(shared, "/v1/refunds", charge=held["latest_charge"])
    assert f"created by a PaymentIntent ({held['id']}). You must cancel the PaymentIntent" in error["message"]
    done, other = create(shared), create(shared)
    zero = refusal_of(shared, "/v1/refunds", charge=done["latest_charge"], amount=0)
    assert (zero["code"], zero["message"]) == (
        "parameter_invalid_integer", "This value must be greater than or equal to 1.",
    )  # fmt: skip
    reason = refusal_of(shared, "/v1/refunds", charge=done["latest_charge"], reason="expired_uncaptured_charge")
    assert reason["message"] == "Invalid reason: must be one of duplicate, fraudulent, or requested_by_customer"
    both = refusal_of(shared, "/v1/refunds", charge=done["latest_charge"], payment_intent=other["id"])
    assert both["param"] == "charge"


def test_only_what_was_captured_is_refunded(shared: Client) -> None:
    held = create(shared, capture_method="manual")
    shared.post(f"/v1/payment_intents/{held['id']}/capture", amount_to_capture=600)
    assert refusal_of(shared, "/v1/refunds", payment_intent=held["id"], amount=601)["param"] == "amount"
    assert shared.post("/v1/refunds", payment_intent=held["id"])["amount"] == 600


def test_a_refund_can_come_back(alone: Client) -> None:
    intent = create(alone, "pm_card_refundFail")
    refund = alone.post("/v1/refunds", payment_intent=intent["id"], amount=400)
    assert (refund["status"], "failure_reason" in refund) == ("succeeded", False)
    alone.advance(SETTLED)
    failed = fresh(alone, refund, "failure_balance_transaction")
    assert (failed["status"], failed["failure_reason"]) == ("failed", "expired_or_canceled_card")
    entry = failed["failure_balance_transaction"]
    assert (entry["amount"], entry["type"], entry["reporting_category"]) == (400, "refund_failure", "refund_failure")
    charge = alone.get(f"/v1/charges/{intent['latest_charge']}")
    assert (charge["amount_refunded"], charge["refunded"]) == (0, False)
    assert alone.event_types()[-3:] == ["refund.updated", "charge.refund.updated", "refund.failed"]
    (updated,) = alone.get("/v1/events", type="refund.updated")["data"]
    assert updated["data"]["previous_attributes"] == {
        "failure_balance_transaction": None,
        "failure_reason": None,
        "status": "succeeded",
    }
    assert alone.post("/v1/refunds", payment_intent=intent["id"])["amount"] == 1_000


def test_a_refund_can_take_its_time(alone: Client) -> None:
    intent = create(alone, "pm_card_pendingRefund")
    refund = alone.post("/v1/refunds", payment_intent=intent["id"])
    assert (refund["status"], refund["balance_transaction"]) == ("pending", None)
    alone.advance(SETTLED)
    done = fresh(alone, refund, "balance_transaction")
    assert (done["status"], done["balance_transaction"]["amount"]) == ("succeeded", -1_000)
    assert "pending_reason" not in done
    (updated,) = alone.get("/v1/events", type="refund.updated")["data"]
    assert updated["data"]["previous_attributes"]["status"] == "pending"


def test_refunds_take_metadata_and_are_not_canceled(shared: Client) -> None:
    refund = shared.post("/v1/refunds", payment_intent=create(shared)["id"], metadata={"a": "1"})
    path = f"/v1/refunds/{refund['id']}"
    assert shared.post(path, metadata={"b": "2"})["metadata"] == {"a": "1", "b": "2"}
    error = refusal_of(shared, f"{path}/cancel")
    assert (error["status"], error["message"]) == (400, "Canceling this refund is unsupported.")
    assert shared.send("POST", path, amount=5).status_code == 400


def test_refunds_are_found_by_charge_and_intent(shared: Client) -> None:
    one, two = create(shared), create(shared)
    first = shared.post("/v1/refunds", payment_intent=one["id"], amount=100)
    second = shared.post("/v1/refunds", charge=two["latest_charge"], amount=200)
    by_charge = shared.get("/v1/refunds", charge=one["latest_charge"])["data"]
    by_intent = shared.get("/v1/refunds", payment_intent=two["id"])["data"]
    assert ([row["id"] for row in by_charge], [row["id"] for row in by_intent]) == ([first["id"]], [second["id"]])
    assert shared.get("/v1/refunds", charge=one["latest_charge"], payment_intent=two["id"])["data"] == []
    path = f"/v1/charges/{one['latest_charge']}/refunds"
    assert shared.get(f"{path}/{first['id']}")["id"] == first["id"]
    assert shared.send("GET", f"{path}/{second['id']}").status_code == 404


def test_the_balance_is_what_the_transactions_come_to(alone: Client) -> None:
    zero = [{"amount": 0, "currency": "usd", "source_types": {"card": 0}}]
    empty = alone.get("/v1/balance")
    assert (empty["available"], empty["pending"], empty["livemode"]) == (zero, zero, False)
    create(alone, "pm_card_bypassPending", amount=10_000)
    paid = create(alone, amount=5_000)
    create(alone, amount=2_000, currency="eur")
    alone.post("/v1/refunds", payment_intent=paid["id"], amount=1_000)
    balance = alone.get("/v1/balance")
    amounts = {
        status: {entry["currency"]: entry["amount"] for entry in balance[status]} for status in ("available", "pending")
    }
    assert amounts == {
        "available": {"usd": 10_000 - 320, "eur": 0},
        "pending": {"usd": 5_000 - 175 - 1_000, "eur": 2_000 - 88},
    }
    alone.advance(3 * DAY)
    later = alone.get("/v1/balance")
    assert [entry["amount"] for entry in later["pending"]] == [0, 0]
    statuses = {row["status"] for row in alone.get("/v1/balance_transactions")["data"]}
    assert statuses == {"available"}


@pytest.mark.parametrize(("amount", "fee"), [(50, 31), (1_000, 59), (2_900, 114), (25_000, 755), (2_250, 95)])
def test_the_fee_is_a_share_and_a_fixed_part(shared: Client, amount: int, fee: int) -> None:
    charge = create(shared, amount=amount, capture_method="automatic")["latest_charge"]
    (entry,) = shared.get("/v1/balance_transactions", source=charge, type="charge", currency="usd")["data"]
    assert (entry["amount"], entry["fee"], entry["net"], entry["status"]) == (amount, fee, amount - fee, "pending")
    (part,) = entry["fee_details"]
    assert (part["amount"], part["type"], part["description"]) == (fee, "stripe_fee", "Stripe processing fees")
    assert shared.get(f"/v1/balance_transactions/{entry['id']}", expand=["source"])["source"]["object"] == "charge"


def test_charges_are_searched_by_their_cards(alone: Client) -> None:
    german = create(alone, "pm_card_de")["latest_charge"]
    create(alone, "pm_card_mastercard")
    disputed = create(alone, "pm_card_createDispute")["latest_charge"]
    for query, found in (
        ('payment_method_details.card.last4:"0016"', [german]),
        ('payment_method_details.card.brand:"visa" AND -disputed:"true"', [german]),
        ('disputed:"true"', [disputed]),
        ("payment_method_details.card.exp_year>2040", []),
    ):
        rows = alone.get("/v1/charges/search", query=query)["data"]
        assert [row["id"] for row in rows] == found
