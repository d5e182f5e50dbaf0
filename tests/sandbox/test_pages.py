"""Hosted invoices, receipts and PDF files."""

import re

import httpx
import pytest

from tests.sandbox.client import Client, Object
from tests.sandbox.shopper import Shopper

VISA, DECLINED, ASKS = "4242 4242 4242 4242", "4000 0000 0000 0002", "4000 0025 0000 3155"


def unpaid(client: Client, *names: str) -> Object:
    """An open invoice that waits for its customer."""
    customer = client.customer(None)
    for name in names or ("Work",):
        client.post("/v1/invoiceitems", customer=customer["id"], amount=1_000, currency="usd", description=name)
    asked = {"collection_method": "send_invoice", "days_until_due": 30, "pending_invoice_items_behavior": "include"}
    invoice = client.post("/v1/invoices", customer=customer["id"], **asked)
    return client.post(f"/v1/invoices/{invoice['id']}/finalize")


def page(client: Client, invoice: Object) -> Shopper:
    return Shopper(client.url).open(invoice["hosted_invoice_url"])


def test_an_open_invoice_is_paid_on_its_page_after_a_declined_card(shared: Client) -> None:
    invoice = unpaid(shared)
    browser = page(shared, invoice).press("Pay $10.00", number=DECLINED)
    assert (browser.status, "Your card was declined." in browser.text) == (402, True)
    assert shared.get(f"/v1/invoices/{invoice['id']}")["status"] == "open"
    browser.press("Pay $10.00", number=VISA)
    assert "Paid, of" in browser.text
    assert browser.page.forms == []
    now = shared.get(f"/v1/invoices/{invoice['id']}")
    assert (now["status"], now["amount_remaining"]) == ("paid", 0)
    receipt = Shopper(shared.url).open(browser.link("Receipt"))
    assert "Paid$10.00" in receipt.text


def test_an_invoice_that_the_bank_asks_about_is_paid_through_its_page(shared: Client) -> None:
    invoice = unpaid(shared)
    browser = page(shared, invoice).press("Pay", number=ASKS)
    assert "3-D Secure" in browser.text
    assert "We are unable to authenticate your payment method." in browser.press("Fail").text
    browser.press("Pay", number=ASKS).press("Complete")
    assert browser.url.split("&payment_intent")[0] == invoice["hosted_invoice_url"]
    assert "Paid, of" in browser.text


def test_a_subscription_comes_alive_when_its_first_invoice_is_paid_there(shared: Client) -> None:
    customer = shared.customer("pm_card_chargeCustomerFail")
    subscription = shared.subscribe(customer, shared.price())
    assert subscription["status"] == "incomplete"
    page(shared, subscription["latest_invoice"]).press("Pay", number=VISA)
    assert shared.subscription(subscription["id"])["status"] == "active"


def test_the_page_of_an_invoice_needs_its_secret(shared: Client) -> None:
    url = unpaid(shared)["hosted_invoice_url"]
    for wrong in (url.partition("?")[0], url + "x"):
        assert httpx.get(wrong).status_code == 404
        assert httpx.post(wrong, data={"number": VISA}).status_code == 404


def test_a_voided_invoice_cannot_be_paid(shared: Client) -> None:
    invoice = unpaid(shared)
    shared.post(f"/v1/invoices/{invoice['id']}/void")
    assert page(shared, invoice).page.forms == []
    httpx.post(invoice["hosted_invoice_url"], data={"number": VISA})
    assert shared.get(f"/v1/invoices/{invoice['id']}")["status"] == "void"


@pytest.mark.parametrize("lines", [1, 60])
def test_the_pdf_is_one_that_readers_can_follow(shared: Client, lines: int) -> None:
    names = [f"Line {number} (with \\ and é €)" for number in range(lines)]
    answer = httpx.get(unpaid(shared, *names)["invoice_pdf"])
    assert answer.headers["content-type"] == "application/pdf"
    file = answer.content
    assert file.startswith(b"%PDF-1.4\n")
    start = int(re.findall(rb"startxref\n(\d+)\n%%EOF\n$", file)[0])
    head, *entries = file[start:].split(b"trailer")[0].removeprefix(b"xref\n").splitlines()[0:]
    assert int(head.split()[1]) == len(entries)
    for number, entry in enumerate(entries[1:], 1):
        assert len(entry) == 19
        assert file[int(entry[:10]) :].startswith(b"%d 0 obj\n" % number)
    for length, stream in re.findall(rb"<< /Length (\d+) >>\nstream\n(.*?)\nendstream", file, re.DOTALL):
        assert int(length) == len(stream)
    assert file.count(b"/Type /Page ") == (1 if lines == 1 else 2)
    assert b"Line 0 \\(with \\\\ and \xe9 \x80\\)" in file
