"""The sandbox as an ASGI application: a pretend Stripe with an account of its own."""

import asyncio
import random
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from sandbox.account.state import State
from sandbox.account.store import Store
from sandbox.api.faults import Faults
from sandbox.api.modes import Modes
from sandbox.api.serving import Api
from sandbox.controls.desk import Desk
from sandbox.controls.routes import routes as control_routes
from sandbox.demo.planting import Demo, plant
from sandbox.pages.control.routes import routes as page_routes
from sandbox.pages.pages import Pages
from sandbox.portal.portal_configurations import default_configuration
from sandbox.timing.advance import catch_up
from sandbox.webhooks.deliveries import Deliverer
from sandbox.webhooks.webhook_endpoints import add

METHODS = ["GET", "POST", "DELETE", "PUT", "PATCH", "OPTIONS"]
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
    webhook_url: str | None = None,
    webhook_secret: str | None = None,
    demo: Demo | None = None,
    data: Path | None = None,
    base_url: str = "http://127.0.0.1:12111",
    rate_limit: float | None = None,
) -> Starlette:
    """A sandbox; nothing is shared between two of them.

    `webhook_url` gets all events of test mode, signed with `webhook_secret` (one is made up when it is None). A new
    account begins with `demo` data, in test mode. It lives in memory, or in the file `data` (and the one beside it that
    ends in -live): what that holds already goes on. `base_url` is where the sandbox's own pages are, until the first
    request tells better. `rate_limit` is how many requests a second are answered, in each mode; all of them when it is
    None. Raises BadFile.
    """
    state = State(random.Random(secrets.randbits(128)), base_url)
    store = None if data is None else Store(data)
    if store is not None and not store.is_new:
        store.load(state)
        store.follow(state)
        send_to(state, webhook_url, webhook_secret)
    else:
        send_to(state, webhook_url, webhook_secret)
        copies = None if demo is None else plant(state, demo)
        if store is not None:
            store.begin(state, copies)
            store.follow(state)
    state.journal.commit()
    live = State(random.Random(secrets.randbits(128)), base_url, state)
    live_store = None if data is None else Store(data.with_name(f"{data.name}-live"))
    if live_store is not None:
        keep_beside(state, live, live_store)
    modes = [(one, Deliverer(one)) for one in (state, live)]
    for one, _ in modes:
        default_configuration(one)
        one.journal.commit()
        one.rules.requests_per_second = rate_limit
    faults = Faults()
    desk, live_desk = (Desk(*mode, faults) for mode in modes)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        for _, sender in modes:
            await sender.start()
        ticker = asyncio.create_task(tick(modes))
        try:
            yield
        finally:
            ticker.cancel()
            await asyncio.gather(ticker, return_exceptions=True)
            for _, sender in modes:
                await sender.stop()
            for file in (store, live_store):
                if file is not None:
                    file.close()

    return Sandbox(
        routes=[
            Route("/v1/{path:path}", Modes(*(Api(*mode, faults) for mode in modes)), methods=METHODS),
            *control_routes(desk, live_desk),
            *Pages(*modes[0]).routes(),
            *page_routes(desk),
        ],
        lifespan=lifespan,
    )


def keep_beside(state: State, live: State, store: Store) -> None:
    """Keeps live mode in a file of its own; account and time are those of test mode."""
    if store.is_new:
        store.begin(live, None)
    else:
        offset = state.clock.offset
        store.load(live)
        live.account, live.began, live.clock.offset = state.account, state.began, offset
    store.follow(live)
    live.journal.commit()


def send_to(state: State, url: str | None, secret: str | None) -> None:
    """Makes a webhook endpoint for all events, unless there is one of that address."""
    if url is not None and all(endpoint["url"] != url for endpoint in state.table("webhook_endpoint").rows.values()):
        add(state, url, ["*"], secret)


async def tick(modes: Sequence[tuple[State, Deliverer]]) -> None:
    """Lets due things happen while nobody calls."""
    while True:
        await asyncio.sleep(TICK_SECONDS)
        for state, deliverer in modes:
            catch_up(state)
            state.journal.commit()
            deliverer.pick_up()
