"""Delivers events: a process of its own, which signs them and posts them in their order over a number of connections.

Reads a Deliveries as JSON from its input, and prints a Delivered as JSON when every event is answered.
"""

import asyncio
import hashlib
import hmac
import sys
import time
from collections import deque
from dataclasses import asdict, dataclass

import orjson
import uvloop

from benchmarks.connection import Connection, percentile_ms


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

    def next(self) -> bytes | None:
        """The oldest event that nobody took."""
        return self.left.popleft() if self.left else None

    def cut_off(self, reason: str) -> None:
        self.refused += 1
        self.refusal = reason

    def answered(self, status: int, body: bytes, seconds: float) -> None:
        self.latencies.append(seconds)
        if status != 200:
            self.refused += 1
            self.refusal = f"{status}: {body[:300].decode(errors='replace')}"
        self.unanswered -= 1
        if not self.unanswered:
            self.over.set()


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
        connection.ask()
    await measured.over.wait()
    ended, spent = time.monotonic(), time.process_time() - spent
    for transport, _ in connections:
        transport.abort()
    return Delivered(
        began=began,
        ended=ended,
        p50_ms=percentile_ms(measured.latencies, 0.5),
        p99_ms=percentile_ms(measured.latencies, 0.99),
        cpu_seconds=spent,
        refused=measured.refused,
        refusal=measured.refusal,
    )


if __name__ == "__main__":
    told = uvloop.run(run(Deliveries(**orjson.loads(sys.stdin.buffer.read()))))
    sys.stdout.buffer.write(orjson.dumps(asdict(told)))
