"""Items become an invoice, which is sent or paid, and no empty draft is left behind."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from db.operations import OperationRow
from db.tables import Charge, Invoice, InvoiceItem
from resolvers.invoice import PayInvoiceRequest, pay_invoice
from resolvers.invoice_item import AddInvoiceItemRequest, add_invoice_item
from resolvers.money import Amount
from resolvers.outcome import PaymentActionRequired, PaymentFailed, PaymentSucceeded, UserErrorCode
from resolvers.payment_method import AddPaymentMethodRequest, add_payment_method
from resolvers.preview import payment_action
from resolvers.send_invoice import SendInvoiceRequest, send_invoice
from resolvers.subscribe import SubscribeItem, SubscribeRequest, subscribe
from tests.resolvers.shop import Shop

pytestmark = pytest.mark.anyio


def item(customer: str, key: str, decimal: str = "12.00", currency: str = "USD") -> AddInvoiceItemRequest:
    return AddInvoiceItemRequest(customer, key, Amount(Decimal(decimal), currency))


async def test_an_item_is_pending_until_it_is_invoiced(shop: Shop) -> None:
    customer = await shop.customer()
    added = await add_invoice_item(shop.operator(), replace(item(customer, shop.key()), description="Setup"))
    (row,) = await shop.mirrored(InvoiceItem)
    assert (row["id"], row["amount"], row["currency"], row["invoice"]) == (added.invoice_item, 1200, "usd", None)
    sent = await send_invoice(shop.operator(), SendInvoiceRequest(customer, shop.key()))
    assert (sent.errors, sent.payment) == ((), None)
    (invoice,) = await shop.mirrored(Invoice)
    assert (invoice["id"], invoice["status"], invoice["total"]) == (sent.invoice, "open", 1200)
    assert (invoice["collection_method"], invoice["customer"]) == ("send_invoice", customer)


async def test_a_price_and_its_quantity_are_billed(shop: Shop) -> None:
    customer, price = await shop.customer(), await shop.price(300, monthly=False)
    added = await add_invoice_item(
        shop.operator(), AddInvoiceItemRequest(customer, shop.key(), price=price, quantity=4)
    )
    (row,) = await shop.mirrored(InvoiceItem)
    assert (row["id"], row["amount"], row["price"], row["quantity"]) == (added.invoice_item, 1200, price, 4)


async def test_an_item_on_a_draft_shows_on_the_draft(shop: Shop) -> None:
    customer = await shop.customer()
    draft = (await shop.stripe.post("/v1/invoices", customer=customer))["id"]
    added = await add_invoice_item(shop.operator(), replace(item(customer, shop.key()), invoice=draft))
    assert added.errors == ()
    (invoice,) = await shop.mirrored(Invoice)
    assert (invoice["id"], invoice["total"]) == (draft, 1200)
    await shop.stripe.post(f"/v1/invoices/{draft}/finalize")
    await shop.services.mirror.refresh("invoice", draft)
    late = await add_invoice_item(shop.operator(), replace(item(customer, shop.key()), invoice=draft))
    assert [(error.code, error.path) for error in late.errors] == [(UserErrorCode.INVALID_STATE, ("invoice",))]


async def test_another_customers_invoice_or_subscription_is_not_found(shop: Shop) -> None:
    customer, other = await shop.customer("user_1"), await shop.customer("user_2")
    draft = (await shop.stripe.post("/v1/invoices", customer=other))["id"]
    subscription = (
        await subscribe(shop.subscriber("user_2"), SubscribeRequest((SubscribeItem(await shop.price()),), shop.key()))
    ).subscription
    for path, request in (
        ("invoice", replace(item(customer, shop.key()), invoice=draft)),
        ("subscription", replace(item(customer, shop.key()), subscription=subscription)),
    ):
        outcome = await add_invoice_item(shop.operator(), request)
        assert [(error.code, error.path) for error in outcome.errors] == [(UserErrorCode.NOT_FOUND, (path,))]
    assert await shop.stripe.all("/v1/invoiceitems") == []


async def test_an_item_has_an_amount_or_a_price(shop: Shop) -> None:
    price = await shop.price(300, monthly=False)
    for path, request in (
        (("amount",), AddInvoiceItemRequest("cus_1", "k")),
        (("amount",), replace(item("cus_1", "k"), price=price)),
        (("amount", "decimal"), item("cus_1", "k", "0")),
        (("quantity",), replace(item("cus_1", "k"), quantity=2)),
        (("quantity",), AddInvoiceItemRequest("cus_1", "k", price=price, quantity=0)),
    ):
        outcome = await add_invoice_item(shop.operator(), request)
        assert [(error.code, error.path) for error in outcome.errors] == [(UserErrorCode.INVALID_INPUT, path)]
    assert await shop.mirrored(OperationRow) == []


async def test_nothing_pending_leaves_no_draft_behind(shop: Shop) -> None:
    customer = await shop.customer()
    outcome = await send_invoice(shop.operator(), SendInvoiceRequest(customer, shop.key()))
    assert [error.code for error in outcome.errors] == [UserErrorCode.NOTHING_TO_INVOICE]
    assert await shop.stripe.all("/v1/invoices") == []


async def test_what_waits_for_a_subscription_is_invoiced_with_it(shop: Shop) -> None:
    customer = await shop.customer()
    request = SubscribeRequest((SubscribeItem(await shop.price()),), shop.key())
    subscription = (await subscribe(shop.subscriber(), request)).subscription
    await add_invoice_item(shop.operator(), replace(item(customer, shop.key()), subscription=subscription))
    await add_invoice_item(shop.operator(), item(customer, shop.key(), "7.00"))
    sent = await send_invoice(shop.operator(), SendInvoiceRequest(customer, shop.key(), subscription))
    (row,) = await shop.mirrored(Invoice, id=sent.invoice)
    assert (row["total"], row["subscription"]) == (1200, subscription)
    again = await send_invoice(shop.operator(), SendInvoiceRequest(customer, shop.key(), subscription))
    assert [error.code for error in again.errors] == [UserErrorCode.NOTHING_TO_INVOICE]


async def test_a_draft_that_stripe_leaves_empty_is_taken_back(shop: Shop) -> None:
    customer = await shop.customer()
    added = await add_invoice_item(shop.operator(), item(customer, shop.key()))
    # Between the look and the draft somebody takes the item away.
    await shop.stripe.fault(kind="hang", seconds=1, method="POST", path="/v1/invoices$")
    sending = asyncio.create_task(send_invoice(shop.operator(), SendInvoiceRequest(customer, "once")))
    await shop.stripe.fault_began()
    await shop.stripe.delete(f"/v1/invoiceitems/{added.invoice_item}")
    outcome = await sending
    assert [error.code for error in outcome.errors] == [UserErrorCode.NOTHING_TO_INVOICE]
    assert await shop.stripe.all("/v1/invoices") == []
    assert [row["deleted"] for row in await shop.mirrored(Invoice)] == [True]
    assert await send_invoice(shop.operator(), SendInvoiceRequest(customer, "once")) == outcome


async def test_the_items_of_a_draft_that_stripe_does_not_finalize_are_pending_again(shop: Shop) -> None:
    customer = await shop.customer()
    for amount in (500, 700):
        await shop.stripe.post("/v1/invoiceitems", customer=customer, amount=amount, currency="usd")
    await shop.stripe.fault(kind="answer", status=402, decline_code="generic_decline", path="/finalize$")
    outcome = await send_invoice(shop.operator(), SendInvoiceRequest(customer, shop.key()))
    assert outcome.errors
    assert await shop.stripe.all("/v1/invoices") == []
    pending = await shop.stripe.all("/v1/invoiceitems", customer=customer, pending="true")
    assert sorted(item["amount"] for item in pending) == [500, 700]
    sent = await send_invoice(shop.operator(), SendInvoiceRequest(customer, shop.key()))
    assert sent.errors == ()
    assert [row["total"] for row in await shop.mirrored(Invoice) if not row["deleted"]] == [1_200]


async def test_one_invoice_has_one_currency(shop: Shop) -> None:
    customer = await shop.customer()
    await add_invoice_item(shop.operator(), item(customer, shop.key(), "12.00", "USD"))
    await add_invoice_item(shop.operator(), item(customer, shop.key(), "7.00", "EUR"))
    unclear = await send_invoice(shop.operator(), SendInvoiceRequest(customer, shop.key()))
    (error,) = unclear.errors
    assert (error.code, error.path) == (UserErrorCode.INVALID_INPUT, ("currency",))
    assert "EUR, USD" in error.message
    sent = await send_invoice(shop.operator(), SendInvoiceRequest(customer, shop.key(), currency="EUR"))
    (invoice,) = await shop.mirrored(Invoice)
    assert (invoice["id"], invoice["currency"], invoice["total"]) == (sent.invoice, "eur", 700)
    rest = await shop.stripe.all("/v1/invoiceitems", customer=customer, pending="true")
    assert [each["currency"] for each in rest] == ["usd"]


async def test_pay_now_charges_instead_of_sending(shop: Shop) -> None:
    customer = await shop.customer()
    await add_invoice_item(shop.operator(), item(customer, shop.key()))
    request = SendInvoiceRequest(customer, shop.key(), pay_now=True)
    outcome = await send_invoice(shop.operator(), request)
    assert outcome.payment == PaymentSucceeded(1200, "usd")
    (invoice,) = await shop.mirrored(Invoice)
    assert invoice["status"] == "paid"
    (charge,) = await shop.mirrored(Charge)
    assert charge["amount"] == 1200
    assert await send_invoice(shop.operator(), request) == outcome
    assert len(await shop.stripe.all("/v1/charges")) == 1


async def test_pay_now_without_a_card_leaves_the_items_pending(shop: Shop) -> None:
    customer = await shop.customer(card=None)
    await add_invoice_item(shop.operator(), item(customer, shop.key()))
    outcome = await send_invoice(shop.operator(), SendInvoiceRequest(customer, shop.key(), pay_now=True))
    assert [error.code for error in outcome.errors] == [UserErrorCode.PAYMENT_METHOD_REQUIRED]
    assert await shop.stripe.all("/v1/invoices") == []


async def test_credit_that_covers_it_all_needs_no_payment(shop: Shop) -> None:
    customer = await shop.customer()
    await add_invoice_item(shop.operator(), item(customer, shop.key(), "-5.00"))
    outcome = await send_invoice(shop.operator(), SendInvoiceRequest(customer, shop.key(), pay_now=True))
    assert outcome.payment == PaymentSucceeded(0, "usd")


async def test_an_open_invoice_is_paid_by_its_own_customer_only(shop: Shop) -> None:
    customer = await shop.customer("user_1")
    await shop.customer("user_2")
    await add_invoice_item(shop.operator(), item(customer, shop.key()))
    invoice = (await send_invoice(shop.operator(), SendInvoiceRequest(customer, shop.key()))).invoice
    assert invoice is not None
    strange = await pay_invoice(shop.subscriber("user_2"), PayInvoiceRequest(invoice, shop.key()))
    nothing = await pay_invoice(shop.subscriber("user_2"), PayInvoiceRequest("in_nope", shop.key()))
    assert [replace(error, operation=None) for error in strange.errors] == [
        replace(error, operation=None) for error in nothing.errors
    ]
    assert [(error.code, error.path) for error in strange.errors] == [(UserErrorCode.NOT_FOUND, ("invoice",))]
    paid = await pay_invoice(shop.subscriber("user_1"), PayInvoiceRequest(invoice, shop.key()))
    assert paid.payment == PaymentSucceeded(1200, "usd")
    (row,) = await shop.mirrored(Invoice)
    assert row["status"] == "paid"
    again = await pay_invoice(shop.subscriber("user_1"), PayInvoiceRequest(invoice, shop.key()))
    assert [(error.code, error.path) for error in again.errors] == [(UserErrorCode.INVALID_STATE, ("invoice",))]


async def test_a_decline_leaves_the_invoice_open_with_its_attempt_counted(shop: Shop) -> None:
    customer = await shop.customer(card="pm_card_chargeCustomerFail")
    await add_invoice_item(shop.operator(), item(customer, shop.key()))
    invoice = (await send_invoice(shop.operator(), SendInvoiceRequest(customer, shop.key()))).invoice
    assert invoice is not None
    failed = await pay_invoice(shop.subscriber(), PayInvoiceRequest(invoice, shop.key()))
    assert failed.errors == ()
    assert isinstance(failed.payment, PaymentFailed)
    assert failed.payment.code == "card_declined"
    (charge,) = await shop.mirrored(Charge)
    assert charge["status"] == "failed"
    other = await pay_invoice(shop.subscriber(), PayInvoiceRequest(invoice, shop.key(), "pm_card_visa"))
    assert other.payment == PaymentSucceeded(1200, "usd")


async def test_a_reloaded_page_can_go_on_with_the_payment(shop: Shop) -> None:
    customer = await shop.customer(card="pm_card_authenticationRequired")
    await add_invoice_item(shop.operator(), item(customer, shop.key()))
    invoice = (await send_invoice(shop.operator(), SendInvoiceRequest(customer, shop.key()))).invoice
    assert invoice is not None
    asked = await pay_invoice(shop.subscriber(), PayInvoiceRequest(invoice, shop.key()))
    assert isinstance(asked.payment, PaymentActionRequired)
    action = await payment_action(shop.subscriber(), invoice)
    assert action is not None
    assert action.client_secret == asked.payment.client_secret
    await shop.stripe.post(f"/v1/payment_intents/{action.intent_id}/confirm", payment_method="pm_card_visa")
    assert await payment_action(shop.subscriber(), invoice) is None


async def test_without_a_card_an_invoice_cannot_be_paid(shop: Shop) -> None:
    customer = await shop.customer(card=None)
    await add_invoice_item(shop.operator(), item(customer, shop.key()))
    invoice = (await send_invoice(shop.operator(), SendInvoiceRequest(customer, shop.key()))).invoice
    assert invoice is not None
    request = PayInvoiceRequest(invoice, shop.key())
    outcome = await pay_invoice(shop.subscriber(), request)
    assert [error.code for error in outcome.errors] == [UserErrorCode.PAYMENT_METHOD_REQUIRED]
    await add_payment_method(shop.subscriber(), AddPaymentMethodRequest("pm_card_visa"))
    assert (await pay_invoice(shop.subscriber(), request)).payment == PaymentSucceeded(1200, "usd")
