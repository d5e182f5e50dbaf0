"""Random histories: things happen at Stripe, news of them comes in any way or not at all, and processes come and go."""

import asyncio
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from sqlalchemy.ext.asyncio import AsyncEngine

from db.reads import Reads
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
from tests.mirror.convergence.hubs import Hub
from tests.mirror.convergence.pretend import ANSWERED_LATE, CARRIED_OUT_LATE, Pretend
from tests.mirror.equality import differences
from tests.sandbox.client import Object
from tests.sandbox.living import PLACES, Living

ORDERS = st.sampled_from([
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
])
ONCE, TWICE, OLD, EVERYWHERE = "once", "twice", "in an old version", "to every process"
SUBSCRIBERS = st.sampled_from(["ada", "grace"])
ROUNDS = 40


class History(Living):
    """What happens at one account of Stripe's, and at the processes that mirror it into one database."""

    engines: ClassVar[Sequence[AsyncEngine]]
    reads: ClassVar[Reads]
    runner: ClassVar[asyncio.Runner]

    @initialize(seed=st.integers(0, 1 << 30))
    def begin(self, seed: int) -> None:
        self.pretend = Pretend(int(time.time()), seed)
        self.hubs = [Hub(engine, self.reads, self.pretend) for engine in self.engines]
        self.dead: list[Hub] = []
        self.delivered: set[str] = set()
        self.keys = 0
        self.runner.run(self.hubs[0].begin(self.pretend.clock.now()))
        self.prices, self.coupons, self.customers = [], [], []
        product = self.call("POST", "/v1/products", name="Gold")["id"]
        for amount, interval in ((900, "month"), (2_500, "month"), (30_000, "year")):
            asked = {"unit_amount": amount, "currency": "usd", "recurring": {"interval": interval}}
            self.prices.append(self.call("POST", "/v1/prices", product=product, **asked)["id"])
        for coupon in ({"percent_off": 50, "duration": "once"}, {"percent_off": 10, "duration": "forever"}):
            self.coupons.append(self.call("POST", "/v1/coupons", **coupon)["id"])
        self.a_customer_with_a_card("pm_card_visa")

    def call(self, method: str, path: str, **params: Any) -> Object:
        status, body = self.runner.run(self.pretend.call(method, path, **params))
        assert status < 500 or status == 501, (method, path, params, body)
        return body

    def control(self, what: str, /, **body: Any) -> None:
        status, answer = self.runner.run(self.pretend.control(what, **body))
        assert status in (200, 400), answer

    def teardown(self) -> None:
        if hasattr(self, "hubs"):
            self.runner.run(self._teardown())

    async def _teardown(self) -> None:
        try:
            await self._all_ends_well()
            found = await differences(self.hubs[0].shop)
            assert not found, "\n".join(found)
        finally:
            for hub in self.dead:
                await hub.bury()
            for hub in self.hubs:
                hub.way.orders.clear()
                await hub.end()

    async def _all_ends_well(self) -> None:
        """Nothing goes wrong any more, and nobody does anything but wait."""
        for hub in self.hubs:
            hub.way.orders.clear()
        for hub in self.hubs:
            await hub.go_on()
        hub = self.hubs[0]
        for _ in range(ROUNDS):
            await hub.time_passes()
            found = await hub.catch_up()
            assert found is not None
            while await hub.drain():
                pass
            if not found:
                return
        raise AssertionError("The mirror does not come to rest.")

    # News.

    @rule(
        picks=st.lists(st.tuples(PLACES, st.sampled_from([ONCE, ONCE, TWICE, OLD, EVERYWHERE])), max_size=6),
        who=PLACES,
        orders=st.lists(ORDERS, max_size=3),
        together=st.booleans(),
    )
    def some_events_come(
        self, picks: list[tuple[int, str]], who: int, orders: list[Any], together: bool
    ) -> None:
        """The newest are the likeliest."""
        events = self.pretend.events()[::-1]
        hub = self._hub(who, orders)
        work = []
        for place, how in picks:
            event = events[place % len(events)]
            if how == OLD:
                event = as_of_old(event)
            if how == EVERYWHERE:
                self.runner.run(self._everywhere(event))
                continue
            work += [hub.receive(event)] * 1
            if how == TWICE:
                work.append(hub.receive(event))
            if not together:
                self.runner.run(hub.run(*work))
                work = []
        self.runner.run(hub.run(*work))

    @rule(
        who=PLACES,
        order=st.sampled_from(["as they were", "backwards", "shuffled"]),
        loss=st.sampled_from([0.0, 0.0, 0.3]),
        chance=st.integers(0, 1 << 30),
        orders=st.lists(ORDERS, max_size=4),
        at_once=st.sampled_from([1, 1, 3, 8]),
    )
    def the_post_comes(
        self, who: int, order: str, loss: float, chance: int, orders: list[Any], at_once: int
    ) -> None:
        """Everything that was never delivered, or lost for good."""
        rng = random.Random(chance)
        events = [event for event in self.pretend.events() if event["id"] not in self.delivered]
        self.delivered |= {event["id"] for event in events}
        events = [event for event in events if rng.random() >= loss]
        if order == "backwards":
            events.reverse()
        elif order == "shuffled":
            rng.shuffle(events)
        hub = self._hub(who, orders)
        for first in range(0, len(events), at_once):
            self.runner.run(hub.run(*(hub.receive(event) for event in events[first : first + at_once])))

    @rule(who=PLACES, orders=st.lists(ORDERS, max_size=3))
    def a_process_reads_the_list(self, who: int, orders: list[Any]) -> None:
        hub = self._hub(who, orders)
        self.runner.run(hub.run(forgiving(hub.catch_up())))

    @rule(who=PLACES, orders=st.lists(ORDERS, max_size=3), later=st.booleans())
    def a_process_drains(self, who: int, orders: list[Any], later: bool) -> None:
        hub = self._hub(who, orders)
        if later:
            self.runner.run(hub.time_passes())
        self.runner.run(hub.run(hub.drain()))

    @precondition(lambda self: any(hub.way.late for hub in self.hubs))
    @rule()
    def what_was_late_arrives(self) -> None:
        for hub in self.hubs:
            self.runner.run(hub.go_on())

    @rule(who=PLACES, how=st.sampled_from(["ends", "dies"]))
    def a_process_starts_anew(self, who: int, how: str) -> None:
        place = who % len(self.hubs)
        hub = self.hubs[place]
        hub.way.orders.clear()
        if how == "ends":
            self.runner.run(hub.end())
        else:
            hub.die()
            self.dead.append(hub)
        self.hubs[place] = Hub(self.engines[place], self.reads, self.pretend)

    @rule(seconds=st.sampled_from([1, 1, 2, 700]))
    def a_moment_passes(self, seconds: int) -> None:
        self.control("clock", seconds=seconds)

    # What our own callers do.

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

    # What Living does not do.

    @rule(place=PLACES, name=st.sampled_from(["Silver", "Gold"]), active=st.booleans())
    def the_catalogue_changes(self, place: int, name: str, active: bool) -> None:
        price = self.prices[place % len(self.prices)]
        product = self.call("GET", f"/v1/prices/{price}")["product"]
        self.call("POST", f"/v1/products/{product}", name=name, active=active)
        self.call("POST", f"/v1/prices/{price}", active=active, metadata={"name": name})

    @rule(percent=st.sampled_from([5, 25]), code=st.booleans(), most=st.none() | st.just(1))
    def a_coupon(self, percent: int, code: bool, most: int | None) -> None:
        limit = {} if most is None else {"max_redemptions": most}
        coupon = self.call("POST", "/v1/coupons", percent_off=percent, duration="forever", **limit)["id"]
        self.coupons.append(coupon)
        if code:
            self.call("POST", "/v1/promotion_codes", promotion={"type": "coupon", "coupon": coupon}, **limit)

    @rule(place=PLACES)
    def a_coupon_goes(self, place: int) -> None:
        self.call("DELETE", f"/v1/coupons/{self.coupons[place % len(self.coupons)]}")

    @rule(place=PLACES, active=st.booleans())
    def a_promotion_code_changes(self, place: int, active: bool) -> None:
        self.call("POST", f"/v1/promotion_codes/{self.some('promotion_codes', place)}", active=active)

    @rule(who=PLACES, name=st.sampled_from(["Ada", "Grace", "Edsger"]))
    def a_customer_changes(self, who: int, name: str) -> None:
        self.call("POST", f"/v1/customers/{self.someone(who)}", name=name)

    @rule(who=PLACES, place=PLACES)
    def a_card_goes(self, who: int, place: int) -> None:
        cards = self.call("GET", "/v1/payment_methods", customer=self.someone(who)).get("data", [])
        if cards:
            self.call("POST", f"/v1/payment_methods/{cards[place % len(cards)]['id']}/detach")

    @rule(place=PLACES, amount=st.integers(1, 3_000), how=st.sampled_from(["refund_amount", "credit_amount"]))
    def a_credit_note(self, place: int, amount: int, how: str) -> None:
        asked = {"invoice": self.some("invoices", place), "amount": amount, how: amount}
        self.call("POST", "/v1/credit_notes", **asked)

    @rule(place=PLACES, amount=st.integers(1, 500))
    def a_line(self, place: int, amount: int) -> None:
        path = f"/v1/invoices/{self.some('invoices', place)}/add_lines"
        self.call("POST", path, lines=[{"amount": amount, "description": "More"}])

    @rule(place=PLACES, gone=st.booleans())
    def a_line_goes(self, place: int, gone: bool) -> None:
        invoice = self.some("invoices", place)
        lines = self.call("GET", f"/v1/invoices/{invoice}").get("lines", {"data": []})["data"]
        if lines:
            line = {"id": lines[0]["id"], "behavior": "delete" if gone else "unassign"}
            self.call("POST", f"/v1/invoices/{invoice}/remove_lines", lines=[line])

    @rule(place=PLACES, amount=st.none() | st.integers(1, 900))
    def an_item_changes(self, place: int, amount: int | None) -> None:
        path = f"/v1/invoiceitems/{self.some('invoiceitems', place)}"
        if amount is None:
            self.call("DELETE", path)
        else:
            self.call("POST", path, amount=amount)

    @rule(who=PLACES, coupon=PLACES)
    def a_customer_gets_a_discount(self, who: int, coupon: int) -> None:
        self.call("POST", f"/v1/customers/{self.someone(who)}", coupon=self.coupons[coupon % len(self.coupons)])

    @rule(place=PLACES, coupon=st.none() | PLACES)
    def a_subscription_gets_a_discount(self, place: int, coupon: int | None) -> None:
        discounts: Any = "" if coupon is None else [{"coupon": self.coupons[coupon % len(self.coupons)]}]
        self.call("POST", f"/v1/subscriptions/{self.some('subscriptions', place)}", discounts=discounts)

    def _hub(self, who: int, orders: Sequence[Any]) -> Hub:
        hub = self.hubs[who % len(self.hubs)]
        hub.way.orders.clear()
        hub.way.orders.extend(orders)
        return hub

    def _key(self) -> str:
        self.keys += 1
        return f"key-{self.keys}"

    async def _everywhere(self, event: Object) -> None:
        await asyncio.gather(*(hub.run(hub.receive(event)) for hub in self.hubs))


def as_of_old(event: Object) -> Object:
    """The event as an endpoint of another API version gets it: its object reads differently."""
    told = event["data"]["object"]
    other = {name: value for name, value in told.items() if name in ("id", "object", "deleted", "customer", "invoice")}
    return {**event, "api_version": "2020-08-27", "data": {"object": {**other, "written": "as it was then"}}}


async def forgiving(work: Any) -> None:
    """What Stripe's failures end, somebody else does again."""
    with suppress(StripeError):
        await work
