"""Invoices from draft to their end, and what they are made of."""

import httpx
import pytest

from tests.sandbox.client import DAY, Client, Object, Refusal


def pending(client: Client, customer: Object, amount: int, currency: str = "usd", **params: object) -> Object:
    return client.post("/v1/invoiceitems", customer=customer["id"], amount=amount, currency=currency, **params)


def gathered(client: Client, customer: Object, **params: object) -> Object:
    return client.post(
        "/v1/invoices", customer=customer["id"], pending_invoice_items_behavior="include", auto_advance=False, **params
    )


def test_pending_items_are_left_out_unless_asked_for(shared: Client) -> None:
    customer = shared.customer()
    pending(shared, customer, 1_200, description="Setup")
    assert shared.post("/v1/invoices", customer=customer["id"])["total"] == 0
    invoice = gathered(shared, customer)
    assert (invoice["status"], invoice["total"], invoice["number"]) == ("draft", 1_200, None)
    assert invoice["lines"]["data"][0]["description"] == "Setup"


def test_paying_a_draft_finalizes_it(shared: Client) -> None:
    customer = shared.customer()
    pending(shared, customer, 1_200)
    paid = shared.post(f"/v1/invoices/{gathered(shared, customer)['id']}/pay", expand=["payments"])
    assert (paid["status"], paid["amount_paid"], paid["attempt_count"]) == ("paid", 1_200, 1)
    assert paid["payments"]["data"][0]["amount_paid"] == 1_200
    with pytest.raises(Refusal) as refusal:
        shared.post(f"/v1/invoices/{paid['id']}/pay")
    assert (refusal.value.status, refusal.value.error["code"]) == (400, "invoice_already_paid")


def test_one_currency_an_invoice(shared: Client) -> None:
    customer = shared.customer()
    pending(shared, customer, 1_000, "usd")
    pending(shared, customer, 500, "jpy")
    assert gathered(shared, customer, currency="jpy")["total"] == 500
    assert gathered(shared, customer, currency="usd")["total"] == 1_000


def test_an_item_goes_on_a_draft_by_price_and_quantity(shared: Client) -> None:
    customer = shared.customer()
    draft = shared.post("/v1/invoices", customer=customer["id"])
    price = shared.price(300, interval=None)
    item = shared.post(
        "/v1/invoiceitems",
        customer=customer["id"],
        invoice=draft["id"],
        pricing={"price": price["id"]},
        quantity=3,
        metadata={"a": "b"},
    )
    assert (item["amount"], item["quantity"]) == (900, 3)
    invoice = shared.get(f"/v1/invoices/{draft['id']}")
    (line,) = invoice["lines"]["data"]
    assert (invoice["total"], line["metadata"], line["pricing"]["unit_amount_decimal"]) == (900, {"a": "b"}, "300")
    assert line["parent"]["invoice_item_details"]["invoice_item"] == item["id"]
    shared.post(f"/v1/invoiceitems/{item['id']}", quantity=1)
    assert shared.get(f"/v1/invoices/{draft['id']}")["total"] == 300
    shared.delete(f"/v1/invoiceitems/{item['id']}")
    assert shared.get(f"/v1/invoices/{draft['id']}")["total"] == 0


def test_recurring_and_inactive_prices_and_final_invoices_take_no_items(shared: Client) -> None:
    customer = shared.customer()
    with pytest.raises(Refusal):
        shared.post("/v1/invoiceitems", customer=customer["id"], pricing={"price": shared.price()["id"]})
    pending(shared, customer, 1_000)
    final = shared.post(f"/v1/invoices/{gathered(shared, customer)['id']}/finalize")
    with pytest.raises(Refusal) as refusal:
        pending(shared, customer, 1_000, invoice=final["id"])
    assert refusal.value.error["code"] == "invoice_not_editable"


def test_deleting_a_draft_deletes_its_items(shared: Client) -> None:
    customer = shared.customer()
    pending(shared, customer, 700)
    draft = gathered(shared, customer)
    assert shared.get("/v1/invoiceitems", customer=customer["id"], pending=True)["data"] == []
    shared.delete(f"/v1/invoices/{draft['id']}")
    assert shared.send("GET", f"/v1/invoices/{draft['id']}").status_code == 404
    assert shared.get("/v1/invoiceitems", customer=customer["id"])["data"] == []
    with pytest.raises(Refusal) as refusal:
        shared.post(f"/v1/invoiceitems/{draft['lines']['data'][0]['parent']['invoice_item_details']['invoice_item']}")
    assert refusal.value.error["message"] == "This invoice item has been deleted."


