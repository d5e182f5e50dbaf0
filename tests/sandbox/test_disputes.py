"""Disputes: opened by test cards, decided by test evidence, or by time."""

import pytest

from tests.sandbox.client import DAY, Client, Object, Refusal

NEVER = {"enabled": True, "allow_redirects": "never"}


def pay(client: Client, token: str = "pm_card_createDispute", amount: int = 2_500, **params: object) -> Object:
    return client.post(
        "/v1/payment_intents",
        amount=amount,
        currency="usd",
        payment_method=token,
        confirm=True,
        automatic_payment_methods=NEVER,
        **params,
    )


def dispute_of(client: Client, intent: Object) -> Object:
    (dispute,) = client.get("/v1/disputes", payment_intent=intent["id"])["data"]
    shown: Object = dispute
    return shown


def disputed(client: Client, token: str = "pm_card_createDispute") -> Object:
    return dispute_of(client, pay(client, token))


def answer(client: Client, dispute: Object, text: str, **params: object) -> Object:
    return client.post(f"/v1/disputes/{dispute['id']}", evidence={"uncategorized_text": text}, **params)


def fresh(client: Client, dispute: Object) -> Object:
    return client.get(f"/v1/disputes/{dispute['id']}")


def events_about(client: Client, dispute: Object) -> list[Object]:
    """Oldest first."""
    events = client.get("/v1/events", limit=100, types=["charge.dispute.*"])["data"]
    return [event for event in reversed(events) if event["data"]["object"]["id"] == dispute["id"]]


@pytest.mark.parametrize(
    ("token", "reason", "network_code"),
    [
        ("pm_card_createDispute", "fraudulent", "10.4"),
        ("pm_card_createDisputeProductNotReceived", "product_not_received", "13.1"),
    ],
)
def test_a_chargeback_takes_the_money_and_a_fee(shared: Client, token: str, reason: str, network_code: str) -> None:
    intent = pay(shared, token)
    dispute = dispute_of(shared, intent)
    assert dispute["id"].startswith("du_")
    assert (dispute["status"], dispute["reason"], dispute["amount"]) == ("needs_response", reason, 2_500)
    assert (dispute["charge"], dispute["payment_intent"]) == (intent["latest_charge"], intent["id"])
    assert dispute["is_charge_refundable"] is False
    card = {"brand": "visa", "case_type": "chargeback", "network": "visa", "network_reason_code": network_code}
    assert dispute["payment_method_details"] == {"card": card, "type": "card"}
    (entry,) = dispute["balance_transactions"]
    assert (entry["amount"], entry["fee"], entry["net"]) == (-2_500, 1_500, -4_000)
    assert (entry["type"], entry["reporting_category"], entry["source"]) == ("adjustment", "dispute", dispute["id"])
    assert entry["description"] == f"Chargeback withdrawal for {dispute['charge']}"
    assert [part["description"] for part in entry["fee_details"]] == ["Dispute fee"]


def test_a_fresh_dispute_has_no_evidence_and_some_days(shared: Client) -> None:
    dispute = disputed(shared)
    details = dispute["evidence_details"]
    assert (details["has_evidence"], details["past_due"], details["submission_count"]) == (False, False, 0)
    assert (details["due_by"] + 1) % DAY == 0
    assert 7 * DAY < details["due_by"] - dispute["created"] < 22 * DAY
    assert dispute["evidence"]["enhanced_evidence"] == {}
    assert [value for name, value in dispute["evidence"].items() if name != "enhanced_evidence"] == [None] * 27


def test_the_charge_says_that_it_is_disputed(shared: Client) -> None:
    plain = pay(shared, "pm_card_visa")
    charge = shared.get(f"/v1/charges/{plain['latest_charge']}")
    assert (charge["disputed"], charge["dispute"]) == (False, None)
    intent = pay(shared)
    charge = shared.get(f"/v1/charges/{intent['latest_charge']}", expand=["dispute.payment_intent"])
    assert charge["disputed"] is True
    assert charge["dispute"]["payment_intent"]["id"] == intent["id"]
    assert charge["dispute"]["charge"] == charge["id"]


