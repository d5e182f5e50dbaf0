"""What our own callers do, through one of the processes, while calls to Stripe go wrong."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import rule

from mirror.errors import StripeError
from resolvers.charge import ChargeRequest, charge
from resolvers.coupon import AddCouponRequest, add_coupon
from resolvers.customer import GetOrCreateCustomerRequest, get_or_create_customer
from resolvers.invoice import PayInvoiceRequest, pay_invoice
from resolvers.invoice_item import AddInvoiceItemRequest, add_invoice_item
from resolvers.money import Amount
from resolvers.payment_method import AddPaymentMethodRequest, add_payment_method
from resolvers.purge_customer import PurgeCustomerRequest, purge_customer
from resolvers.send_invoice import SendInvoiceRequest, send_invoice
from resolvers.subscribe import SubscribeItem, SubscribeRequest, subscribe
from resolvers.subscription import (
    CancelSubscriptionRequest,
    ResumeSubscriptionRequest,
    cancel_subscription,
    resume_subscription,
)
from tests.mirror.convergence.clocks import Clocks
from tests.mirror.convergence.hubs import Hub
from tests.mirror.convergence.pretend import ANSWERED_LATE, CARRIED_OUT_LATE
from tests.sandbox.living import PLACES

ORDERS = st.sampled_from(
    [
        None,
        {"kind": "answer", "status": 402},
        {"kind": "answer", "status": 409},
        {"kind": "answer", "status": 429, "code": "lock_timeout"},
        {"kind": "answer", "status": 500},
        {"kind": "answer", "status": 500, "carried_out": True},
        {"kind": "drop"},
        {"kind": "lose"},
        {"kind": CARRIED_OUT_LATE},
        {"kind": ANSWERED_LATE},
    ]
)
SUBSCRIBERS = st.sampled_from(["ada", "grace"])


class Callers(Clocks):
    """They come to any of the processes."""

    runner: ClassVar[asyncio.Runner]
    hubs: list[Hub]
    keys: int

    @rule(who=PLACES, subscriber=SUBSCRIBERS, orders=st.lists(ORDERS, max_size=4), card=st.booleans())
    def a_caller_comes(self, who: int, subscriber: str, orders: list[Any], card: bool) -> None:
        hub = self._hub(who, orders)
        caller = hub.shop.subscriber(subscriber, email=f"{subscriber}@example.com")
        verb = (
            add_payment_method(caller, AddPaymentMethodRequest("pm_card_visa"))
            if card
            else get_or_create_customer(caller, GetOrCreateCustomerRequest())
        )
        self.runner.run(hub.run(forgiving(verb)))

    @rule(who=PLACES, subscriber=SUBSCRIBERS, orders=st.lists(ORDERS, max_size=4), price=PLACES, coupon=st.booleans())
    def a_caller_subscribes(self, who: int, subscriber: str, orders: list[Any], price: int, coupon: bool) -> None:
        hub = self._hub(who, orders)
        request = SubscribeRequest(
            items=(SubscribeItem(self.prices[price % len(self.prices)]),),
            idempotency_key=self._key(),
            coupon=self.coupons[0] if coupon else None,
        )
        caller = hub.shop.subscriber(subscriber)
        self.runner.run(hub.run(forgiving(subscribe(caller, request))))

    @rule(
        who=PLACES,
        orders=st.lists(ORDERS, max_size=4),
        place=PLACES,
        verb=st.sampled_from(["cancel", "end", "resume", "pay", "charge", "item", "coupon", "send", "purge"]),
    )
    def an_operator_acts(self, who: int, orders: list[Any], place: int, verb: str) -> None:
        hub = self._hub(who, orders)
        operator, key = hub.shop.operator(), self._key()
        customer, amount = self.some("customers", place), Amount(Decimal(7), "usd")
        verbs = {
            "cancel": lambda: cancel_subscription(
                operator, CancelSubscriptionRequest(self.some("subscriptions", place))
            ),
            "end": lambda: cancel_subscription(
                operator, CancelSubscriptionRequest(self.some("subscriptions", place), immediately=True)
            ),
            "resume": lambda: resume_subscription(
                operator, ResumeSubscriptionRequest(self.some("subscriptions", place))
            ),
            "pay": lambda: pay_invoice(operator, PayInvoiceRequest(self.some("invoices", place), key)),
            "charge": lambda: charge(operator, ChargeRequest(customer, amount, key)),
            "item": lambda: add_invoice_item(operator, AddInvoiceItemRequest(customer, key, amount)),
            "coupon": lambda: add_coupon(operator, AddCouponRequest(customer, self.coupons[place % 2])),
            "send": lambda: send_invoice(operator, SendInvoiceRequest(customer, key)),
            "purge": lambda: purge_customer(operator, PurgeCustomerRequest(customer)),
        }
        self.runner.run(hub.run(forgiving(verbs[verb]())))

    def _hub(self, who: int, orders: Sequence[Any]) -> Hub:
        hub = self.hubs[who % len(self.hubs)]
        hub.way.orders.clear()
        hub.way.orders.extend(orders)
        return hub

    def _key(self) -> str:
        self.keys += 1
        return f"key-{self.keys}"


async def forgiving(work: Any) -> None:
    """What Stripe's failures end, somebody else does again."""
    with suppress(StripeError):
        await work