def test_a_credit_reduces_what_is_due_and_the_rest_becomes_balance(shared: Client) -> None:
    customer = shared.customer()
    pending(shared, customer, 1_000)
    pending(shared, customer, -1_500)
    final = shared.post(f"/v1/invoices/{gathered(shared, customer)['id']}/finalize")
    assert (final["total"], final["amount_due"], final["status"]) == (-500, 0, "paid")
    assert (final["starting_balance"], final["ending_balance"]) == (0, -500)
    assert shared.get(f"/v1/customers/{customer['id']}")["balance"] == -500
    pending(shared, customer, 2_000)
    following = shared.post(f"/v1/invoices/{gathered(shared, customer)['id']}/pay")
    assert (following["amount_due"], following["amount_paid"], following["ending_balance"]) == (1_500, 1_500, 0)
    ledger = shared.get(f"/v1/customers/{customer['id']}/balance_transactions")["data"]
    assert [entry["amount"] for entry in ledger] == [500, -500]
    assert shared.get(f"/v1/customers/{customer['id']}")["balance"] == 0


def test_voiding_gives_the_balance_back(shared: Client) -> None:
    customer = shared.customer(balance=-300)
    pending(shared, customer, 1_000)
    final = shared.post(f"/v1/invoices/{gathered(shared, customer)['id']}/finalize")
    assert final["amount_due"] == 700
    intent = shared.intent_of(final)
    voided = shared.post(f"/v1/invoices/{final['id']}/void")
    assert voided["status"] == "void"
    assert shared.get(f"/v1/customers/{customer['id']}")["balance"] == -300
    canceled = shared.get(f"/v1/payment_intents/{intent['id']}")
    assert (canceled["status"], canceled["cancellation_reason"]) == ("canceled", "void_invoice")


def test_less_than_can_be_charged_is_carried_over(shared: Client) -> None:
    customer = shared.customer()
    pending(shared, customer, 30)
    paid = shared.post(f"/v1/invoices/{gathered(shared, customer)['id']}/pay")
    assert (paid["status"], paid["total"], paid["amount_due"]) == ("paid", 30, 0)
    assert shared.get(f"/v1/customers/{customer['id']}")["balance"] == 30


def test_a_declined_payment_is_told_and_counted(shared: Client) -> None:
    customer = shared.customer("pm_card_chargeCustomerFail")
    pending(shared, customer, 1_000)
    draft = gathered(shared, customer)
    with pytest.raises(Refusal) as refusal:
        shared.post(f"/v1/invoices/{draft['id']}/pay")
    error = refusal.value.error
    assert (refusal.value.status, error["decline_code"]) == (402, "generic_decline")
    assert error["payment_intent"]["status"] == "requires_payment_method"
    invoice = shared.get(f"/v1/invoices/{draft['id']}")
    assert (invoice["status"], invoice["attempt_count"], invoice["attempted"]) == ("open", 1, True)
    method = shared.post("/v1/payment_methods/pm_card_visa/attach", customer=customer["id"])
    assert shared.post(f"/v1/invoices/{draft['id']}/pay", payment_method=method["id"])["status"] == "paid"


def test_a_bank_that_asks_is_a_402_of_its_own(shared: Client) -> None:
    customer = shared.customer("pm_card_authenticationRequired")
    pending(shared, customer, 1_000)
    with pytest.raises(Refusal) as refusal:
        shared.post(f"/v1/invoices/{gathered(shared, customer)['id']}/pay")
    assert (refusal.value.status, refusal.value.error["code"]) == (402, "invoice_payment_intent_requires_action")


def test_paying_without_a_card_is_refused(shared: Client) -> None:
    customer = shared.customer(None)
    pending(shared, customer, 1_000)
    draft = gathered(shared, customer)
    with pytest.raises(Refusal) as refusal:
        shared.post(f"/v1/invoices/{draft['id']}/pay")
    assert refusal.value.error["code"] == "resource_missing"
    assert shared.post(f"/v1/invoices/{draft['id']}/pay", paid_out_of_band=True)["status"] == "paid"


