"""Credit notes before payment and after, by amount and by line, and what they do to invoices, charges and balances."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sandbox.client import Client, Object, Refusal


def opened(client: Client, *amounts: int, customer: Object | None = None, **params: Any) -> Object:
    """An open invoice that is sent."""
    who = (customer or client.customer())["id"]
    for amount in amounts:
        client.post("/v1/invoiceitems", customer=who, amount=amount, currency="usd", description="Thing")
    draft = client.post(
        "/v1/invoices",
        customer=who,
        pending_invoice_items_behavior="include",
        collection_method="send_invoice",
        days_until_due=30,
        **params,
    )
    return client.post(f"/v1/invoices/{draft['id']}/finalize")


def settled(client: Client, *amounts: int, **params: Any) -> Object:
    invoice = opened(client, *amounts, **params)
    return client.post(f"/v1/invoices/{invoice['id']}/pay")


def credit(client: Client, invoice: Object, **params: object) -> Object:
    return client.post("/v1/credit_notes", invoice=invoice["id"], **params)


def fresh(client: Client, invoice: Object) -> Object:
    return client.get(f"/v1/invoices/{invoice['id']}")


def line(invoice: Object, **params: object) -> list[dict[str, object]]:
    return [{"type": "invoice_line_item", "invoice_line_item": invoice["lines"]["data"][0]["id"]} | params]


def test_an_open_invoice_is_lowered(shared: Client) -> None:
    invoice = opened(shared, 1_000)
    note = credit(shared, invoice, amount=300, memo="Sorry", reason="order_change", metadata={"a": "b"})
    assert (note["object"], note["number"]) == ("credit_note", f"{invoice['number']}-CN-01")
    assert (note["type"], note["status"], note["voided_at"]) == ("pre_payment", "issued", None)
    assert (note["pre_payment_amount"], note["post_payment_amount"]) == (300, 0)
    assert note["amount"] == note["total"] == note["subtotal"] == note["total_excluding_tax"] == 300
    assert (note["refunds"], note["customer_balance_transaction"], note["out_of_band_amount"]) == ([], None, None)
    lowered = fresh(shared, invoice)
    assert (lowered["status"], lowered["amount_due"], lowered["amount_remaining"]) == ("open", 700, 700)
    assert (lowered["total"], lowered["pre_payment_credit_notes_amount"]) == (1_000, 300)
    assert shared.intent_of(lowered)["amount"] == 700
    assert credit(shared, invoice, amount=100)["number"].endswith("-CN-02")
    paid = shared.post(f"/v1/invoices/{invoice['id']}/pay")
    assert (paid["amount_paid"], paid["amount_remaining"]) == (600, 0)


def test_crediting_all_of_it_pays_it(alone: Client) -> None:
    invoice = opened(alone, 1_000)
    intent = alone.intent_of(invoice)
    credit(alone, invoice, amount=1_000)
    paid = fresh(alone, invoice)
    assert (paid["status"], paid["amount_due"], paid["amount_paid"]) == ("paid", 0, 0)
    assert alone.get(f"/v1/payment_intents/{intent['id']}")["status"] == "canceled"
    types = alone.event_types()
    after = types[types.index("credit_note.created") :]
    assert {"invoice.updated", "invoice.paid", "payment_intent.canceled"} <= set(after)


def test_a_paid_invoice_is_refunded(alone: Client) -> None:
    invoice = settled(alone, 1_000)
    note = credit(alone, invoice, amount=400, refund_amount=400, reason="duplicate")
    assert (note["type"], note["post_payment_amount"], note["pre_payment_amount"]) == ("post_payment", 400, 0)
    (link,) = note["refunds"]
    refund = alone.get(f"/v1/refunds/{link['refund']}")
    assert (link["amount_refunded"], link["type"], link["payment_record_refund"]) == (400, "refund", None)
    assert (refund["amount"], refund["reason"], refund["status"]) == (400, "duplicate", "succeeded")
    after = fresh(alone, invoice)
    assert (after["status"], after["amount_paid"], after["post_payment_credit_notes_amount"]) == ("paid", 1_000, 400)
    types = alone.event_types()
    assert types[-3:] == ["charge.refunded", "credit_note.created", "invoice.updated"]


def test_a_paid_invoice_is_credited_to_the_customer(shared: Client) -> None:
    customer = shared.customer()
    invoice = settled(shared, 1_000, customer=customer)
    note = credit(shared, invoice, amount=500, credit_amount=300, out_of_band_amount=200)
    assert (note["out_of_band_amount"], note["post_payment_amount"]) == (200, 500)
    assert shared.get(f"/v1/customers/{customer['id']}")["balance"] == -300
    path = f"/v1/customers/{customer['id']}/balance_transactions/{note['customer_balance_transaction']}"
    entry = shared.get(path, expand=["credit_note"])
    assert (entry["type"], entry["amount"], entry["ending_balance"]) == ("credit_note", -300, -300)
    assert (entry["credit_note"]["id"], entry["invoice"]) == (note["id"], invoice["id"])
    following = opened(shared, 1_000, customer=customer)
    assert (following["amount_due"], following["starting_balance"]) == (700, -300)


def test_refunds_that_were_made_before_can_be_linked(shared: Client) -> None:
    invoice = settled(shared, 1_000)
    refund = shared.post("/v1/refunds", payment_intent=shared.intent_of(invoice)["id"], amount=250)
    note = credit(shared, invoice, amount=250, refunds=[{"refund": refund["id"]}])
    assert [(one["refund"], one["amount_refunded"]) for one in note["refunds"]] == [(refund["id"], 250)]
    with pytest.raises(Refusal) as refusal:
        credit(shared, invoice, amount=250, refunds=[{"refund": refund["id"]}])
    assert refusal.value.error["param"] == "refunds[0][amount_refunded]"


def test_refunds_lower_what_can_be_credited(shared: Client) -> None:
    invoice = settled(shared, 1_000)
    shared.post("/v1/refunds", payment_intent=shared.intent_of(invoice)["id"], amount=600)
    with pytest.raises(Refusal):
        credit(shared, invoice, amount=500, out_of_band_amount=500)
    assert credit(shared, invoice, amount=400, out_of_band_amount=400)["amount"] == 400


def test_what_is_given_back_must_be_the_amount(shared: Client) -> None:
    invoice = settled(shared, 1_000)
    with pytest.raises(Refusal) as refusal:
        credit(shared, invoice, amount=200, credit_amount=100)
    assert refusal.value.status == 400
    assert refusal.value.error["message"] == (
        "The sum of credit amount, refund amount and out of band amount ($1.00) must equal the credit note amount"
        " ($2.00)."
    )
    with pytest.raises(Refusal):
        credit(shared, invoice, amount=200)
    assert fresh(shared, invoice)["post_payment_credit_notes_amount"] == 0


def test_no_more_than_the_invoice(shared: Client) -> None:
    invoice = opened(shared, 1_000)
    with pytest.raises(Refusal) as refusal:
        credit(shared, invoice, amount=1_001, credit_amount=1)
    assert refusal.value.error["param"] == "amount"
    for wrong in ({}, {"amount": 0}, {"amount": -5}):
        with pytest.raises(Refusal):
            credit(shared, invoice, **wrong)


def test_drafts_and_void_invoices_have_no_credit_notes(shared: Client) -> None:
    draft = shared.post("/v1/invoices", customer=shared.customer()["id"])
    with pytest.raises(Refusal) as refusal:
        credit(shared, draft, amount=100)
    assert refusal.value.error["message"] == "You cannot create a credit note for a draft invoice."
    invoice = opened(shared, 1_000)
    shared.post(f"/v1/invoices/{invoice['id']}/void")
    with pytest.raises(Refusal):
        credit(shared, invoice, amount=100)
    with pytest.raises(Refusal) as refusal:
        credit(shared, {"id": "in_none"}, amount=100)
    assert refusal.value.error["code"] == "resource_missing"


def test_by_quantity_with_tax_and_discount(shared: Client) -> None:
    customer, price = shared.customer(), shared.price(1_000, interval=None)
    vat = shared.post("/v1/tax_rates", display_name="VAT", inclusive=False, percentage=20)
    off = shared.post("/v1/coupons", percent_off=10, duration="once")
    item = {"customer": customer["id"], "pricing": {"price": price["id"]}, "quantity": 3}
    shared.post("/v1/invoiceitems", **item)
    invoice = opened(shared, customer=customer, default_tax_rates=[vat["id"]], discounts=[{"coupon": off["id"]}])
    assert invoice["total"] == 3_240
    note = credit(shared, invoice, lines=line(invoice, quantity=1))
    (shown,) = note["lines"]["data"]
    assert (shown["type"], shown["quantity"], shown["unit_amount"]) == ("invoice_line_item", 1, 1_000)
    assert (shown["amount"], shown["discount_amount"], shown["taxes"][0]["amount"]) == (1_000, 100, 180)
    assert shown["tax_rates"][0]["id"] == vat["id"]
    assert (note["subtotal"], note["discount_amount"], note["total_excluding_tax"]) == (1_000, 100, 900)
    assert (note["total"], note["total_taxes"][0]["taxable_amount"]) == (1_080, 900)
    assert note["pretax_credit_amounts"][0]["type"] == "discount"
    with pytest.raises(Refusal) as refusal:
        credit(shared, invoice, lines=line(invoice, quantity=3))
    assert refusal.value.error["param"] == "lines[0][quantity]"
    with pytest.raises(Refusal):
        credit(shared, invoice, lines=line(invoice, amount=100))
    assert credit(shared, invoice, lines=line(invoice, quantity=2))["total"] == 2_160
    assert fresh(shared, invoice)["status"] == "paid"


def test_by_amount_of_a_line(shared: Client) -> None:
    vat = shared.post("/v1/tax_rates", display_name="VAT", inclusive=False, percentage=19)
    invoice = opened(shared, 1_000, default_tax_rates=[vat["id"]])
    note = credit(shared, invoice, lines=line(invoice, amount=951))
    (shown,) = note["lines"]["data"]
    assert (note["total"], shown["amount"], shown["taxes"][0]["amount"]) == (951, 799, 152)
    assert (shown["taxes"][0]["taxable_amount"], note["subtotal"]) == (799, 799)


def test_custom_lines(shared: Client) -> None:
    vat = shared.post("/v1/tax_rates", display_name="VAT", inclusive=False, percentage=10)
    invoice = opened(shared, 1_000)
    custom = {"type": "custom_line_item", "description": "Service credit", "quantity": 2, "unit_amount_decimal": "50.5"}
    note = credit(shared, invoice, lines=[custom | {"tax_rates": [vat["id"]]}])
    (shown,) = note["lines"]["data"]
    assert (shown["amount"], shown["unit_amount"], shown["unit_amount_decimal"]) == (101, None, "50.5")
    assert (shown["description"], note["total"]) == ("Service credit", 111)
    assert "invoice_line_item" not in shown
    assert shared.get(f"/v1/credit_notes/{note['id']}/lines")["data"] == [shown]


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ({"type": "custom_line_item"}, "lines[0][unit_amount]"),
        ({"type": "custom_line_item", "unit_amount": 5, "amount": 5}, "lines[0][amount]"),
        ({"type": "custom_line_item", "unit_amount": 5, "unit_amount_decimal": 5}, "lines[0][unit_amount]"),
        ({"type": "invoice_line_item", "quantity": 1}, "lines[0][invoice_line_item]"),
        ({"type": "invoice_line_item", "invoice_line_item": "il_x", "quantity": 1}, "lines[0][invoice_line_item]"),
        ({"type": "invoice_line_item", "unit_amount": 5}, "lines[0][unit_amount]"),
        ({"type": "other"}, "lines[0][type]"),
    ],
)
def test_wrong_lines_are_refused(shared: Client, given: dict[str, object], param: str) -> None:
    invoice = opened(shared, 1_000)
    with pytest.raises(Refusal) as refusal:
        credit(shared, invoice, lines=[given])
    assert refusal.value.error["param"] == param


def test_a_line_needs_quantity_or_amount(shared: Client) -> None:
    invoice = opened(shared, 1_000)
    for both in ({}, {"quantity": 1, "amount": 5}):
        with pytest.raises(Refusal):
            credit(shared, invoice, lines=line(invoice, **both))


def test_previews_leave_nothing(alone: Client) -> None:
    invoice = settled(alone, 1_000)
    events = len(alone.event_types())
    asked = {"invoice": invoice["id"], "lines": line(invoice, quantity=1), "refund_amount": 1_000}
    shown = alone.get("/v1/credit_notes/preview", **asked)
    assert (shown["object"], shown["total"], shown["type"]) == ("credit_note", 1_000, "post_payment")
    assert shown["number"].endswith("-CN-01")
    lines = alone.get("/v1/credit_notes/preview/lines", **asked)
    assert [one["amount"] for one in lines["data"]] == [1_000]
    assert alone.get("/v1/credit_notes")["data"] == alone.get("/v1/refunds")["data"] == []
    assert fresh(alone, invoice) == invoice
    assert len(alone.event_types()) == events


def test_voiding_takes_it_back(shared: Client) -> None:
    invoice = opened(shared, 1_000)
    note = credit(shared, invoice, amount=300)
    voided = shared.post(f"/v1/credit_notes/{note['id']}/void")
    assert (voided["status"], voided["voided_at"] is not None) == ("void", True)
    after = fresh(shared, invoice)
    assert (after["amount_due"], after["amount_remaining"], after["pre_payment_credit_notes_amount"]) == (
        1_000,
        1_000,
        0,
    )
    assert shared.intent_of(after)["amount"] == 1_000
    assert shared.get("/v1/events", type="credit_note.voided")["data"][0]["data"]["object"]["id"] == note["id"]
    with pytest.raises(Refusal):
        shared.post(f"/v1/credit_notes/{note['id']}/void")
    given_back = credit(shared, settled(shared, 1_000), amount=300, credit_amount=300)
    with pytest.raises(Refusal):
        shared.post(f"/v1/credit_notes/{given_back['id']}/void")


def test_updated_listed_and_opened_as_a_file(shared: Client) -> None:
    invoice = opened(shared, 1_000)
    note = credit(shared, invoice, amount=300)
    changed = shared.post(f"/v1/credit_notes/{note['id']}", memo="For you", metadata={"a": "b"})
    assert (changed["memo"], changed["metadata"]) == ("For you", {"a": "b"})
    event = shared.get("/v1/events", type="credit_note.updated")["data"][0]
    assert event["data"]["previous_attributes"] == {"memo": None, "metadata": {}}
    for filters in ({"invoice": invoice["id"]}, {"customer": invoice["customer"]}):
        assert [one["id"] for one in shared.get("/v1/credit_notes", **filters)["data"]] == [note["id"]]
    expanded = shared.get(f"/v1/credit_notes/{note['id']}", expand=["invoice", "customer"])
    assert (expanded["invoice"]["id"], expanded["customer"]["id"]) == (invoice["id"], invoice["customer"])
    file = shared.http.get(note["pdf"])
    assert (file.status_code, file.content[:5]) == (200, b"%PDF-")
    assert shared.http.get(note["pdf"] + "x").status_code == 404


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    amounts=st.lists(st.integers(100, 9_999), min_size=1, max_size=3),
    percentage=st.integers(0, 40),
    inclusive=st.booleans(),
    off=st.integers(1, 90),
    parts=st.lists(st.integers(1, 9_999), min_size=1, max_size=4),
    paid=st.booleans(),
)
def test_notes_never_exceed(
    shared: Client, amounts: list[int], percentage: int, inclusive: bool, off: int, parts: list[int], paid: bool
) -> None:
    vat = shared.post("/v1/tax_rates", display_name="VAT", inclusive=inclusive, percentage=percentage)["id"]
    coupon = shared.post("/v1/coupons", percent_off=off, duration="once")["id"]
    make = settled if paid else opened
    invoice = make(shared, *amounts, default_tax_rates=[vat], discounts=[{"coupon": coupon}])
    notes = []
    for part in parts:
        back: dict[str, Any] = {"out_of_band_amount": part} if paid else {}
        response = shared.send(
            "POST", "/v1/credit_notes", invoice=invoice["id"], lines=line(invoice, amount=part), **back
        )
        assert response.status_code in (200, 400), response.text
        if response.status_code == 200:
            notes.append(response.json())
    credited = sum(note["total"] for note in notes)
    now = fresh(shared, invoice)
    assert credited == now["pre_payment_credit_notes_amount"] + now["post_payment_credit_notes_amount"]
    assert credited <= now["total"]
    assert now["amount_paid"] + now["amount_remaining"] == now["amount_due"] >= 0
    for note in notes:
        assert note["total"] == note["pre_payment_amount"] + note["post_payment_amount"]
        taxes = sum(one["amount"] for one in note["total_taxes"])
        assert note["total_excluding_tax"] == note["total"] - taxes
