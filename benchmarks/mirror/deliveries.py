"""Delivers events: a process of its own, which signs them and posts them in their order over a number of connections.

Reads a Deliveries as JSON from its input, and prints a Delivered as JSON when every event is answered.
"""

import asyncio
import hashlib
import hmac
import math
import sys
import time
from collections import deque
from dataclasses import asdict, dataclass
from typing import cast

import httptools
import orjson
import uvloop


@dataclass(frozen=True, slots=True)
class Deliveries:
    port: int
    path: str
    secret: str
    events: list[str]
    """Bodies, the first that happened first."""
    connections: int


@dataclass(frozen=True, slots=True)
class Delivered:
    began: float
    """When the first event was sent, on the clock that all processes of a machine share (time.monotonic)."""
    ended: float
    """When the last one was answered."""
    p50_ms: float
    p99_ms: float
    cpu_seconds: float
    refused: int
    refusal: str | None
    """The beginning of one answer that was not 200."""


class Run:
    """What all connections have in common."""

    def __init__(self, given: Deliveries) -> None:
        self.left = deque(_signed(given, body.encode()) for body in given.events)
        self.unanswered = len(self.left)
        self.over = asyncio.Event()
        self.latencies: list[float] = []
        self.refused = 0
        self.refusal: str | None = None

    def answered(self, status: int, body: bytes, seconds: float) -> None:
        self.latencies.append(seconds)
        if status != 200:
            self.refused += 1
            self.refusal = f"{status}: {body[:300].decode(errors='replace')}"
        self.unanswered -= 1
        if not self.unanswered:
            self.over.set()


class Connection(asyncio.Protocol):
    """Takes the oldest event that nobody took, and the next one when that is answered."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, _error: Exception | None) -> None:
        if not self._run.over.is_set():
            self._run.refused += 1
            self._run.refusal = "The server closed a connection."
            self._run.over.set()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        self._run.answered(self._parser.get_status_code(), bytes(self._body), time.perf_counter() - self._began)
        self.deliver()

    def deliver(self) -> None:
        if self._run.left:
            self._parser = httptools.HttpResponseParser(self)
            self._body = bytearray()
            self._began = time.perf_counter()
            self._transport.write(self._run.left.popleft())


def _signed(given: Deliveries, body: bytes) -> bytes:
    moment = int(time.time())
    signature = hmac.new(given.secret.encode(), b"%d.%b" % (moment, body), hashlib.sha256).hexdigest()
    head = (
        f"POST {given.path} HTTP/1.1\r\nHost: 127.0.0.1:{given.port}\r\nContent-Type: application/json\r\n"
        f"Stripe-Signature: t={moment},v1={signature}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def run(given: Deliveries) -> Delivered:
    loop = asyncio.get_running_loop()
    measured = Run(given)
    connections = [
        (await loop.create_connection(lambda: Connection(measured), "127.0.0.1", given.port))
        for _ in range(given.connections)
    ]
    began, spent = time.monotonic(), time.process_time()
    for _, connection in connections:
        connection.deliver()
    await measured.over.wait()
    ended, spent = time.monotonic(), time.process_time() - spent
    for transport, _ in connections:
        transport.abort()
    latencies = sorted(measured.latencies) or [math.nan]
    return Delivered(
        began=began,
        ended=ended,
        p50_ms=1000 * latencies[len(latencies) // 2],
        p99_ms=1000 * latencies[math.ceil(len(latencies) * 0.99) - 1],
        cpu_seconds=spent,
        refused=measured.refused,
        refusal=measured.refusal,
    )


if __name__ == "__main__":
    told = uvloop.run(run(Deliveries(**orjson.loads(sys.stdin.buffer.read()))))
    sys.stdout.buffer.write(orjson.dumps(asdict(told)))
