"""The sandbox called without sockets: the same application and the same HTTP messages, many times as fast.

The clock stands still unless it is turned, and chance is seeded, so that the same requests have the same answers.
"""

import asyncio
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.routing import Route

from sandbox.account.clock import Clock
from sandbox.account.state import State
from sandbox.api.modes import Modes
from sandbox.app import build
from tests.sandbox.client import Client

BEGINNING = 1_793_491_200
URL = "http://sandbox.invalid"


class InProcess(httpx.BaseTransport):
    """Hands requests to an ASGI application, whose lifespan lasts until `close`."""

    def __init__(self, app: Starlette) -> None:
        self._app = app
        self._runner = asyncio.Runner()
        self._lifespan = app.router.lifespan_context(app)
        self._runner.run(self._lifespan.__aenter__())

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._runner.run(self._answer(request))

    def close(self) -> None:
        self._runner.run(self._lifespan.__aexit__(None, None, None))
        self._runner.close()

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": request.url.scheme,
            "path": request.url.path,
            "raw_path": request.url.raw_path.split(b"?")[0],
            "query_string": request.url.query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "client": ("127.0.0.1", 1),
            "server": (request.url.host, 80),
        }
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": request.read(), "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self._app(scope, receive, send)
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return httpx.Response(sent[0]["status"], headers=sent[0]["headers"], content=body)


class StandingClock(Clock):
    """Time that only passes when it is turned."""

    def __init__(self) -> None:
        super().__init__()
        self.moment = BEGINNING

    def now(self) -> int:
        return self.moment if self.held is None else self.held

    def release_at(self, moment: int) -> None:
        self.held, self.moment = None, moment


def state_of(app: Starlette) -> State:
    """What an application knows, to look at."""
    (modes,) = [route.app for route in app.routes if isinstance(route, Route) and isinstance(route.app, Modes)]
    return modes.test.state


@contextmanager
def inside(seed: int = 0) -> Iterator[tuple[Client, State]]:
    """A sandbox of its own, and what it knows."""
    app = build(base_url=URL)
    state = state_of(app)
    state.generator = random.Random(seed)
    state.clock = StandingClock()
    client = Client(URL, InProcess(app))
    try:
        yield client, state
    finally:
        client.http.close()
