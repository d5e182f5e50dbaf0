"""The verbs as the schema calls them, between a real database and a sandbox that is spoken to over HTTP."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
from sqlalchemy import select

from db.accounts import Account
from db.engine import create_engine
from db.reads import open_reads
from mirror.apply import Mirror
from mirror.gateway import Gateway
from resolvers.context import Caller, CallerKind, Context, Policy, Services
from resolvers.customer import GetOrCreateCustomerRequest, get_or_create_customer
from resolvers.payment_method import AddPaymentMethodRequest, add_payment_method
from tests.serving import TRUSTED

SECRET_KEY = "sk_test_shop"
SUBSCRIBER_KEY = "subscriber_id"
TIMEOUT_SECONDS = 5.0
PATIENCE_SECONDS = 30


class Stripe:
    """The sandbox, past our own code."""

    def __init__(self, url: str, secret_key: str = SECRET_KEY) -> None:
        headers = {"authorization": f"Bearer {secret_key}"}
        self.http = httpx.AsyncClient(base_url=url, headers=headers, timeout=30, trust_env=False, verify=TRUSTED)
        self.url = url

    async def get(self, path: str, **params: Any) -> dict[str, Any]:
        return self._json(await self.http.get(path, params=params))

    async def post(self, path: str, **form: Any) -> dict[str, Any]:
        return self._json(await self.http.post(path, data=form))

    async def delete(self, path: str) -> dict[str, Any]:
        return self._json(await self.http.delete(path))

    async def all(self, path: str, **params: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        page = await self.get(path, limit=100, **params)
        while page["has_more"]:
            found.extend(page["data"])
            page = await self.get(path, limit=100, starting_after=found[-1]["id"], **params)
        found.extend(page["data"])
        return found

    async def fault(self, **fault: Any) -> None:
        """The next call that fits goes wrong: kind answer, hang, drop or lose."""
        self._json(await self.http.post("/sandbox/faults", json=fault))

    async def fault_began(self) -> None:
        """Wait until the call that goes wrong is there."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while self._json(await self.http.get("/sandbox/faults"))["faults"]:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    async def pass_authentication(self, intent: str) -> None:
        self._json(await self.http.post(f"/sandbox/intents/{intent}/complete", json={"succeed": True}))

    def _json(self, response: httpx.Response) -> dict[str, Any]:
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer


@dataclass
class Shop:
    """A catalogue, and callers."""

    services: Services
    stripe: Stripe
    _keys: "itertools.count[int]" = field(default_factory=itertools.count)

    def operator(self, id: str = "shop") -> Context:
        return Context(self.services, Caller(CallerKind.OPERATOR, id), "test", int(time.time()))

    def subscriber(self, id: str = "user_1", **claims: str) -> Context:
        return Context(self.services, Caller(CallerKind.SUBSCRIBER, id, **claims), "test", int(time.time()))

    def key(self) -> str:
        """An idempotency key that was never used."""
        return f"key-{next(self._keys)}"

    async def price(
        self, amount: int = 2500, currency: str = "usd", *, monthly: bool = True, known: bool = True
    ) -> str:
        """The id of a new price, of a new product, in the mirror too unless told otherwise. `amount` in minor units."""
        product = await self.stripe.post("/v1/products", name="Gold")
        how = {"recurring[interval]": "month"} if monthly else {}
        price = await self.stripe.post(
            "/v1/prices", product=product["id"], unit_amount=amount, currency=currency, **how
        )
        if known:
            await self.services.mirror.refresh("product", product["id"])
            await self.services.mirror.refresh("price", price["id"])
        return str(price["id"])

    async def customer(self, subscriber: str = "user_1", *, card: str | None = "pm_card_visa") -> str:
        """The id of the subscriber's customer, with a default payment method unless told otherwise."""
        context = self.subscriber(subscriber, email=f"{subscriber}@example.com")
        customer = (await get_or_create_customer(context, GetOrCreateCustomerRequest())).customer
        assert customer is not None
        if card is not None:
            added = await add_payment_method(context, AddPaymentMethodRequest(card))
            assert added.errors == ()
        return customer

    async def mirrored(self, table: Any, **conditions: Any) -> list[Mapping[str, Any]]:
        """Rows of a table of ours."""
        statement = select(table.__table__)
        for name, value in conditions.items():
            statement = statement.where(table.__table__.c[name] == value)
        async with self.services.engine.connect() as connection:
            return [dict(row._mapping) for row in await connection.execute(statement)]

    async def by_hand(self, *statements: Any) -> None:
        """Change rows past our own code."""
        async with self.services.engine.begin() as connection:
            for statement in statements:
                await connection.execute(statement)

    def impatient(self, seconds: float) -> "Shop":
        """The same shop with another deadline."""
        policy = replace(self.services.policy, stripe_timeout_seconds=seconds)
        return replace(self, services=replace(self.services, policy=policy))

    @asynccontextmanager
    async def speaking_to(self, url: str, *, secret_key: str = SECRET_KEY) -> AsyncIterator["Shop"]:
        """The same shop with another way to Stripe."""
        gateway = Gateway(secret_key=secret_key, api_base=url, timeout_seconds=TIMEOUT_SECONDS)
        services = self.services
        mirror = Mirror(services.engine, gateway, services.account, subscriber_key=SUBSCRIBER_KEY)
        try:
            yield replace(self, services=replace(services, gateway=gateway, mirror=mirror))
        finally:
            await mirror.close()
            await gateway.close()


@asynccontextmanager
async def open_shop(
    database_url: str, stripe_url: str, *, secret_key: str = SECRET_KEY, timeout_seconds: float = TIMEOUT_SECONDS
) -> AsyncIterator[Shop]:
    """The services of one server process."""
    gateway = Gateway(secret_key=secret_key, api_base=stripe_url, timeout_seconds=timeout_seconds)
    engine = create_engine(database_url)
    answer = await gateway.account()
    account = Account(answer.data["id"], livemode=False)
    mirror = Mirror(engine, gateway, account, subscriber_key=SUBSCRIBER_KEY)
    policy = Policy(subscriber_metadata_key=SUBSCRIBER_KEY, stripe_timeout_seconds=timeout_seconds)
    services = Services(engine, open_reads(engine, timeout_seconds=10), gateway, mirror, account, policy)
    stripe = Stripe(stripe_url, secret_key)
    try:
        yield Shop(services, stripe)
    finally:
        await services.in_flight.drain()
        await mirror.close()
        await services.reads.close()
        await stripe.http.aclose()
        await gateway.close()
        await engine.dispose()
