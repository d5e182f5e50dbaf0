"""Two servers on one database, as people start them: deliveries to either or both, SIGKILL, and starting anew."""

import asyncio
import os
import random
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import func, select, update

from db.inbox import EventState, InboxEvent
from db.leases import Lease
from sandbox.app import build
from sandbox.webhooks.deliveries import signature
from server.settings import Settings
from tests.mirror.convergence.versions import as_of_old
from tests.mirror.equality import differences
from tests.program import Process
from tests.resolvers.shop import SECRET_KEY, Shop, open_shop
from tests.serving import any_unused_port, free_port, serving, url_of

SEED = int(os.environ.get("STRIPE_GRAPHQL_TEST_SEED", "1"))
STEPS = int(os.environ.get("STRIPE_GRAPHQL_TEST_STEPS", "12"))
SECRET = "whsec_processes"
PATIENCE_SECONDS = 120.0

pytestmark = pytest.mark.anyio


class Server:
    """`stripe-graphql serve` on one port."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        port = any_unused_port()
        self.url = f"http://127.0.0.1:{port}"
        inherited = {name: value for name, value in os.environ.items() if name.lower() not in Settings.model_fields}
        self._environment = inherited | environment
        self._command = ["server.cli", "serve", "--port", str(port)]
        self._folder = folder
        self._process: Process | None = None

    def start(self) -> None:
        self._process = Process(
            *self._command,
            cwd=self._folder,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def kill(self) -> None:
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    async def is_ready(self) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        async with httpx.AsyncClient(trust_env=False) as http:
            while True:
                assert self._process is not None
                assert self._process.poll() is None, "A server has ended by itself."
                assert time.monotonic() < deadline, "A server does not start."
                try:
                    if (await http.get(f"{self.url}/health/ready")).status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.05)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def sandbox_url() -> Iterator[str]:
    with free_port() as listener, serving(build(), listener):
        yield url_of(listener)


@pytest.fixture
def servers(postgres_url: str, sandbox_url: str, tmp_path: Path) -> Iterator[list[Server]]:
    environment = {
        "DATABASE_URL": postgres_url,
        "STRIPE_SECRET_KEY": SECRET_KEY,
        "STRIPE_API_BASE": sandbox_url,
        "STRIPE_WEBHOOK_SECRETS": SECRET,
        "JWT_SECRET": "a secret that is long enough for everyone",
        "JWT_ISSUER": "https://issuer.example",
        "JWT_AUDIENCE": "stripe-graphql",
    }
    with ExitStack() as stack:
        servers = [Server(tmp_path, environment) for _ in range(2)]
        for server in servers:
            stack.callback(server.kill)
            server.start()
        yield servers


@asynccontextmanager
async def post() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
        yield http


async def deliver(http: httpx.AsyncClient, server: Server, event: dict[str, Any]) -> None:
    """Once. What does not arrive is lost."""
    body = orjson.dumps(event)
    headers = {"stripe-signature": signature(body, SECRET, int(time.time()))}
    try:
        answer = await http.post(f"{server.url}/webhooks/stripe", content=body, headers=headers)
    except httpx.TransportError:
        return
    assert answer.status_code in (200, 503), answer.text


class Shopkeeper:
    """Changes things at Stripe."""

    def __init__(self, shop: Shop, rng: random.Random) -> None:
        self._stripe = shop.stripe
        self._rng = rng
        self._prices: list[str] = []
        self._customers: list[str] = []

    async def opens(self) -> None:
        product = (await self._stripe.post("/v1/products", name="Gold"))["id"]
        monthly = {"product": product, "currency": "usd", "recurring[interval]": "month"}
        self._prices = [
            (await self._stripe.post("/v1/prices", unit_amount=amount, **monthly))["id"] for amount in (900, 2_500)
        ]
        self._coupon = (await self._stripe.post("/v1/coupons", percent_off=20, duration="forever"))["id"]

    async def acts(self) -> None:
        await self._rng.choice((self._welcomes, self._sells, self._swaps, self._charges, self._renames, self._waits))()

    async def _welcomes(self) -> None:
        customer = (await self._stripe.post("/v1/customers", email="ada@example.com"))["id"]
        card = await self._stripe.post("/v1/payment_methods/pm_card_visa/attach", customer=customer)
        default = {"invoice_settings[default_payment_method]": card["id"]}
        await self._stripe.post(f"/v1/customers/{customer}", **default)
        self._customers.append(customer)

    async def _sells(self) -> None:
        if self._customers:
            items = {"items[0][price]": self._rng.choice(self._prices), "discounts[0][coupon]": self._coupon}
            await self._stripe.post("/v1/subscriptions", customer=self._rng.choice(self._customers), **items)

    async def _swaps(self) -> None:
        for subscription in (await self._stripe.all("/v1/subscriptions"))[:1]:
            item = {"items[0][id]": subscription["items"]["data"][0]["id"]}
            swap = item | {"items[0][price]": self._rng.choice(self._prices)}
            path = f"/v1/subscriptions/{subscription['id']}"
            await (self._stripe.post(path, **swap) if self._rng.random() < 0.7 else self._stripe.delete(path))

    async def _charges(self) -> None:
        charges = [each for each in await self._stripe.all("/v1/charges") if not each["refunded"]]
        if charges and self._rng.random() < 0.5:
            await self._stripe.post("/v1/refunds", charge=charges[0]["id"], amount=1)
        elif self._customers:
            customer = self._rng.choice(self._customers)
            await self._stripe.post("/v1/invoiceitems", customer=customer, amount=300, currency="usd")
            bill = {"customer": customer, "currency": "usd", "pending_invoice_items_behavior": "include"}
            invoice = await self._stripe.post("/v1/invoices", **bill)
            await self._stripe.post(f"/v1/invoices/{invoice['id']}/pay")

    async def _renames(self) -> None:
        if self._customers:
            place = self._rng.randrange(len(self._customers))
            if self._rng.random() < 0.3:
                await self._stripe.delete(f"/v1/customers/{self._customers.pop(place)}")
            else:
                await self._stripe.post(f"/v1/customers/{self._customers[place]}", name=f"{self._rng.random()}")

    async def _waits(self) -> None:
        seconds = self._rng.choice((1, 3_600, 32 * 86_400))
        (await self._stripe.http.post("/sandbox/clock", json={"seconds": seconds})).raise_for_status()


async def test_two_servers_that_are_killed_end_equal_to_stripe(
    servers: list[Server], postgres_url: str, sandbox_url: str
) -> None:
    rng = random.Random(SEED)
    for server in servers:
        await server.is_ready()
    async with open_shop(postgres_url, sandbox_url) as shop, post() as http:
        shopkeeper = Shopkeeper(shop, rng)
        await shopkeeper.opens()
        seen: set[str] = set()
        for step in range(STEPS):
            await shopkeeper.acts()
            if rng.random() < 0.2:
                fault = rng.choice(
                    ({"status": 500}, {"status": 429, "code": "lock_timeout"}, {"kind": "drop"}, {"kind": "lose"})
                )
                await shop.stripe.fault(method="GET", path="/v1/(customers|subscriptions|invoices|events)/?.+", **fault)
            events = [each for each in await shop.stripe.all("/v1/events") if each["id"] not in seen]
            seen |= {each["id"] for each in events}
            rng.shuffle(events)
            await asyncio.gather(*(job for each in events for job in deliveries(http, servers, each, rng)))
            if step % (STEPS // 3) == STEPS // 6:
                one = rng.choice(servers)
                one.kill()
                one.start()
        (await shop.stripe.http.delete("/sandbox/faults")).raise_for_status()
        for server in servers:
            server.kill()
        # Nobody lives who could be applying an event or holding a lease: the next ones need not wait for it.
        async with shop.services.engine.begin() as connection:
            await connection.execute(update(InboxEvent).values(due_at=0).where(InboxEvent.state == EventState.PENDING))
            await connection.execute(update(Lease).values(until=0))
        for server in servers:
            server.start()
        await comes_right(shop)


def deliveries(
    http: httpx.AsyncClient, servers: list[Server], event: dict[str, Any], rng: random.Random
) -> Iterator[Any]:
    """To one server, to both at once, in another version, or never."""
    if rng.random() < 0.2:
        return
    if rng.random() < 0.2:
        event = as_of_old(event)
    for server in rng.choice((servers, servers[:1], servers[1:], [servers[0]] * 2)):
        yield deliver(http, server, event)


async def comes_right(shop: Shop) -> None:
    """The servers themselves do it; only the pauses between tries are cut short."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        async with shop.services.engine.begin() as connection:
            await connection.execute(
                update(InboxEvent)
                .where(InboxEvent.attempts > 0)
                .values(due_at=0)
                .where(InboxEvent.state == EventState.PENDING)
            )
            pending = await connection.scalar(
                select(func.count()).select_from(InboxEvent).where(InboxEvent.state == EventState.PENDING)
            )
        found = ["Events are pending."] if pending else await differences(shop)
        if not found:
            return
        assert time.monotonic() < deadline, "\n".join(found)
        await asyncio.sleep(0.5)
