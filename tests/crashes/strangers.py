"""Changes made at Stripe by others than our server, and the weather on the way of webhooks."""

import random
import threading

from tests.crashes.wishes import Wishes
from tests.sandbox.client import Client, Object, Refusal

PAUSE_SECONDS = 0.15
LONGEST_ADVANCE_SECONDS = 600
MOST_ADVANCED_SECONDS = 10 * 3600
"""Keys of idempotency outlive the test, as they outlive a crash."""


class Stranger:
    """Somebody in Stripe's dashboard."""

    def __init__(self, stripe: Client, wishes: Wishes, generator: random.Random, prices: list[str]) -> None:
        self._stripe = stripe
        self._wishes = wishes
        self._chance = generator
        self._prices = prices
        self._customers: list[str] = []
        self._advanced = 0

    def work(self, stop: threading.Event) -> None:
        deeds = (
            self._change_a_customer,
            self._make_a_customer,
            self._delete_a_customer,
            self._change_a_subscription,
            self._invoice_somebody,
            self._refund,
            self._change_the_catalogue,
            self._let_time_pass,
            self._change_the_weather,
        )
        weights = (6, 3, 1, 4, 2, 2, 2, 1, 3)
        while not stop.wait(self._chance.uniform(0, 2 * PAUSE_SECONDS)):
            try:
                self._chance.choices(deeds, weights)[0]()
            except Refusal as refusal:
                if refusal.status not in (400, 402, 404):
                    raise

    def _anybody(self) -> str | None:
        known = [buyer.customer for buyer in list(self._wishes.buyers) if buyer.customer] + self._customers
        return self._chance.choice(known) if known else None

    def _change_a_customer(self) -> None:
        if (customer := self._anybody()) is not None:
            self._stripe.post(f"/v1/customers/{customer}", description=f"seen {self._chance.randrange(10**6)}")

    def _make_a_customer(self) -> None:
        made = self._stripe.post("/v1/customers", name="Grace", email="grace@example.com")
        self._customers.append(made["id"])

    def _delete_a_customer(self) -> None:
        if self._customers:
            self._stripe.delete(f"/v1/customers/{self._customers.pop()}")

    def _change_a_subscription(self) -> None:
        customer = self._anybody()
        found: list[Object] = self._stripe.get("/v1/subscriptions", customer=customer)["data"] if customer else []
        if not found:
            return
        subscription = self._chance.choice(found)
        path = f"/v1/subscriptions/{subscription['id']}"
        match self._chance.randrange(4):
            case 0:
                self._stripe.delete(path)
            case 1:
                self._stripe.post(path, cancel_at_period_end=self._chance.random() < 0.5)
            case _:
                item = {"id": subscription["items"]["data"][0]["id"], "quantity": self._chance.randint(1, 5)}
                self._stripe.post(path, items=[item], proration_behavior="none")

    def _invoice_somebody(self) -> None:
        if not self._customers:
            return
        customer = self._chance.choice(self._customers)
        invoice = self._stripe.post(
            "/v1/invoices", customer=customer, collection_method="send_invoice", days_until_due=9
        )
        self._stripe.post("/v1/invoiceitems", customer=customer, invoice=invoice["id"], amount=500, currency="usd")
        if self._chance.random() < 0.6:
            self._stripe.post(f"/v1/invoices/{invoice['id']}/finalize")

    def _refund(self) -> None:
        charges: list[Object] = self._stripe.get("/v1/charges", limit=20)["data"]
        if charges:
            self._stripe.post("/v1/refunds", charge=self._chance.choice(charges)["id"], amount=50)

    def _change_the_catalogue(self) -> None:
        match self._chance.randrange(3):
            case 0:
                self._stripe.post("/v1/products", name=f"Thing {self._chance.randrange(10**6)}")
            case 1:
                self._stripe.post("/v1/coupons", percent_off=15, duration="once")
            case _:
                self._stripe.post(
                    f"/v1/prices/{self._chance.choice(self._prices)}", nickname=str(self._chance.random())
                )

    def _let_time_pass(self) -> None:
        seconds = self._chance.randint(1, LONGEST_ADVANCE_SECONDS)
        if self._advanced + seconds <= MOST_ADVANCED_SECONDS:
            self._advanced += seconds
            self._stripe.advance(seconds)

    def _change_the_weather(self) -> None:
        weather = {
            "duplicate": self._chance.randint(0, 5),
            "drop": self._chance.randint(0, 3),
            "reorder": self._chance.random() < 0.5,
            "delay_seconds": self._chance.choice((0, 0, 0.05)),
        }
        self._stripe.control("deliveries", **weather)


def clear_sky(stripe: Client) -> None:
    stripe.control("deliveries", duplicate=0, drop=0, reorder=False, delay_seconds=0)
