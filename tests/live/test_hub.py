"""The verbs against the real Stripe, in test mode: `STRIPE_SECRET_KEY=sk_test_… scripts/test tests/live`.

Without a key the same runs against the sandbox, so that what is asked of the real one is known to work.
"""

import os
import uuid
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal

import pytest

from db.tables import Customer
from mirror.errors import NotFetchable
from mirror.known import known_objects
from mirror.stored import stored_forms, with_what_was_known
from resolvers.charge import ChargeRequest, charge
from resolvers.customer import GetOrCreateCustomerRequest, get_or_create_customer
from resolvers.invoice_item import AddInvoiceItemRequest, add_invoice_item
from resolvers.money import Amount
from resolvers.outcome import PaymentActionRequired, PaymentFailed, PaymentSucceeded
from resolvers.payment_method import AddPaymentMethodRequest, add_payment_method
from resolvers.preview import upcoming_invoice
from resolvers.purge_customer import PurgeCustomerRequest, purge_customer
from resolvers.send_invoice import SendInvoiceRequest, send_invoice
from resolvers.subscribe import SubscribeItem, SubscribeRequest, subscribe
from resolvers.subscription import CancelSubscriptionRequest, cancel_subscription
from sandbox.app import build
from tests.databases import SQLite
from tests.resolvers.conftest import anyio_backend
from tests.resolvers.shop import Shop, open_shop
from tests.serving import free_port, serving, url_of

__all__ = ["anyio_backend"]

pytestmark = pytest.mark.anyio

KEY = os.environ.get("STRIPE_SECRET_KEY", "")
REAL = KEY.startswith("sk_test_")


@pytest.fixture
def stripe_url() -> Iterator[str]:
    if REAL:
        yield "https://api.stripe.com"
    else:
        with free_port() as listener, serving(build(), listener):
            yield url_of(listener)


@pytest.fixture
def sqlite_url(sqlite: SQLite) -> str:
    return sqlite.database()


@pytest.fixture
async def shop(sqlite_url: str, stripe_url: str) -> AsyncIterator[Shop]:
    key = KEY if REAL else "sk_test_sandbox"
    async with open_shop(sqlite_url, stripe_url, secret_key=key, timeout_seconds=60) as shop:
        yield shop


async def differences(shop: Shop, customer: str) -> list[str]:
    """What the mirror holds of the customer's objects and Stripe says otherwise."""
    found = []
    for kind in ("subscriptions", "invoices", "charges", "payment_methods"):
        every = {"status": "all"} if kind == "subscriptions" else {}
        for listed in await shop.stripe.all(f"/v1/{kind}", customer=customer, **every):
            try:
                form = next(stored_forms((await shop.services.gateway.fetch(listed["object"], listed["id"])).data))
            except NotFetchable:
                continue
            async with shop.services.engine.connect() as connection:
                known = (await known_objects(connection, shop.services.account, [form.key])).get(form.key)
            if known is None or with_what_was_known(form, known.data) != known.data:
                found.append(form.key.type)
    return found


async def test_a_customers_life(shop: Shop) -> None:
    subscriber = f"live-{uuid.uuid4().hex}"
    price = await shop.price()
    context, operator = shop.subscriber(subscriber, email="live@example.com"), shop.operator()
    customer = (await get_or_create_customer(context, GetOrCreateCustomerRequest())).customer
    assert customer is not None
    assert (await get_or_create_customer(context, GetOrCreateCustomerRequest())).customer == customer
    try:
        assert (await add_payment_method(context, AddPaymentMethodRequest("pm_card_visa"))).errors == ()
        begun = await subscribe(context, SubscribeRequest((SubscribeItem(price),), uuid.uuid4().hex))
        assert begun.errors == ()
        assert isinstance(begun.payment, PaymentSucceeded)
        key, ten = uuid.uuid4().hex, Amount(Decimal("10.00"), "usd")
        once = await charge(operator, ChargeRequest(customer, ten, key))
        assert isinstance(once.payment, PaymentSucceeded)
        assert (await charge(operator, ChargeRequest(customer, ten, key))).charge == once.charge
        item = AddInvoiceItemRequest(customer, uuid.uuid4().hex, amount=Amount(Decimal("3.00"), "usd"))
        assert (await add_invoice_item(operator, item)).errors == ()
        preview = await upcoming_invoice(context, customer)
        assert preview is not None
        assert preview["total"] == 2800
        sent = await send_invoice(operator, SendInvoiceRequest(customer, uuid.uuid4().hex))
        assert sent.errors == ()
        assert begun.subscription is not None
        assert (await cancel_subscription(context, CancelSubscriptionRequest(begun.subscription))).errors == ()
        assert await differences(shop, customer) == []
    finally:
        assert (await purge_customer(operator, PurgeCustomerRequest(customer))).errors == ()
    assert [row["deleted"] for row in await shop.mirrored(Customer, id=customer)] == [True]


@pytest.mark.parametrize(
    ("card", "outcome"),
    [("pm_card_chargeCustomerFail", PaymentFailed), ("pm_card_authenticationRequired", PaymentActionRequired)],
)
async def test_cards_that_do_not_simply_pay(shop: Shop, card: str, outcome: type) -> None:
    context = shop.subscriber(f"live-{uuid.uuid4().hex}")
    price = await shop.price()
    customer = (await get_or_create_customer(context, GetOrCreateCustomerRequest())).customer
    assert customer is not None
    try:
        assert (await add_payment_method(context, AddPaymentMethodRequest(card))).errors == ()
        begun = await subscribe(context, SubscribeRequest((SubscribeItem(price),), uuid.uuid4().hex))
        assert begun.errors == ()
        assert isinstance(begun.payment, outcome)
    finally:
        await purge_customer(shop.operator(), PurgeCustomerRequest(customer))
