"""The sandbox as an ASGI application: a pretend Stripe with an account of its own."""

import asyncio
import random
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from sandbox.account.state import State
from sandbox.api.faults import Faults
from sandbox.api.serving import Api
from sandbox.control import Control
from sandbox.pages.pages import Pages
from sandbox.seed import plant
from sandbox.timing.advance import catch_up
from sandbox.webhooks.deliveries import Deliverer
from sandbox.webhooks.webhook_endpoints import add

METHODS = ["GET", "POST", "DELETE", "PUT", "PATCH"]
TICK_SECONDS = 0.25


class Sandbox(Starlette):
    """Starlette, with uvicorn's own part of a request within reach: what ASGI has no word for goes through it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = getattr(send, "__self__", None)
        scope["sandbox.transport"] = getattr(exchange, "transport", None)
        if exchange is not None and hasattr(exchange, "default_headers"):
            # The date of an answer is the sandbox's, not the server's.
            exchange.default_headers = [pair for pair in exchange.default_headers if pair[0] != b"date"]
        await super().__call__(scope, receive, send)


def build(
    *,
    webhook_url: str | None,
    webhook_secret: str | None,
    seed: bool,
    base_url: str = "http://127.0.0.1:12111",
) -> Starlette:
    """A fresh sandbox; nothing is shared between two of them.

    `webhook_url` gets all events, signed with `webhook_secret` (one is made up when it is None). `seed` fills it with
    demo data. `base_url` is where its own pages are, until the first request tells better.
    """
    state = State(random.Random(secrets.randbits(128)), base_url)
    deliverer = Deliverer(state)
    faults = Faults()
    if webhook_url is not None:
        add(state, webhook_url, ["*"], webhook_secret)
    if seed:
        plant(state)
    state.journal.commit()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await deliverer.start()
        ticker = asyncio.create_task(tick(state, deliverer))
        try:
            yield
        finally:
            ticker.cancel()
            await asyncio.gather(ticker, return_exceptions=True)
            await deliverer.stop()

    return Sandbox(
        routes=[
            Route("/v1/{path:path}", Api(state, deliverer, faults), methods=METHODS),
            *Control(state, deliverer, faults).routes(),
            *Pages(state, deliverer).routes(),
        ],
        lifespan=lifespan,
    )


async def tick(state: State, deliverer: Deliverer) -> None:
    """Lets due things happen while nobody calls."""
    while True:
        await asyncio.sleep(TICK_SECONDS)
        catch_up(state)
        state.journal.commit()
        deliverer.pick_up()