def test_an_inquiry_takes_nothing(shared: Client) -> None:
    dispute = disputed(shared, "pm_card_createDisputeInquiry")
    assert (dispute["status"], dispute["is_charge_refundable"]) == ("warning_needs_response", True)
    assert dispute["balance_transactions"] == []
    assert dispute["payment_method_details"]["card"]["case_type"] == "inquiry"
    assert [event["type"] for event in events_about(shared, dispute)] == ["charge.dispute.created"]


def test_a_payment_tells_of_its_dispute_before_it_has_succeeded(alone: Client) -> None:
    pay(alone, capture_method="automatic")
    types = alone.event_types()
    assert types[types.index("charge.succeeded") :] == [
        "charge.succeeded",
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.updated",
        "payment_intent.succeeded",
    ]
    (updated,) = alone.get("/v1/events", type="charge.updated")["data"]
    assert updated["data"]["previous_attributes"] == {"dispute": None, "disputed": False}


def test_a_hold_is_disputed_when_it_is_captured(shared: Client) -> None:
    intent = pay(shared, amount=5_000, capture_method="manual")
    assert shared.get("/v1/disputes", charge=intent["latest_charge"])["data"] == []
    shared.post(f"/v1/payment_intents/{intent['id']}/capture", amount_to_capture=3_000)
    dispute = dispute_of(shared, intent)
    assert (dispute["amount"], dispute["balance_transactions"][0]["amount"]) == (3_000, -3_000)


def test_winning_evidence_brings_the_money_back_but_not_the_fee(shared: Client) -> None:
    intent = pay(shared)
    dispute = dispute_of(shared, intent)
    submitted = answer(shared, dispute, "winning_evidence")
    assert (submitted["status"], submitted["evidence"]["uncategorized_text"]) == ("under_review", "winning_evidence")
    won = fresh(shared, dispute)
    assert (won["status"], won["is_charge_refundable"]) == ("won", True)
    assert [(entry["amount"], entry["fee"]) for entry in won["balance_transactions"]] == [(-2_500, 1_500), (2_500, 0)]
    assert won["balance_transactions"][1]["reporting_category"] == "dispute_reversal"
    assert [event["type"] for event in events_about(shared, dispute)] == [
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.updated",
        "charge.dispute.funds_reinstated",
        "charge.dispute.closed",
    ]
    assert shared.get(f"/v1/charges/{intent['latest_charge']}")["disputed"] is True
    assert shared.post("/v1/refunds", payment_intent=intent["id"])["status"] == "succeeded"


def test_losing_evidence_ends_it_as_lost(shared: Client) -> None:
    dispute = disputed(shared)
    assert answer(shared, dispute, "losing_evidence")["status"] == "under_review"
    lost = fresh(shared, dispute)
    assert (lost["status"], len(lost["balance_transactions"]), lost["is_charge_refundable"]) == ("lost", 1, False)
    closed = events_about(shared, dispute)[-1]
    assert (closed["type"], closed["data"]["object"]["status"]) == ("charge.dispute.closed", "lost")


def test_other_evidence_stays_under_review(alone: Client) -> None:
    dispute = disputed(alone)
    answer(alone, dispute, "The parcel was signed for.")
    alone.advance(60 * DAY)
    assert fresh(alone, dispute)["status"] == "under_review"


def test_an_update_tells_what_was_before(shared: Client) -> None:
    dispute = disputed(shared)
    shared.post(f"/v1/disputes/{dispute['id']}", metadata={"case": "7"})
    answer(shared, dispute, "Proof.")
    first, second = events_about(shared, dispute)[-2:]
    assert first["data"]["previous_attributes"] == {"metadata": {}}
    before = second["data"]["previous_attributes"]
    assert sorted(before) == ["evidence", "evidence_details", "status"]
    assert before["status"] == "needs_response"
    assert before["evidence"]["uncategorized_text"] is None
    assert (before["evidence_details"]["has_evidence"], before["evidence_details"]["submission_count"]) == (False, 0)


