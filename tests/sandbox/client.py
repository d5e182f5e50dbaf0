"""A caller of the sandbox: plain HTTP with Stripe's form encoding; no answer goes unchecked."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson

from tests.sandbox.conformance.answers import require
from tests.serving import TRUSTED

Object = dict[str, Any]
KEY = "sk_test_tests"
DAY = 86_400


@dataclass
class Refusal(Exception):
    """An answer of 400 or above that was not expected."""

    status: int
    error: Object
    headers: httpx.Headers = field(default_factory=httpx.Headers)

    def __str__(self) -> str:
        return f"{self.status} {self.error}"


class Client:
    """Calls of one sandbox."""

    def __init__(self, url: str, transport: httpx.BaseTransport | None = None) -> None:
        self.url = url
        hooks = {"response": [checked]}
        self.http = httpx.Client(
            base_url=url,
            auth=(KEY, ""),
            timeout=30,
            trust_env=False,
            verify=TRUSTED,
            event_hooks=hooks,
            transport=transport,
        )

    def send(self, method: str, path: str, headers: dict[str, str] | None = None, **params: Any) -> httpx.Response:
        pairs = list(flat(params))
        if method == "POST":
            return self.http.post(path, data=grouped(pairs), headers=headers)
        return self.http.request(method, path, params=grouped(pairs), headers=headers)

    def ask(self, method: str, path: str, **params: Any) -> Object:
        response = self.send(method, path, **params)
        body: Object = response.json()
        if response.status_code != 200:
            raise Refusal(response.status_code, body["error"], response.headers)
        return body

    def get(self, path: str, **params: Any) -> Object:
        return self.ask("GET", path, **params)

    def post(self, path: str, **params: Any) -> Object:
        return self.ask("POST", path, **params)

    def delete(self, path: str, **params: Any) -> Object:
        return self.ask("DELETE", path, **params)

    def control(self, what: str, /, **body: Any) -> Object:
        """A control call; its answer must be a success."""
        response = self.http.post(f"/sandbox/{what}", json=body)
        assert response.status_code == 200, response.text
        answer: Object = response.json()
        return answer

    def look(self, what: str) -> Object:
        """What a control route shows."""
        answer: Object = self.http.get(f"/sandbox/{what}").json()
        return answer

    def advance(self, seconds: int) -> None:
        self.control("clock", seconds=seconds)

    def price(
        self, amount: int = 2_500, currency: str = "usd", interval: str | None = "month", **params: Any
    ) -> Object:
        recurring = {"recurring": {"interval": interval} | params.pop("recurring", {})} if interval else {}
        product = params.pop("product_data", {"name": "Plan"})
        return self.post(
            "/v1/prices", unit_amount=amount, currency=currency, product_data=product, **recurring, **params
        )

    def customer(self, card: str | None = "pm_card_visa", **params: Any) -> Object:
        customer = self.post("/v1/customers", **({"email": "someone@example.com"} | params))
        if card is None:
            return customer
        method = self.post(f"/v1/payment_methods/{card}/attach", customer=customer["id"])
        return self.default_card(customer["id"], method["id"])

    def default_card(self, customer: str, method: str) -> Object:
        return self.post(f"/v1/customers/{customer}", invoice_settings={"default_payment_method": method})

    def new_card(self, customer: str, token: str) -> Object:
        method = self.post(f"/v1/payment_methods/{token}/attach", customer=customer)
        self.default_card(customer, method["id"])
        return method

    def subscribe(self, customer: Object, *prices: Object, **params: Any) -> Object:
        items = params.pop("items", [{"price": price["id"]} for price in prices])
        expand = params.pop("expand", ["latest_invoice"])
        return self.post("/v1/subscriptions", customer=customer["id"], items=items, expand=expand, **params)

    def subscription(self, id: str, *expand: str) -> Object:
        return self.get(f"/v1/subscriptions/{id}", expand=list(expand))

    def invoices(self, subscription: Object) -> list[Object]:
        """Newest first."""
        rows: list[Object] = self.get("/v1/invoices", subscription=subscription["id"], limit=100)["data"]
        return rows

    def intent_of(self, invoice: Object) -> Object:
        """The payment intent of an invoice."""
        payment = self.get("/v1/invoice_payments", invoice=invoice["id"])["data"][0]
        return self.get(f"/v1/payment_intents/{payment['payment']['payment_intent']}")

    def event_types(self, **params: Any) -> list[str]:
        """Oldest first."""
        events = self.get("/v1/events", limit=100, **params)["data"]
        return [event["type"] for event in reversed(events)]


def checked(response: httpx.Response) -> None:
    """Raises NotAsStripe for an answer of the API that Stripe could not have given."""
    path = response.request.url.path
    if path.startswith("/v1/"):
        body = orjson.loads(response.read())
        require(response.request.method, path, response.status_code, response.headers, body)


def flat(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Nested parameters as Stripe's pairs."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield from flat(below, f"{name}[{key}]" if name else key)
    elif isinstance(value, list):
        for place, below in enumerate(value):
            yield from flat(below, f"{name}[{place}]")
    elif isinstance(value, bool):
        yield name, "true" if value else "false"
    elif value is not None:
        yield name, str(value)


def grouped(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """As httpx takes them; names are distinct."""
    return dict(pairs)


def item_of(subscription: Object) -> Object:
    """The only item."""
    (item,) = subscription["items"]["data"]
    shown: Object = item
    return shown


def now() -> int:
    return int(time.time())
