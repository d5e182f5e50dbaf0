"""Send one request within a deadline, and try again only where that cannot do a thing twice."""

import asyncio
import random
import ssl
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any
from urllib.request import getproxies, proxy_bypass

import aiohttp
import certifi
import orjson
import stripe
from yarl import URL

from mirror.errors import Unavailable, Uncertain
from mirror.gateway.pace import Pace

TRIES = 3
FIRST_PAUSE_SECONDS = 0.25
KEEP_ALIVE_SECONDS = 4.0
"""Under the usual five of servers: what is sent on a connection that is just being closed gets no answer."""
CONNECTIONS = 100


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    headers: Mapping[str, str]
    content: bytes


class Transport(stripe.HTTPClient):
    """The SDK's HTTP client, with the retries that are ours to decide.

    Raises Unavailable when no byte of the request left, or when a question got no answer; Uncertain when a request
    that changes something was sent and its answer never came. Answers of any status are the SDK's to read.
    """

    name = "aiohttp"

    def __init__(self, timeout_seconds: float, pace: Pace | None = None) -> None:
        super().__init__()
        self._timeout_seconds = timeout_seconds
        self._pace = pace
        self._opened: aiohttp.ClientSession | None = None
        self.deadline: ContextVar[float | None] = ContextVar("deadline", default=None)
        """On the event loop's clock; None is `timeout_seconds` from the beginning of the call."""
        self.answer: ContextVar[Any] = ContextVar("answer", default=None)
        """What the last call of this task was answered, read by orjson; None where the SDK has to read it."""

    async def request_with_retries_async(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        post_data: Any = None,
        max_network_retries: int | None = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[bytes, int, Mapping[str, str]]:
        clock = asyncio.get_running_loop().time
        deadline = self.deadline.get() or clock() + self._timeout_seconds
        tried = 0
        while True:
            tried += 1
            if tried > 1 and self._pace is not None:
                await self._pace.turn()
            try:
                response = await self._send(method, url, headers, post_data, deadline)
            except Unavailable:
                pause = _pause(tried, None)
                if tried == TRIES or clock() + pause > deadline:
                    raise
            else:
                pause = _pause(tried, response)
                if response.status == 429 and self._pace is not None:
                    self._pace.slow_down(pause)
                if tried == TRIES or not may_repeat(response) or clock() + pause > deadline:
                    return self._left_to_read(response), response.status, response.headers
            await asyncio.sleep(pause)

    def _left_to_read(self, response: Response) -> bytes:
        """What the SDK gets to read: nothing of a good answer, since a page of a list takes it many times as long."""
        self.answer.set(None)
        if 200 <= response.status < 300:
            try:
                self.answer.set(orjson.loads(response.content))
            except orjson.JSONDecodeError:
                # Not JSON, or a half of a surrogate pair: the SDK knows what to make of it.
                return response.content
            return b"{}"
        return response.content

    async def _send(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any, deadline: float
    ) -> Response:
        sending = SimpleNamespace(sent=False)
        try:
            async with asyncio.timeout_at(deadline):
                return await self._exchange(method, url, headers, post_data, sending)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            if sending.sent and method != "get":
                raise Uncertain("The request was sent to Stripe, and its answer did not come.") from error
            raise Unavailable("Stripe could not be reached.") from error

    async def _exchange(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any, sending: SimpleNamespace
    ) -> Response:
        """One request and its answer. Sets `sending.sent` when the request may have left."""
        to = URL(url, encoded=True)
        async with self._session(to).request(
            method,
            to,
            headers=headers,
            data=post_data,
            allow_redirects=False,
            trace_request_ctx=sending,
        ) as answer:
            return Response(answer.status, answer.headers, await answer.read())

    def _session(self, to: URL) -> aiohttp.ClientSession:
        if self._opened is None:
            trace = aiohttp.TraceConfig()
            trace.on_request_headers_sent.append(_note_sent)
            self._opened = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=CONNECTIONS,
                    keepalive_timeout=KEEP_ALIVE_SECONDS,
                    ssl=_trusted(),
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
                proxy=_proxy(to),
                trace_configs=[trace],
            )
        return self._opened

    async def close_async(self) -> None:
        if self._opened is not None:
            await self._opened.close()


@cache
def _trusted() -> ssl.SSLContext:
    """Whose certificates are believed. To read them takes as long as ten calls: once a process."""
    return ssl.create_default_context(cafile=certifi.where())


def _proxy(to: URL) -> str | None:
    """The one that the environment names. aiohttp would look anew for each call, in a thread: as dear as the call."""
    return None if proxy_bypass(to.host or "") else getproxies().get(to.scheme)


async def _note_sent(
    _session: aiohttp.ClientSession, context: SimpleNamespace, _params: aiohttp.TraceRequestHeadersSentParams
) -> None:
    """Called just before the headers leave."""
    sending = context.trace_request_ctx
    if sending.sent:
        # aiohttp would send a DELETE once more by itself when its connection breaks, and whatever may be repeated.
        raise aiohttp.ServerDisconnectedError
    sending.sent = True


def may_repeat(response: Response) -> bool:
    """Whether the same request may be sent again: Stripe's own word, else what certainly was not carried out."""
    advice = response.headers.get("stripe-should-retry")
    if advice in ("true", "false"):
        return advice == "true"
    return response.status in (409, 429)


def _pause(tried: int, response: Response | None) -> float:
    pause: float = FIRST_PAUSE_SECONDS * 2 ** (tried - 1) * random.uniform(1, 2)
    asked = response.headers.get("retry-after", "") if response is not None else ""
    return max(pause, float(asked)) if asked.isdigit() else pause