def test_evidence_can_be_staged_and_submitted_later(shared: Client) -> None:
    dispute = disputed(shared)
    path = f"/v1/disputes/{dispute['id']}"
    staged = shared.post(path, evidence={"customer_name": "Ada", "product_description": "A plan"}, submit=False)
    assert (staged["status"], staged["evidence_details"]["has_evidence"]) == ("needs_response", True)
    assert staged["evidence_details"]["submission_count"] == 0
    assert shared.post(path, evidence={"product_description": ""}, submit=False)["evidence"]["customer_name"] == "Ada"
    submitted = shared.post(path, submit=True)
    assert (submitted["status"], submitted["evidence_details"]["submission_count"]) == ("under_review", 1)
    assert submitted["evidence"]["product_description"] is None


def test_metadata_alone_submits_nothing(shared: Client) -> None:
    dispute = disputed(shared)
    shown = shared.post(f"/v1/disputes/{dispute['id']}", metadata={"a": "b"})
    assert (shown["metadata"], shown["status"]) == ({"a": "b"}, "needs_response")
    assert shown["evidence_details"]["submission_count"] == 0


def test_an_inquiry_can_become_a_chargeback(shared: Client) -> None:
    dispute = disputed(shared, "pm_card_createDisputeInquiry")
    assert answer(shared, dispute, "escalate_inquiry_evidence")["status"] == "warning_under_review"
    escalated = fresh(shared, dispute)
    assert (escalated["status"], escalated["is_charge_refundable"]) == ("needs_response", False)
    card = escalated["payment_method_details"]["card"]
    assert (card["case_type"], card["network_reason_code"]) == ("chargeback", "10.4")
    assert [entry["amount"] for entry in escalated["balance_transactions"]] == [-2_500]
    types = [event["type"] for event in events_about(shared, dispute)]
    assert types[-2:] == ["charge.dispute.updated", "charge.dispute.funds_withdrawn"]
    answer(shared, dispute, "winning_evidence")
    assert fresh(shared, dispute)["status"] == "won"


@pytest.mark.parametrize("text", ["winning_evidence", "losing_evidence"])
def test_an_answered_inquiry_is_closed_without_money(shared: Client, text: str) -> None:
    dispute = disputed(shared, "pm_card_createDisputeInquiry")
    answer(shared, dispute, text)
    closed = fresh(shared, dispute)
    assert (closed["status"], closed["balance_transactions"]) == ("warning_closed", [])


def test_an_inquiry_that_nobody_escalates_ends_after_120_days(alone: Client) -> None:
    dispute = disputed(alone, "pm_card_createDisputeInquiry")
    alone.advance(119 * DAY)
    assert fresh(alone, dispute)["status"] == "warning_needs_response"
    late = answer(alone, dispute, "Late.")
    assert late["evidence_details"]["past_due"] is True
    alone.advance(DAY)
    assert fresh(alone, dispute)["status"] == "warning_closed"


def test_a_chargeback_that_nobody_answers_is_lost_when_it_is_due(alone: Client) -> None:
    dispute = disputed(alone)
    due = dispute["evidence_details"]["due_by"]
    alone.control("clock", to=due)
    assert fresh(alone, dispute)["status"] == "needs_response"
    alone.advance(1)
    assert fresh(alone, dispute)["status"] == "lost"
    (closed,) = alone.get("/v1/events", type="charge.dispute.closed")["data"]
    assert (closed["created"], closed["request"]["id"]) == (due + 1, None)


def test_a_dispute_on_a_test_clock_is_lost_by_it(alone: Client) -> None:
    clock = alone.post("/v1/test_helpers/test_clocks", frozen_time=1_800_000_000)
    customer = alone.customer("pm_card_createDispute", test_clock=clock["id"])
    method = customer["invoice_settings"]["default_payment_method"]
    dispute = dispute_of(alone, pay(alone, method, customer=customer["id"]))
    assert dispute["created"] == 1_800_000_000
    later = dispute["evidence_details"]["due_by"] + 1
    alone.post(f"/v1/test_helpers/test_clocks/{clock['id']}/advance", frozen_time=later)
    assert fresh(alone, dispute)["status"] == "lost"


