"""Every mutation with something to show at Stripe for it, for tests that cut it off."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from db.operations import Identity
from resolvers.charge import ChargeRequest
from resolvers.context import Caller, Context
from resolvers.coupon import AddCouponRequest
from resolvers.customer import GetOrCreateCustomerRequest
from resolvers.invoice import PayInvoiceRequest
from resolvers.invoice_item import AddInvoiceItemRequest
from resolvers.money import Amount
from resolvers.outcome import Outcome
from resolvers.payment_method import AddPaymentMethodRequest
from resolvers.pending_coupon import PENDING_COUPON_KEY
from resolvers.purge_customer import PurgeCustomerRequest
from resolvers.recovery import VERBS
from resolvers.send_invoice import SendInvoiceRequest
from resolvers.setup_intent import CreateSetupIntentRequest
from resolvers.subscribe import SubscribeItem, SubscribeRequest
from resolvers.subscription import CancelSubscriptionRequest, ResumeSubscriptionRequest
from tests.resolvers.shop import Shop

KEY = "once"
TWELVE = Amount(Decimal("12.00"), "USD")
Counts = tuple[int, ...]


@dataclass(frozen=True)
class Story:
    """One mutation of one customer, in so many steps. `counts` are taken at Stripe; the first is 0 as long as the
    mutation is not begun there, and all are `whole` when it is done."""

    mutation: str
    request: Any
    context: Context
    counts: Callable[[], Awaitable[Counts]]
    whole: Counts
    steps: int = 1

    @property
    def caller(self) -> Caller:
        return self.context.caller

    @property
    def operation(self) -> str:
        account = self.context.services.account
        return Identity(account, f"{self.caller.kind}:{self.caller.id}", self.mutation, KEY).operation

    async def ask(self) -> Outcome:
        return await VERBS[self.mutation][1](self.context, self.request)


Teller = Callable[["Stage", str], Awaitable[Story]]


@dataclass(frozen=True)
class Stage:
    """What all stories share. People and what they have are made at Stripe directly, since that is quicker."""

    shop: Shop
    prices: tuple[str, str]
    coupon: str

    async def customer(self, person: str, *, card: str | None = "pm_card_visa") -> str:
        stripe = self.shop.stripe
        form = {"email": f"{person}@example.com", "metadata[subscriber_id]": person}
        customer = str((await stripe.post("/v1/customers", **form))["id"])
        if card is not None:
            attached = (await stripe.post(f"/v1/payment_methods/{card}/attach", customer=customer))["id"]
            default = {"invoice_settings[default_payment_method]": attached}
            await stripe.post(f"/v1/customers/{customer}", **default)
        await self.shop.services.mirror.refresh("customer", customer)
        return customer

    async def subscribed(self, customer: str, price: int = 0, **form: str) -> str:
        form |= {"customer": customer, "items[0][price]": self.prices[price]}
        subscription = str((await self.shop.stripe.post("/v1/subscriptions", **form))["id"])
        await self.shop.services.mirror.refresh("subscription", subscription)
        return subscription


async def set_up(shop: Shop) -> Stage:
    coupon = await shop.stripe.post("/v1/coupons", percent_off=10, duration="forever")
    return Stage(shop, (await shop.price(), await shop.price()), coupon["id"])


async def charging(stage: Stage, person: str) -> Story:
    shop = stage.shop
    customer = await stage.customer(person)

    async def counts() -> Counts:
        return (len(await shop.stripe.all("/v1/charges", customer=customer)),)

    request = ChargeRequest(customer, TWELVE, KEY, metadata={"order": 7})
    return Story("charge", request, shop.operator(person), counts, (1,))


async def subscribing(stage: Stage, person: str) -> Story:
    """With a card that has to be attached first, and a coupon that is used up afterwards."""
    shop = stage.shop
    customer = await stage.customer(person, card=None)
    await shop.stripe.post(f"/v1/customers/{customer}", **{f"metadata[{PENDING_COUPON_KEY}]": stage.coupon})

    async def counts() -> Counts:
        charges = await shop.stripe.all("/v1/charges", customer=customer)
        pending = (await shop.stripe.get(f"/v1/customers/{customer}"))["metadata"].get(PENDING_COUPON_KEY)
        subscriptions = await shop.stripe.all("/v1/subscriptions", customer=customer, status="all")
        return len(subscriptions), len(charges), len(await cards(shop, customer)), int(pending is None)

    items = (SubscribeItem(stage.prices[0], quantity=2),)
    request = SubscribeRequest(items, KEY, default_payment_method="pm_card_visa")
    return Story("subscribe", request, shop.subscriber(person), counts, (1, 1, 1, 1), 3)


async def adding_a_card(stage: Stage, person: str) -> Story:
    shop = stage.shop
    customer = await stage.customer(person, card=None)

    async def counts() -> Counts:
        settings = (await shop.stripe.get(f"/v1/customers/{customer}"))["invoice_settings"]
        return len(await cards(shop, customer)), int(settings["default_payment_method"] is not None)

    request = AddPaymentMethodRequest("pm_card_visa", idempotency_key=KEY)
    return Story("addPaymentMethod", request, shop.subscriber(person), counts, (1, 1), 2)


async def adding_an_item(stage: Stage, person: str) -> Story:
    shop = stage.shop
    customer = await stage.customer(person, card=None)

    async def counts() -> Counts:
        return (len(await shop.stripe.all("/v1/invoiceitems", customer=customer)),)

    return Story("addInvoiceItem", AddInvoiceItemRequest(customer, KEY, TWELVE), shop.operator(person), counts, (1,))


async def discounting(stage: Stage, person: str) -> Story:
    shop = stage.shop
    customer = await stage.customer(person)
    for price in range(2):
        await stage.subscribed(customer, price)

    async def counts() -> Counts:
        found = await shop.stripe.all("/v1/subscriptions", customer=customer)
        return (sum(len(each["discounts"]) for each in found),)

    request = AddCouponRequest(customer, stage.coupon, idempotency_key=KEY)
    return Story("addCoupon", request, shop.operator(person), counts, (2,), 2)


async def keeping_a_coupon(stage: Stage, person: str) -> Story:
    shop = stage.shop
    customer = await stage.customer(person, card=None)

    async def counts() -> Counts:
        metadata = (await shop.stripe.get(f"/v1/customers/{customer}"))["metadata"]
        return (int(metadata.get(PENDING_COUPON_KEY) == stage.coupon),)

    request = AddCouponRequest(customer, stage.coupon, idempotency_key=KEY)
    return Story("addCoupon", request, shop.operator(person), counts, (1,))


async def invoicing(stage: Stage, person: str) -> Story:
    return await _sending(stage, person, pay_now=False)


async def invoicing_and_charging(stage: Stage, person: str) -> Story:
    return await _sending(stage, person, pay_now=True)


async def _sending(stage: Stage, person: str, *, pay_now: bool) -> Story:
    shop = stage.shop
    customer = await stage.customer(person)
    await shop.stripe.post("/v1/invoiceitems", customer=customer, amount=1200, currency="usd")

    async def counts() -> Counts:
        invoices = await shop.stripe.all("/v1/invoices", customer=customer)
        sent = await shop.stripe.all("/v1/events", type="invoice.sent")
        ids = {each["id"] for each in invoices}
        mails = [event for event in sent if event["data"]["object"]["id"] in ids]
        charges = await shop.stripe.all("/v1/charges", customer=customer)
        final = [each for each in invoices if each["status"] == ("paid" if pay_now else "open")]
        return len(invoices), len(final), len(charges if pay_now else mails)

    request = SendInvoiceRequest(customer, KEY, pay_now=pay_now)
    return Story("sendInvoice", request, shop.operator(person), counts, (1, 1, 1), 3)


async def paying(stage: Stage, person: str) -> Story:
    """With a card that has to be attached first."""
    shop = stage.shop
    customer = await stage.customer(person, card=None)
    await shop.stripe.post("/v1/invoiceitems", customer=customer, amount=500, currency="usd")
    draft = await shop.stripe.post("/v1/invoices", customer=customer, pending_invoice_items_behavior="include")
    invoice = (await shop.stripe.post(f"/v1/invoices/{draft['id']}/finalize"))["id"]
    await shop.services.mirror.refresh("invoice", invoice)

    async def counts() -> Counts:
        paid = (await shop.stripe.get(f"/v1/invoices/{invoice}"))["status"] == "paid"
        charges = await shop.stripe.all("/v1/charges", customer=customer)
        return len(charges), int(paid), len(await cards(shop, customer))

    request = PayInvoiceRequest(invoice, KEY, payment_method="pm_card_visa")
    return Story("payInvoice", request, shop.subscriber(person), counts, (1, 1, 1), 2)


async def purging(stage: Stage, person: str) -> Story:
    shop = stage.shop
    customer = await stage.customer(person)
    await stage.subscribed(customer)

    async def counts() -> Counts:
        seen = await shop.stripe.get(f"/v1/customers/{customer}")
        return (int(bool(seen.get("deleted"))),)

    request = PurgeCustomerRequest(customer, idempotency_key=KEY)
    return Story("purgeCustomer", request, shop.operator(person), counts, (1,))


async def canceling(stage: Stage, person: str) -> Story:
    shop = stage.shop
    customer = await stage.customer(person)
    subscription = await stage.subscribed(customer)

    async def counts() -> Counts:
        seen = await shop.stripe.get(f"/v1/subscriptions/{subscription}")
        return (int(seen["cancel_at_period_end"]),)

    request = CancelSubscriptionRequest(subscription, idempotency_key=KEY)
    return Story("cancelSubscription", request, shop.subscriber(person), counts, (1,))


async def resuming(stage: Stage, person: str) -> Story:
    shop = stage.shop
    customer = await stage.customer(person)
    subscription = await stage.subscribed(customer, cancel_at_period_end="true")

    async def counts() -> Counts:
        seen = await shop.stripe.get(f"/v1/subscriptions/{subscription}")
        return (int(not seen["cancel_at_period_end"]),)

    request = ResumeSubscriptionRequest(subscription, idempotency_key=KEY)
    return Story("resumeSubscription", request, shop.subscriber(person), counts, (1,))


async def saving_a_card(stage: Stage, person: str) -> Story:
    shop = stage.shop
    customer = await stage.customer(person, card=None)

    async def counts() -> Counts:
        return (len(await shop.stripe.all("/v1/setup_intents", customer=customer)),)

    request = CreateSetupIntentRequest(idempotency_key=KEY)
    return Story("createSetupIntent", request, shop.subscriber(person), counts, (1,))


async def becoming_a_customer(stage: Stage, person: str) -> Story:
    shop = stage.shop

    async def counts() -> Counts:
        found = await shop.stripe.all("/v1/customers")
        return (sum(each["metadata"].get("subscriber_id") == person for each in found),)

    context = shop.subscriber(person, email=f"{person}@example.com", name="Ada")
    return Story("getOrCreateCustomer", GetOrCreateCustomerRequest(idempotency_key=KEY), context, counts, (1,))


STORIES: Mapping[str, Teller] = {
    each.__name__: each
    for each in (
        charging,
        subscribing,
        adding_a_card,
        adding_an_item,
        discounting,
        keeping_a_coupon,
        invoicing,
        invoicing_and_charging,
        paying,
        purging,
        canceling,
        resuming,
        saving_a_card,
        becoming_a_customer,
    )
}


async def cards(shop: Shop, customer: str) -> list[dict[str, Any]]:
    return await shop.stripe.all(f"/v1/customers/{customer}/payment_methods")
