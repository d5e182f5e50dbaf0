"""Several payments for one invoice: parts, too much, and what is no longer possible then."""

from typing import Any

import pytest

from tests.sandbox.client import Client, Object, Refusal


def opened(client: Client, customer: Object, amount: int = 1_000, **params: Any) -> Object:
    client.post("/v1/invoiceitems", customer=customer["id"], amount=amount, currency="usd")
    draft = client.post("/v1/invoices", customer=customer["id"], pending_invoice_items_behavior="include", **params)
    return client.post(f"/v1/invoices/{draft['id']}/finalize")


def paying(client: Client, customer: Object, amount: int, **params: Any) -> Object:
    return client.post(
        "/v1/payment_intents",
        customer=customer["id"],
        amount=amount,
        automatic_payment_methods={"enabled": True, "allow_redirects": "never"},
        **({"currency": "usd", "confirm": True, "payment_method": client_card(client, customer)} | params),
    )


def client_card(client: Client, customer: Object) -> str:
    return str(client.get(f"/v1/customers/{customer['id']}")["invoice_settings"]["default_payment_method"])


def attach(client: Client, invoice: Object, intent: Object) -> Object:
    return client.post(f"/v1/invoices/{invoice['id']}/attach_payment", payment_intent=intent["id"], expand=["payments"])


def test_a_part_is_paid_and_the_rest_by_the_default_payment(shared: Client) -> None:
    customer = shared.customer()
    invoice = opened(shared, customer)
    part = attach(shared, invoice, paying(shared, customer, 400))
    assert (part["status"], part["amount_paid"], part["amount_remaining"]) == ("open", 400, 600)
    default, attached = part["payments"]["data"]
    assert (default["is_default"], default["status"], default["amount_requested"]) == (True, "open", 600)
    assert (attached["is_default"], attached["status"], attached["amount_paid"]) == (False, "paid", 400)
    assert shared.get(f"/v1/payment_intents/{default['payment']['payment_intent']}")["amount"] == 600
    with pytest.raises(Refusal) as refusal:
        shared.post(f"/v1/invoices/{invoice['id']}/void")
    assert refusal.value.error["message"] == "Invoices with `paid` payments cannot be voided."
    paid = shared.post(f"/v1/invoices/{invoice['id']}/pay")
    assert (paid["status"], paid["amount_paid"], paid["amount_remaining"]) == ("paid", 1_000, 0)
    types = [event["type"] for event in shared.get("/v1/events", type="invoice_payment.paid", limit=2)["data"]]
    assert len(types) == 2


def test_an_attached_payment_counts_when_it_goes_through(shared: Client) -> None:
    customer = shared.customer()
    invoice = opened(shared, customer)
    intent = paying(shared, customer, 1_000, confirm=False, payment_method=None)
    waiting = attach(shared, invoice, intent)
    assert (waiting["amount_paid"], waiting["payments"]["data"][1]["status"]) == (0, "open")
    shared.post(f"/v1/payment_intents/{intent['id']}/confirm", payment_method=client_card(shared, customer))
    paid = shared.get(f"/v1/invoices/{invoice['id']}", expand=["payments"])
    assert (paid["status"], paid["amount_paid"]) == ("paid", 1_000)
    assert [payment["status"] for payment in paid["payments"]["data"]] == ["canceled", "paid"]


def test_too_much_becomes_credit(shared: Client) -> None:
    customer = shared.customer()
    invoice = opened(shared, customer)
    paid = attach(shared, invoice, paying(shared, customer, 1_500))
    assert (paid["status"], paid["amount_paid"], paid["amount_overpaid"]) == ("paid", 1_000, 500)
    assert shared.get(f"/v1/customers/{customer['id']}")["balance"] == -500
    (entry,) = shared.get(f"/v1/customers/{customer['id']}/balance_transactions")["data"]
    assert (entry["type"], entry["amount"]) == ("invoice_overpaid", -500)
    assert shared.get("/v1/events", type="invoice.overpaid")["data"][0]["data"]["object"]["id"] == invoice["id"]


def test_a_partly_paid_invoice_is_credited_in_both_ways(shared: Client) -> None:
    customer = shared.customer()
    invoice = opened(shared, customer)
    attach(shared, invoice, paying(shared, customer, 400))
    note = shared.post("/v1/credit_notes", invoice=invoice["id"], amount=800, refund_amount=200)
    assert (note["type"], note["pre_payment_amount"], note["post_payment_amount"]) == ("mixed", 600, 200)
    after = shared.get(f"/v1/invoices/{invoice['id']}")
    assert (after["status"], after["amount_due"], after["amount_paid"]) == ("paid", 400, 400)


def test_what_cannot_be_attached(shared: Client) -> None:
    customer, other = shared.customer(), shared.customer()
    invoice = opened(shared, customer)
    for wrong in (
        paying(shared, other, 400),
        paying(shared, customer, 400, currency="eur"),
        paying(shared, customer, 1_001, confirm=False, payment_method=None),
    ):
        with pytest.raises(Refusal) as refusal:
            attach(shared, invoice, wrong)
        assert (refusal.value.status, refusal.value.error["param"]) == (400, "payment_intent")
    good = paying(shared, customer, 400)
    attach(shared, invoice, good)
    with pytest.raises(Refusal):
        attach(shared, invoice, good)
    shared.post(f"/v1/invoices/{invoice['id']}/pay")
    with pytest.raises(Refusal):
        attach(shared, invoice, paying(shared, customer, 100))


def test_paid_elsewhere_is_no_attempt(shared: Client) -> None:
    invoice = opened(shared, shared.customer())
    paid = shared.post(f"/v1/invoices/{invoice['id']}/pay", paid_out_of_band=True)
    assert (paid["status"], paid["attempted"], paid["attempt_count"], paid["amount_paid"]) == ("paid", False, 0, 1_000)
    event = shared.get("/v1/events", type="invoice.updated")["data"][0]
    assert event["data"]["previous_attributes"]["amount_paid"] == 0


def test_a_revision_takes_the_place_of_its_original(shared: Client) -> None:
    customer, vat = shared.customer(), shared.post("/v1/tax_rates", display_name="V", inclusive=False, percentage=10)
    off = shared.post("/v1/coupons", percent_off=50, duration="once")
    original = opened(
        shared, customer, default_tax_rates=[vat["id"]], discounts=[{"coupon": off["id"]}], description="Old"
    )
    revision = {"action": "revision", "invoice": original["id"]}
    draft = shared.post("/v1/invoices", from_invoice=revision, description="New")
    assert (draft["status"], draft["from_invoice"], draft["description"]) == ("draft", revision, "New")
    assert (draft["total"], draft["customer"]) == (original["total"], customer["id"]) == (550, customer["id"])
    assert shared.get(f"/v1/invoices/{original['id']}")["status"] == "open"
    final = shared.post(f"/v1/invoices/{draft['id']}/finalize")
    assert final["number"] != original["number"]
    replaced = shared.get(f"/v1/invoices/{original['id']}")
    assert (replaced["status"], replaced["latest_revision"]) == ("void", draft["id"])
    with pytest.raises(Refusal):
        shared.post("/v1/invoices", from_invoice=revision)


def test_subscriptions_invoices_are_not_revised(shared: Client) -> None:
    subscription = shared.subscribe(shared.customer(), shared.price(), payment_behavior="default_incomplete")
    original = subscription["latest_invoice"]["id"]
    with pytest.raises(Refusal) as refusal:
        shared.post("/v1/invoices", from_invoice={"action": "revision", "invoice": original})
    assert refusal.value.error["param"] == "from_invoice[invoice]"