def test_closing_accepts_it_as_lost_once_and_for_all(shared: Client) -> None:
    dispute = disputed(shared)
    path = f"/v1/disputes/{dispute['id']}"
    assert shared.post(f"{path}/close")["status"] == "lost"
    for call in (f"{path}/close", path):
        with pytest.raises(Refusal) as refusal:
            shared.post(call)
        assert (refusal.value.status, refusal.value.error["message"]) == (400, "This dispute is already closed")
    assert [event["type"] for event in events_about(shared, dispute)][-1] == "charge.dispute.closed"


def test_a_disputed_charge_is_not_refunded_but_one_with_an_inquiry_is(shared: Client) -> None:
    intent = pay(shared)
    with pytest.raises(Refusal) as refusal:
        shared.post("/v1/refunds", payment_intent=intent["id"])
    assert (refusal.value.status, refusal.value.error["code"]) == (400, "charge_disputed")
    assert refusal.value.error["message"].endswith("has been charged back; cannot issue a refund.")
    asked = pay(shared, "pm_card_createDisputeInquiry")
    shared.post("/v1/refunds", payment_intent=asked["id"])
    dispute = dispute_of(shared, asked)
    assert dispute["is_charge_refundable"] is False
    answer(shared, dispute, "escalate_inquiry_evidence")
    assert fresh(shared, dispute)["balance_transactions"] == []


def test_disputes_are_listed_by_charge_intent_and_time(alone: Client) -> None:
    first = pay(alone)
    alone.advance(DAY)
    second = pay(alone, "pm_card_createDisputeProductNotReceived")
    listed = alone.get("/v1/disputes")["data"]
    assert [row["payment_intent"] for row in listed] == [second["id"], first["id"]]
    by_charge = alone.get("/v1/disputes", charge=first["latest_charge"], expand=["data.charge"])["data"]
    assert [row["charge"]["id"] for row in by_charge] == [first["latest_charge"]]
    recent = alone.get("/v1/disputes", created={"gt": listed[1]["created"]})["data"]
    assert [row["id"] for row in recent] == [listed[0]["id"]]
    assert alone.get("/v1/disputes", charge=first["latest_charge"], payment_intent=second["id"])["data"] == []
    with pytest.raises(Refusal) as refusal:
        alone.get("/v1/disputes/du_none")
    assert (refusal.value.status, refusal.value.error["param"]) == (404, "dispute")


def test_evidence_is_checked(shared: Client) -> None:
    path = f"/v1/disputes/{disputed(shared)['id']}"
    assert shared.send("POST", path, evidence={"receipt": "file_1"}).status_code == 501
    assert shared.send("POST", path, evidence={"nonsense": "x"}).status_code == 400
    assert shared.send("POST", path, evidence={"uncategorized_text": "x" * 20_001}).status_code == 400
    names = [
        "access_activity_log", "cancellation_rebuttal", "product_description", "refund_policy_disclosure",
        "refund_refusal_explanation", "uncategorized_text", "duplicate_charge_explanation", "shipping_address",
    ]  # fmt: skip
    together = shared.send("POST", path, evidence=dict.fromkeys(names, "x" * 19_000))
    assert (together.status_code, together.json()["error"]["param"]) == (400, "evidence")
    assert shared.get(path)["evidence_details"]["has_evidence"] is False


def test_a_disputed_payment_of_an_invoice_leaves_it_paid(shared: Client) -> None:
    customer = shared.customer("pm_card_createDispute")
    invoice = shared.subscribe(customer, shared.price())["latest_invoice"]
    dispute = dispute_of(shared, shared.intent_of(invoice))
    assert (dispute["amount"], shared.get(f"/v1/invoices/{invoice['id']}")["status"]) == (2_500, "paid")


@pytest.mark.parametrize("token", ["pm_card_createMultipleDisputes", "pm_card_createIssuerFraudRecord"])
def test_cards_for_what_is_not_built_are_501(shared: Client, token: str) -> None:
    with pytest.raises(Refusal) as refusal:
        pay(shared, token)
    assert refusal.value.status == 501
