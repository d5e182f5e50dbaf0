"""What happened in an account: a sandbox that people lived in for some months, and the events that it told of it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import typer

from benchmarks.pages import Sandbox, sandbox
from benchmarks.rows import API_VERSION
from benchmarks.seeding import SECRET_KEY

MONTH_SECONDS = 31 * 86_400
CARDS = ("pm_card_visa", "pm_card_mastercard", "pm_card_amex")
TOLD_OF = frozenset(
    {"charge", "customer", "invoice", "invoice_payment", "payment_intent", "payment_method", "price", "product"}
    | {"refund", "subscription"}
)
"""Objects that both sides keep; Stripe sends only the events that an endpoint asked for."""
LEFT_OUT = frozenset({"invoice.upcoming"})
"""About an invoice that has no id: nothing to keep."""


@dataclass(frozen=True, slots=True)
class History:
    """Events in the order in which they happened, and the sandbox that still has their objects."""

    sandbox: Sandbox
    account: str
    now: int
    """The sandbox's time."""
    events: list[dict[str, Any]]


@contextmanager
def history(customers: int, months: int) -> Iterator[History]:
    """A sandbox in which so many customers subscribed and were billed for so many months."""
    with sandbox("--no-seed") as running:
        url = f"http://127.0.0.1:{running.port}"
        with httpx.Client(base_url=url, auth=(SECRET_KEY, ""), timeout=60, trust_env=False) as client:
            began = time.monotonic()
            shop = _Shop(client)
            _live(shop, customers, months)
            events = _events(shop)
            typer.echo(f"Made {len(events):,} events in {time.monotonic() - began:.0f} s.", err=True)
            account, now = shop.get("/v1/account")["id"], shop.get("/sandbox/clock")["now"]
        yield History(running, account, now, events)


class _Shop:
    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def post(self, path: str, **form: str | int) -> dict[str, Any]:
        answer = self._client.post(f"/v1{path}", data=form, headers={"Stripe-Version": API_VERSION})
        if answer.is_error:
            raise RuntimeError(f"The sandbox refused POST {path}: {answer.text}")
        return dict(answer.json())

    def get(self, path: str, **asked: str | int) -> dict[str, Any]:
        answer = self._client.get(path, params=asked, headers={"Stripe-Version": API_VERSION})
        return dict(answer.raise_for_status().json())

    def wait(self, seconds: int) -> None:
        self._client.post("/sandbox/clock", json={"seconds": seconds}, timeout=600).raise_for_status()


def _live(shop: _Shop, customers: int, months: int) -> None:
    prices = _stock(shop)
    subscribed = [_subscribe(shop, number, prices[number % len(prices)]) for number in range(customers)]
    for month in range(months):
        shop.wait(MONTH_SECONDS)
        for number, (customer, card) in enumerate(subscribed):
            if number % 3 == month % 3:
                shop.post(f"/customers/{customer}", phone=f"+1555{number:07}", **{"metadata[month]": month})
            if number % 5 == month % 5:
                _buy(shop, customer, card, 500 + number, given_back=number % 10 == 0)


def _events(shop: _Shop) -> list[dict[str, Any]]:
    """Those that both sides keep, the first that happened first."""
    events: list[dict[str, Any]] = []
    page: dict[str, Any] = {"has_more": True}
    while page["has_more"]:
        after = {"starting_after": events[-1]["id"]} if events else {}
        page = shop.get("/v1/events", limit=100, **after)
        events += page["data"]
    return [
        event
        for event in reversed(events)
        if event["data"]["object"]["object"] in TOLD_OF and event["type"] not in LEFT_OUT
    ]


def _stock(shop: _Shop) -> list[str]:
    prices = []
    for number in range(5):
        product = shop.post("/products", name=f"Plan {number}")
        price = shop.post(
            "/prices",
            product=product["id"],
            currency="usd",
            unit_amount=900 + 500 * number,
            **{"recurring[interval]": "month"},
        )
        prices.append(price["id"])
    return prices


def _subscribe(shop: _Shop, number: int, price: str) -> tuple[str, str]:
    """Ids of a new customer and of the card that pays."""
    named = {"name": f"Customer {number}", "email": f"customer-{number}@example.com"}
    customer = shop.post("/customers", **named, **{"metadata[subscriber_id]": f"user-{number}"})["id"]
    card = shop.post(f"/payment_methods/{CARDS[number % len(CARDS)]}/attach", customer=customer)["id"]
    shop.post(f"/customers/{customer}", **{"invoice_settings[default_payment_method]": card})
    shop.post("/subscriptions", customer=customer, **{"items[0][price]": price, "items[0][quantity]": 1 + number % 3})
    return customer, card


def _buy(shop: _Shop, customer: str, card: str, amount: int, *, given_back: bool) -> None:
    paid = shop.post(
        "/payment_intents",
        amount=amount,
        currency="usd",
        customer=customer,
        payment_method=card,
        confirm="true",
        off_session="true",
        **{"automatic_payment_methods[enabled]": "true", "automatic_payment_methods[allow_redirects]": "never"},
    )
    if given_back:
        shop.post("/refunds", payment_intent=paid["id"], amount=amount // 2)
