"""One process of ours: everything of it that keeps the mirror true, without a socket."""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any

import httpx
import orjson
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.requests import Request

from db import watermarks
from db.accounts import Account
from db.inbox import InboxEvent
from db.leases import Lease
from db.operations import OperationRow
from db.reads import Reads
from mirror.apply import Mirror
from mirror.catchup import NAME, CatchUp
from mirror.events import Inbox
from mirror.gateway import Gateway
from resolvers.context import Policy, Services
from sandbox.webhooks.deliveries import signature
from tests.mirror.convergence.pretend import KEY, Pretend, Way
from tests.resolvers.shop import SUBSCRIBER_KEY, Shop, Stripe
from tests.sandbox.in_process import URL
from webhooks.drain import Drain
from webhooks.endpoint import WebhookEndpoint

SECRET = "whsec_convergence"
TIMEOUT_SECONDS = 20.0
LATE_SECONDS = 0.05
"""How long others go on beside calls that are late, before the history does."""


class Hub:
    """It shares its database with others, and has its own way to Stripe."""

    def __init__(self, engine: AsyncEngine, reads: Reads, pretend: Pretend) -> None:
        self.way = Way(pretend)
        gateway = Gateway(secret_key=KEY, api_base=URL, timeout_seconds=TIMEOUT_SECONDS)
        gateway._transport._exchange = self.way.exchange  # type: ignore[method-assign]
        self.account = Account(pretend.state.account, livemode=False)
        mirror = Mirror(engine, gateway, self.account, subscriber_key=SUBSCRIBER_KEY)
        inbox = Inbox(engine, mirror)
        policy = Policy(subscriber_metadata_key=SUBSCRIBER_KEY, stripe_timeout_seconds=TIMEOUT_SECONDS)
        services = Services(engine, reads, gateway, mirror, self.account, policy)
        stripe = Stripe(URL, KEY)
        stripe.http = httpx.AsyncClient(
            transport=Way(pretend), base_url=URL, headers={"authorization": f"Bearer {KEY}"}
        )
        self.shop = Shop(services, stripe)
        self._engine = engine
        self._mirror = mirror
        self._endpoint = WebhookEndpoint(inbox, self.account, [SECRET])
        self._drain = Drain(inbox, mirror.background)
        self._catch_up = CatchUp(engine, gateway, mirror, inbox)
        self._running: set[asyncio.Task[Any]] = set()

    async def begin(self, moment: int) -> None:
        """The mirror was right at the moment (whole seconds, UTC), when there was nothing yet."""
        async with self._engine.begin() as connection:
            await watermarks.write(connection, self.account, NAME, moment)

    async def run(self, *work: Coroutine[Any, Any, Any]) -> None:
        """Do all of it side by side, until it is done or waits for calls that are late."""
        self._running |= {asyncio.create_task(each) for each in work}
        while self._running:
            self.way.somebody_waits.clear()
            waiting = asyncio.create_task(self.way.somebody_waits.wait())
            late = LATE_SECONDS if self.way.late else None
            done, _ = await asyncio.wait({*self._running, waiting}, timeout=late, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            self._running -= done
            for task in done - {waiting}:
                task.result()
            if not done:
                return

    async def go_on(self) -> None:
        """Let what is late arrive, and everything that waits for it end."""
        while self._running or self.way.late:
            self.way.let_through()
            await self.run()
            await asyncio.sleep(0)

    async def receive(self, event: dict[str, Any]) -> None:
        """Stripe delivers an event."""
        body = orjson.dumps(event)
        headers = {"stripe-signature": signature(body, SECRET, int(time.time()))}

        async def message() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        response = await self._endpoint.receive(
            Request({"type": "http", "method": "POST", "path": "/", "headers": raw}, message)
        )
        assert response.status_code == 200, response.body
        await self._endpoint.applied()

    async def drain(self) -> int:
        return await self._drain.once()

    async def catch_up(self) -> int | None:
        return await self._catch_up.once()

    async def time_passes(self) -> None:
        """As much as every pause and every lease lasts."""
        owned = {"account": self.account.id, "livemode": self.account.livemode}
        async with self._engine.begin() as connection:
            for table, values in (
                (InboxEvent, {"due_at": 0}),
                (Lease, {"until": 0}),
                (OperationRow, {"lease_until": 0}),
            ):
                statement = update(table).filter_by(**owned).values(values)
                if table is InboxEvent:
                    statement = statement.where(InboxEvent.due_at.is_not(None))
                await connection.execute(statement)

    async def rest(self) -> None:
        """End what runs beside, so that nobody writes while what is here is compared."""
        await self._mirror.close()

    async def end(self) -> None:
        """As a server that is told to stop ends."""
        self.way.orders.clear()
        await self.go_on()
        await self.shop.services.in_flight.drain()
        await self._mirror.close()
        await self._close_connections()

    def die(self) -> None:
        """As a process that is killed: what waits for Stripe never goes on."""
        self.way.is_dead = True

    async def bury(self) -> None:
        """End the tasks of one that died, when nothing depends on it any more."""
        self.way.end()
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._mirror.close()
        await self._close_connections()

    async def _close_connections(self) -> None:
        await self.shop.stripe.http.aclose()
        await self.shop.services.gateway.close()