def test_sending_finalizes_and_tells(shared: Client) -> None:
    customer = shared.customer(None)
    pending(shared, customer, 1_000)
    draft = gathered(shared, customer, collection_method="send_invoice", days_until_due=30)
    sent = shared.post(f"/v1/invoices/{draft['id']}/send")
    assert (sent["status"], sent["due_date"]) == ("open", sent["created"] + 30 * DAY)
    assert shared.get("/v1/events", type="invoice.sent")["data"][0]["data"]["object"]["id"] == sent["id"]
    with pytest.raises(Refusal):
        shared.post("/v1/invoices", customer=customer["id"], collection_method="send_invoice")


def test_only_open_invoices_can_be_voided_or_written_off(shared: Client) -> None:
    customer = shared.customer()
    pending(shared, customer, 1_000)
    draft = gathered(shared, customer)
    for verb in ("void", "mark_uncollectible"):
        assert shared.send("POST", f"/v1/invoices/{draft['id']}/{verb}").status_code == 400
    shared.post(f"/v1/invoices/{draft['id']}/finalize")
    assert shared.post(f"/v1/invoices/{draft['id']}/mark_uncollectible")["status"] == "uncollectible"
    assert shared.post(f"/v1/invoices/{draft['id']}/pay")["status"] == "paid"
    assert shared.send("POST", f"/v1/invoices/{draft['id']}/void").status_code == 400
    assert shared.send("DELETE", f"/v1/invoices/{draft['id']}").status_code == 400


def test_a_draft_with_auto_advance_goes_on_by_itself(alone: Client) -> None:
    customer = alone.customer()
    pending(alone, customer, 1_000)
    draft = alone.post(
        "/v1/invoices", customer=customer["id"], pending_invoice_items_behavior="include", auto_advance=True
    )
    alone.advance(3_700)
    assert alone.get(f"/v1/invoices/{draft['id']}")["status"] == "paid"


def test_numbers_count_per_customer(shared: Client) -> None:
    customer = shared.customer(invoice_prefix="ABC12")
    for _ in range(2):
        pending(shared, customer, 1_000)
        shared.post(f"/v1/invoices/{gathered(shared, customer)['id']}/pay")
    rows = shared.get("/v1/invoices", customer=customer["id"])["data"]
    assert [row["number"] for row in rows] == ["ABC12-0002", "ABC12-0001"]


def test_the_hosted_page_and_the_pdf_open(shared: Client) -> None:
    customer = shared.customer()
    pending(shared, customer, 1_234, description="<b>Bold</b>")
    paid = shared.post(f"/v1/invoices/{gathered(shared, customer)['id']}/pay")
    page = httpx.get(paid["hosted_invoice_url"])
    assert page.status_code == 200
    assert "$12.34" in page.text
    assert "<b>Bold" not in page.text
    pdf = httpx.get(paid["invoice_pdf"])
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF-")
    assert httpx.get(paid["hosted_invoice_url"][:-3]).status_code == 404


def test_an_invoice_for_a_subscription_takes_its_items_only(shared: Client) -> None:
    customer = shared.customer()
    subscription, other = (shared.subscribe(customer, shared.price()) for _ in range(2))
    pending(shared, customer, 100, subscription=subscription["id"])
    pending(shared, customer, 200, subscription=other["id"])
    invoice = gathered(shared, customer, subscription=subscription["id"])
    assert invoice["total"] == 100
    assert invoice["parent"]["subscription_details"]["subscription"] == subscription["id"]


@pytest.mark.parametrize(("currency", "amount"), [("jpy", 500), ("usd", 12_345), ("kwd", 12_340)])
def test_money_is_exact_in_every_currency(shared: Client, currency: str, amount: int) -> None:
    customer = shared.customer()
    pending(shared, customer, amount, currency)
    paid = shared.post(f"/v1/invoices/{gathered(shared, customer)['id']}/pay")
    intent = shared.intent_of(paid)
    assert (paid["amount_paid"], intent["amount_received"], intent["currency"]) == (amount, amount, currency)


def test_a_draft_of_a_deleted_customer_goes_nowhere(alone: Client) -> None:
    customer = alone.customer()
    pending(alone, customer, 1_000)
    draft = alone.post(
        "/v1/invoices", customer=customer["id"], pending_invoice_items_behavior="include", auto_advance=True
    )
    alone.delete(f"/v1/customers/{customer['id']}")
    alone.advance(2 * 3_600)
    assert alone.get(f"/v1/invoices/{draft['id']}")["status"] == "draft"
    assert alone.send("POST", f"/v1/invoices/{draft['id']}/finalize").status_code == 400


