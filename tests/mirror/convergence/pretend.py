"""A sandbox without sockets for the product's own client: the same HTTP messages, on which calls go wrong.

Nothing happens by itself: time passes when it is turned, and what a call comes to is ordered before it is made.
"""

import asyncio
import random
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, NoReturn
from urllib.parse import urlencode

import aiohttp
import httpx
import orjson
from starlette.applications import Starlette
from starlette.routing import Route

from mirror.gateway.transport import Response
from sandbox.account.objects import Object
from sandbox.account.state import State
from sandbox.api.faults import Faults, described
from sandbox.api.modes import Modes
from sandbox.api.views import public
from sandbox.app import build
from tests.sandbox.client import flat
from tests.sandbox.in_process import URL, StandingClock

KEY = "sk_test_convergence"
CARRIED_OUT_LATE, ANSWERED_LATE = "carried out late", "answered late"


class Cut(BaseException):
    """The sandbox has hung up. Not an Exception, which the application would answer."""


@dataclass
class Exchange:
    """One request at the sandbox, which may abort it."""

    sent: list[Any] = field(default_factory=list)

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    @property
    def transport(self) -> "Exchange":
        return self

    def abort(self) -> None:
        raise Cut


class Pretend:
    """A sandbox of its own."""

    def __init__(self, moment: int, seed: int) -> None:
        self._app = build(base_url=URL)
        modes = _modes(self._app)
        self.state: State = modes.test.state
        self.state.generator = random.Random(seed)
        self.clock = StandingClock()
        self.clock.moment = moment
        self.state.clock = self.clock
        self.faults: Faults = modes.test.faults

    def events(self) -> list[Object]:
        """All that were ever told, oldest first."""
        return [public(event) for event in self.state.table("event").rows.values()]

    async def call(self, method: str, path: str, **params: Any) -> tuple[int, Object]:
        """A request of somebody else's: nothing goes wrong with it."""
        form = urlencode(list(flat(params))).encode()
        query, body = (b"", form) if method == "POST" else (form, b"")
        headers = [(b"authorization", f"Bearer {KEY}".encode())]
        if body:
            headers.append((b"content-type", b"application/x-www-form-urlencoded"))
        return await self._asked(method, path, query, headers, body)

    async def control(self, what: str, **body: Any) -> tuple[int, Object]:
        return await self._asked("POST", f"/sandbox/{what}", b"", [], orjson.dumps(body))

    async def _asked(
        self, method: str, path: str, query: bytes, headers: list[tuple[bytes, bytes]], body: bytes
    ) -> tuple[int, Object]:
        exchange = await self.exchange(method, path, query, headers, body)
        answer: Object = orjson.loads(exchange.sent[1]["body"])
        return exchange.sent[0]["status"], answer

    async def exchange(
        self, method: str, path: str, query: bytes, headers: list[tuple[bytes, bytes]], body: bytes
    ) -> Exchange:
        """Raises Cut."""
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query,
            "root_path": "",
            "headers": headers,
            "client": ("127.0.0.1", 1),
            "server": ("sandbox.invalid", 80),
        }
        exchange = Exchange()

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, receive, exchange.send)
        return exchange


class Way(httpx.AsyncBaseTransport):
    """From one process of ours to the sandbox, and what goes wrong on it."""

    def __init__(self, pretend: Pretend) -> None:
        self._pretend = pretend
        self.orders: deque[dict[str, Any] | None] = deque()
        """What comes of the next calls, in their order: a fault, or None where all goes well."""
        self.is_dead = False
        self.late = 0
        """How many calls wait for `let_through`."""
        self.somebody_waits = asyncio.Event()
        self._gate = asyncio.Event()
        self._end = asyncio.Event()

    def end(self) -> None:
        """Of one that died: have nobody wait for it any more."""
        self._end.set()
        self._gate.set()

    def let_through(self) -> None:
        """Let the calls that are late go on, unless nobody is left to hear of them."""
        if not self.is_dead:
            self._gate.set()
            self._gate = asyncio.Event()

    async def exchange(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any, sending: SimpleNamespace
    ) -> Response:
        """In place of the transport's own."""
        sending.sent = True
        request = httpx.Request(method, url, headers=dict(headers), content=post_data)
        try:
            answer = await self.handle_async_request(request)
        except httpx.ReadError as error:
            raise aiohttp.ServerDisconnectedError from error
        return Response(answer.status_code, answer.headers, answer.content)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.is_dead:
            await self._wait_for_the_end(request)
        order = self.orders.popleft() if self.orders else None
        kind = None if order is None else order["kind"]
        if kind == CARRIED_OUT_LATE:
            await self._wait(request)
        elif kind not in (None, ANSWERED_LATE):
            self._pretend.faults.waiting.append(described(order))
        headers = [(name.lower(), value) for name, value in request.headers.raw]
        try:
            exchange = await self._pretend.exchange(
                request.method, request.url.path, request.url.query, headers, request.read()
            )
        except Cut:
            raise httpx.ReadError("The connection was cut.", request=request) from None
        finally:
            self._pretend.faults.waiting.clear()
        if kind == ANSWERED_LATE:
            await self._wait(request)
        body = b"".join(message.get("body", b"") for message in exchange.sent[1:])
        return httpx.Response(exchange.sent[0]["status"], headers=exchange.sent[0]["headers"], content=body)

    async def _wait(self, request: httpx.Request) -> None:
        gate = self._gate
        self.late += 1
        self.somebody_waits.set()
        try:
            await gate.wait()
        finally:
            self.late -= 1
        if self.is_dead:
            await self._wait_for_the_end(request)

    async def _wait_for_the_end(self, request: httpx.Request) -> NoReturn:
        await self._end.wait()
        raise httpx.ReadError("Nobody hears of it.", request=request)


def _modes(app: Starlette) -> Modes:
    (modes,) = [route.app for route in app.routes if isinstance(route, Route) and isinstance(route.app, Modes)]
    return modes
