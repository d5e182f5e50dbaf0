"""The hub end to end: a browser's and a backend's requests, a pretend Stripe, its webhooks, and a real database."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.hub import Client, Hub, running_hub

ERRORS = "userErrors { code message path retryable operation stripe { code declineCode param } }"
PAYMENT = """payment { __typename
  ... on PaymentSucceeded { amount { minorUnits currency decimal } }
  ... on PaymentActionRequired { clientSecret intent hostedInvoiceUrl }
  ... on PaymentFailed { code declineCode message } }"""
SUBSCRIBE = f"""mutation($items: [SubscribeItemInput!]!, $card: ID, $key: String!) {{
  subscribe(input: {{items: $items, defaultPaymentMethod: $card, idempotencyKey: $key}}) {{
    subscription {{ id status latestInvoice {{ id status }} }} {PAYMENT} {ERRORS} }} }}"""
HUB = """query($product: ID!) { viewer {
  id
  subscription { id status cancelAtPeriodEnd currentPeriodEnd discounts { coupon { percentOff } }
    items { quantity price { unitAmount { formatted } product { name } } } }
  activeSubscriptions { id }
  invoices { totalCount nodes { id status total { decimal } payments { status charge { id } } lines { totalCount } } }
  charges { nodes { id status amount { decimal } invoice { id } } }
  paymentMethods { label isDefault }
  pendingInvoiceItems { id }
  isSubscribedTo(product: $product) hasAnyActiveSubscription access(product: $product) { granted reason } } }"""
DAY = 86_400


@dataclass
class Walk:
    hub: Hub
    stripe: httpx.Client
    _keys: "itertools.count[int]"

    def key(self) -> str:
        return f"key-{next(self._keys)}"

    def at_stripe(self, path: str, **form: Any) -> dict[str, Any]:
        """Change something at Stripe, past our server."""
        response = self.stripe.post(path, data=form)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    def settle(self) -> None:
        """Wait for what the webhooks bring."""
        self.hub.settle()

    def advance(self, days: float) -> None:
        self.stripe.post("/sandbox/clock", json={"seconds": int(days * DAY)}).raise_for_status()
        self.settle()

    def catalogue(self) -> tuple[str, str]:
        """A product and its monthly price of 25 USD, which webhooks made known."""
        product = self.at_stripe("/v1/products", name="Gold")["id"]
        monthly = {"product": product, "currency": "usd", "unit_amount": 2500, "recurring[interval]": "month"}
        price = self.at_stripe("/v1/prices", **monthly)["id"]
        self.settle()
        return product, price

    def customer(self, caller: Client, card: str | None = None) -> str:
        created = caller.ask(f"mutation {{ getOrCreateCustomer(input: {{}}) {{ customer {{ id }} {ERRORS} }} }}")
        id: str = created["getOrCreateCustomer"]["customer"]["id"]
        if card is not None:
            added = caller.ask(
                f"""mutation($card: ID!) {{ addPaymentMethod(input: {{paymentMethod: $card}}) {{
                  customer {{ defaultPaymentMethod {{ label }} }} paymentMethod {{ label isDefault }} {ERRORS} }} }}""",
                card=card,
            )["addPaymentMethod"]
            assert added["userErrors"] == []
            assert added["paymentMethod"]["isDefault"]
        return id

    def subscribe(self, caller: Client, price: str, **more: Any) -> dict[str, Any]:
        answer: dict[str, Any] = caller.ask(SUBSCRIBE, items=[{"price": price}], key=self.key(), **more)["subscribe"]
        return answer

    def confirm(self, kind: str, secret: str, card: str) -> dict[str, Any]:
        """As Stripe.js does it in the browser, with the publishable key and the client secret."""
        id = secret.split("_secret_")[0]
        form = {"client_secret": secret, "payment_method": card}
        answer = self.stripe.post(f"/v1/{kind}/{id}/confirm", data=form, auth=("pk_test_browser", ""))
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body


@pytest.fixture
def walk(database_url: str) -> Iterator[Walk]:
    with (
        running_hub(database_url) as hub,
        httpx.Client(base_url=hub.sandbox.url, auth=("sk_test_walk", ""), timeout=60, trust_env=False) as stripe,
    ):
        yield Walk(hub, stripe, itertools.count())


def test_a_customer_subscribes_pays_changes_its_mind_and_leaves(walk: Walk) -> None:
    product, price = walk.catalogue()
    ada, operator = walk.hub.subscriber("ada", email="ada@example.com", name="Ada"), walk.hub.operator()
    assert ada.ask("{ viewer { id } }") == {"viewer": None}
    customer = walk.customer(ada, "pm_card_visa")

    begun = walk.subscribe(ada, price)
    assert begun["userErrors"] == []
    assert begun["payment"] == {
        "__typename": "PaymentSucceeded",
        "amount": {"minorUnits": 2500, "currency": "USD", "decimal": "25.00"},
    }
    assert (begun["subscription"]["status"], begun["subscription"]["latestInvoice"]["status"]) == ("ACTIVE", "PAID")

    page = ada.ask(HUB, product=product)["viewer"]
    assert page["subscription"]["items"] == [
        {"quantity": 1, "price": {"unitAmount": {"formatted": "$25.00"}, "product": {"name": "Gold"}}}
    ]
    assert page["activeSubscriptions"] == [{"id": begun["subscription"]["id"]}]
    assert [invoice["status"] for invoice in page["invoices"]["nodes"]] == ["PAID"]
    assert page["charges"]["nodes"][0]["invoice"] == {"id": begun["subscription"]["latestInvoice"]["id"]}
    assert page["paymentMethods"] == [{"label": "Visa •••• 4242", "isDefault": True}]

    charge = f"""mutation($customer: ID!, $amount: MoneyInput!, $key: String!) {{
      charge(input: {{customer: $customer, amount: $amount, idempotencyKey: $key}}) {{
        charge {{ id status amount {{ decimal }} }} {PAYMENT} {ERRORS} }} }}"""
    key = walk.key()
    amount = {"decimal": "12.34", "currency": "usd"}
    once = operator.ask(charge, customer=customer, amount=amount, key=key)["charge"]
    assert (once["charge"]["status"], once["charge"]["amount"]["decimal"]) == ("SUCCEEDED", "12.34")
    assert operator.ask(charge, customer=customer, amount=amount, key=key)["charge"] == once
    assert len(ada.ask("{ viewer { charges { nodes { id } } } }")["viewer"]["charges"]["nodes"]) == 2

    item = operator.ask(
        f"""mutation($customer: ID!, $key: String!) {{ addInvoiceItem(input: {{customer: $customer,
          amount: {{decimal: "3.00", currency: "USD"}}, description: "Extra", idempotencyKey: $key}}) {{
          invoiceItem {{ id amount {{ decimal }} }} customer {{ pendingInvoiceItems {{ id }} }} {ERRORS} }} }}""",
        customer=customer,
        key=walk.key(),
    )["addInvoiceItem"]
    assert item["customer"]["pendingInvoiceItems"] == [{"id": item["invoiceItem"]["id"]}]
    upcoming = ada.ask("{ viewer { upcomingInvoice { total { decimal } lines { amount { decimal } price { id } } } } }")
    assert upcoming["viewer"]["upcomingInvoice"]["total"] == {"decimal": "28.00"}
    assert {"amount": {"decimal": "25.00"}, "price": {"id": price}} in upcoming["viewer"]["upcomingInvoice"]["lines"]

    send = f"""mutation($customer: ID!, $key: String!) {{ sendInvoice(input: {{customer: $customer,
      idempotencyKey: $key}}) {{ invoice {{ id status total {{ decimal }} hostedInvoiceUrl dueDate }} {ERRORS} }} }}"""
    sent = operator.ask(send, customer=customer, key=walk.key())["sendInvoice"]
    assert (sent["invoice"]["status"], sent["invoice"]["total"]) == ("OPEN", {"decimal": "3.00"})
    assert httpx.get(sent["invoice"]["hostedInvoiceUrl"], trust_env=False).status_code == 200
    nothing = operator.ask(send, customer=customer, key=walk.key())["sendInvoice"]
    assert [error["code"] for error in nothing["userErrors"]] == ["NOTHING_TO_INVOICE"]
    paid = ada.ask(
        f"""mutation($invoice: ID!, $key: String!) {{ payInvoice(input: {{invoice: $invoice, idempotencyKey: $key}}) {{
          invoice {{ status amountPaid {{ decimal }} }} {PAYMENT} {ERRORS} }} }}""",
        invoice=sent["invoice"]["id"],
        key=walk.key(),
    )["payInvoice"]
    assert paid["invoice"] == {"status": "PAID", "amountPaid": {"decimal": "3.00"}}

    coupon = walk.at_stripe("/v1/coupons", percent_off=20, duration="forever")["id"]
    discounted = operator.ask(
        f"""mutation($customer: ID!, $coupon: ID!) {{ addCoupon(input: {{customer: $customer, coupon: $coupon}}) {{
          subscriptions {{ discounts {{ coupon {{ percentOff }} }} }} {ERRORS} }} }}""",
        customer=customer,
        coupon=coupon,
    )["addCoupon"]
    assert discounted["subscriptions"] == [{"discounts": [{"coupon": {"percentOff": "20"}}]}]
    walk.settle()
    page = ada.ask(HUB, product=product)["viewer"]
    assert page["subscription"]["discounts"] == [{"coupon": {"percentOff": "20"}}]
    assert page["isSubscribedTo"]
    assert page["hasAnyActiveSubscription"]
    assert page["access"] == {"granted": True, "reason": "ACTIVE"}

    subscription = page["subscription"]["id"]
    for verb, expected in (("cancelSubscription", True), ("resumeSubscription", False)):
        changed = ada.ask(
            f"""mutation($id: ID!) {{ {verb}(input: {{subscription: $id}}) {{
              subscription {{ status cancelAtPeriodEnd }} {ERRORS} }} }}""",
            id=subscription,
        )[verb]
        assert changed["subscription"] == {"status": "ACTIVE", "cancelAtPeriodEnd": expected}
        walk.settle()
        assert ada.ask(HUB, product=product)["viewer"]["subscription"]["cancelAtPeriodEnd"] is expected

    purged = operator.ask(
        f"""mutation($customer: ID!) {{ purgeCustomer(input: {{customer: $customer}}) {{
          customer {{ id deleted validSubscriptions {{ id }} }} {ERRORS} }} }}""",
        customer=customer,
    )["purgeCustomer"]
    assert purged["customer"] == {"id": customer, "deleted": True, "validSubscriptions": []}
    for _ in range(2):
        assert ada.ask("{ viewer { id } }") == {"viewer": None}
        walk.settle()
    assert walk.customer(ada) != customer


def test_a_bank_that_asks_is_an_action_and_a_decline_is_data(walk: Walk) -> None:
    _, price = walk.catalogue()
    careful = walk.hub.subscriber("careful")
    walk.customer(careful, "pm_card_authenticationRequired")
    asked = walk.subscribe(careful, price)
    assert asked["payment"]["__typename"] == "PaymentActionRequired"
    assert asked["payment"]["intent"] == "PAYMENT"
    assert "_secret_" in asked["payment"]["clientSecret"]
    assert asked["subscription"]["status"] == "INCOMPLETE"
    page = careful.ask(
        "{ viewer { invoices { nodes { paymentAction { clientSecret } } } validSubscriptions { id } } }"
    )["viewer"]
    assert page["invoices"]["nodes"][0]["paymentAction"]["clientSecret"] == asked["payment"]["clientSecret"]

    unlucky = walk.hub.subscriber("unlucky")
    walk.customer(unlucky, "pm_card_chargeCustomerFail")
    declined = walk.subscribe(unlucky, price)
    assert declined["userErrors"] == []
    assert declined["payment"]["__typename"] == "PaymentFailed"
    assert declined["payment"]["declineCode"] == "generic_decline"
    assert declined["subscription"]["status"] == "INCOMPLETE"
    failed = unlucky.ask("{ viewer { charges { nodes { status failureCode } } } }")["viewer"]["charges"]["nodes"]
    assert failed == [{"status": "FAILED", "failureCode": "card_declined"}]


def test_a_card_that_the_browser_collects_later_pays_the_first_invoice_and_the_renewal(walk: Walk) -> None:
    product, price = walk.catalogue()
    grace = walk.hub.subscriber("grace")
    walk.customer(grace)
    waiting = walk.subscribe(grace, price)
    assert waiting["payment"]["__typename"] == "PaymentActionRequired"
    assert walk.confirm("payment_intents", waiting["payment"]["clientSecret"], "pm_card_visa")["status"] == "succeeded"
    walk.settle()
    page = grace.ask(HUB, product=product)["viewer"]
    assert page["subscription"]["status"] == "ACTIVE"
    assert [invoice["status"] for invoice in page["invoices"]["nodes"]] == ["PAID"]
    walk.advance(32)
    page = grace.ask(HUB, product=product)["viewer"]
    assert page["subscription"]["status"] == "ACTIVE"
    assert [invoice["status"] for invoice in page["invoices"]["nodes"]] == ["PAID", "PAID"]
    assert [charge["status"] for charge in page["charges"]["nodes"]] == ["SUCCEEDED", "SUCCEEDED"]


def test_what_happens_at_stripe_alone_shows_in_the_next_query(walk: Walk) -> None:
    product, price = walk.catalogue()
    ada, operator = walk.hub.subscriber("ada"), walk.hub.operator()
    customer = walk.customer(ada, "pm_card_visa")
    subscription = walk.subscribe(ada, price)["subscription"]["id"]
    coupon = walk.at_stripe("/v1/coupons", percent_off=50, duration="forever")["id"]
    operator.ask(
        "mutation($c: ID!, $k: ID!) { addCoupon(input: {customer: $c, coupon: $k}) { userErrors { code } } }",
        c=customer,
        k=coupon,
    )
    walk.advance(32)
    page = ada.ask(HUB, product=product)["viewer"]
    assert [invoice["total"]["decimal"] for invoice in page["invoices"]["nodes"]] == ["12.50", "25.00"]
    assert page["subscription"]["discounts"] == [{"coupon": {"percentOff": "50"}}]

    failing = walk.at_stripe("/v1/payment_methods/pm_card_chargeCustomerFail/attach", customer=customer)["id"]
    walk.at_stripe(f"/v1/subscriptions/{subscription}", default_payment_method=failing)
    walk.advance(32)
    page = ada.ask(HUB, product=product)["viewer"]
    assert page["subscription"]["status"] == "PAST_DUE"
    assert not page["isSubscribedTo"]
    assert page["access"] == {"granted": False, "reason": "PAST_DUE"}
    assert page["charges"]["nodes"][0]["status"] == "FAILED"

    assert walk.stripe.delete(f"/v1/subscriptions/{subscription}").status_code == 200
    walk.settle()
    page = ada.ask(HUB, product=product)["viewer"]
    assert page["subscription"] is None
    assert page["access"] == {"granted": False, "reason": "ENDED"}


def test_subscribers_cannot_tell_what_belongs_to_others_from_what_does_not_exist(walk: Walk) -> None:
    _, price = walk.catalogue()
    ada, eve = walk.hub.subscriber("ada"), walk.hub.subscriber("eve")
    customer = walk.customer(ada, "pm_card_visa")
    walk.customer(eve, "pm_card_visa")
    subscription = walk.subscribe(ada, price)["subscription"]
    hers = {"customer": customer, "subscription": subscription["id"], "invoice": subscription["latestInvoice"]["id"]}
    nobodys = {"customer": "cus_nobody", "subscription": "sub_nobody", "invoice": "in_nobody"}
    probe = """query($customer: ID!, $subscription: ID!, $invoice: ID!) {
      customer(id: $customer) { id } subscription(id: $subscription) { id } invoice(id: $invoice) { id }
      node(id: $invoice) { id } nodes(ids: [$customer, $subscription]) { id } }"""
    assert eve.ask(probe, **hers) == eve.ask(probe, **nobodys)
    assert ada.ask(probe, **hers)["invoice"] == {"id": hers["invoice"]}
    for document, name in (
        (f"mutation($id: ID!) {{ cancelSubscription(input: {{subscription: $id}}) {{ {ERRORS} }} }}", "subscription"),
        (f"mutation($id: ID!) {{ resumeSubscription(input: {{subscription: $id}}) {{ {ERRORS} }} }}", "subscription"),
        (
            f'mutation($id: ID!) {{ payInvoice(input: {{invoice: $id, idempotencyKey: "probe"}}) {{ {ERRORS} }} }}',
            "invoice",
        ),
    ):
        (probed,) = eve.ask(document, id=hers[name]).values()
        (guessed,) = eve.ask(document, id=nobodys[name]).values()
        assert [error["code"] for error in probed["userErrors"]] == ["NOT_FOUND"]
        for answer in (probed, guessed):
            for error in answer["userErrors"]:
                del error["operation"]
        assert probed == guessed