def test_a_draft_shows_its_customer_as_they_are(shared: Client) -> None:
    customer = shared.customer(name="Old")
    pending(shared, customer, 1_000)
    draft = gathered(shared, customer)
    shared.post(f"/v1/customers/{customer['id']}", name="New", address={"country": "DE"})
    assert shared.get(f"/v1/invoices/{draft['id']}")["customer_name"] == "New"
    final = shared.post(f"/v1/invoices/{draft['id']}/finalize")
    shared.post(f"/v1/customers/{customer['id']}", name="Newer")
    kept = shared.get(f"/v1/invoices/{draft['id']}")
    assert (kept["customer_name"], kept["customer_address"]["country"]) == ("New", "DE")
    assert kept["customer_name"] == final["customer_name"]


def test_wrong_states_are_told_in_stripes_words(shared: Client) -> None:
    customer = shared.customer()
    pending(shared, customer, 1_000)
    draft = gathered(shared, customer)
    not_open = "You can only pass in open invoices. This invoice isn't open."
    assert said(shared, draft, "void") == said(shared, draft, "mark_uncollectible") == not_open
    shared.post(f"/v1/invoices/{draft['id']}/finalize")
    assert said(shared, draft, "finalize").startswith("This invoice is already finalized")
    for params in ({"description": "x"}, {"discounts": ""}, {"collection_method": "send_invoice"}):
        with pytest.raises(Refusal) as refusal:
            shared.post(f"/v1/invoices/{draft['id']}", **params)
        assert refusal.value.error["message"] == "Finalized invoices can't be updated in this way"
        assert refusal.value.error["param"] == next(iter(params))
    assert shared.post(f"/v1/invoices/{draft['id']}", metadata={"a": "b"})["metadata"] == {"a": "b"}
    with pytest.raises(Refusal) as refusal:
        shared.delete(f"/v1/invoices/{draft['id']}")
    assert refusal.value.error["message"] == "You can only delete draft invoices."
    shared.post(f"/v1/invoices/{draft['id']}/mark_uncollectible")
    assert said(shared, draft, "mark_uncollectible") == "This invoice has already been marked uncollectible."
    shared.post(f"/v1/invoices/{draft['id']}/pay")
    assert said(shared, draft, "pay") == "Invoice is already paid"
    assert said(shared, draft, "void") == "Invoices with `paid` payments cannot be voided."


def said(client: Client, invoice: Object, verb: str) -> str:
    with pytest.raises(Refusal) as refusal:
        client.post(f"/v1/invoices/{invoice['id']}/{verb}")
    assert refusal.value.status == 400
    return str(refusal.value.error["message"])


def test_too_small_an_amount_is_told_in_the_ledger(shared: Client) -> None:
    customer = shared.customer(balance=-100)
    pending(shared, customer, 120)
    paid = shared.post(f"/v1/invoices/{gathered(shared, customer)['id']}/pay")
    assert (paid["amount_due"], paid["starting_balance"], paid["ending_balance"]) == (0, -100, 20)
    ledger = shared.get(f"/v1/customers/{customer['id']}/balance_transactions")["data"]
    kinds = sorted((entry["type"], entry["amount"]) for entry in ledger)
    assert kinds == [("adjustment", -100), ("applied_to_invoice", 100), ("invoice_too_small", 20)]


def test_how_a_draft_is_to_look(shared: Client) -> None:
    customer = shared.customer()
    settings = {"payment_method_types": ["card"]}
    shipping = {"name": "A", "address": {"country": "DE"}}
    draft = shared.post(
        "/v1/invoices",
        customer=customer["id"],
        rendering={"amount_tax_display": "exclude_tax"},
        payment_settings=settings,
        shipping_details=shipping,
        number="MINE-1",
    )
    assert (draft["rendering"]["amount_tax_display"], draft["rendering"]["pdf"]) == (
        "exclude_tax",
        {"page_size": "auto"},
    )
    assert draft["payment_settings"]["payment_method_types"] == ["card"]
    assert (draft["shipping_details"]["name"], draft["number"]) == ("A", "MINE-1")
    final = shared.post(f"/v1/invoices/{draft['id']}/finalize")
    assert (final["number"], final["rendering"]["pdf"]) == ("MINE-1", {"page_size": "letter"})
