"""The load: a process of its own, which asks over connections that stay open and measures each answer.

Reads a Load as JSON from its input, prints "began" when the warm-up is over, and a Result as JSON at the end.
"""

import asyncio
import math
import random
import sys
import time
from dataclasses import asdict, dataclass

import orjson
import uvloop

from benchmarks.connection import Connection, percentile_ms

SEED = 3


@dataclass(frozen=True, slots=True)
class Load:
    """What to ask of whom. It ends after `seconds`, or after `requests` when they are given and done before."""

    port: int
    token: str
    bodies: list[str]
    """Bodies of requests, one of which is chosen at random each time."""
    seconds: float
    warmup: float = 1.0
    connections: int = 16
    requests: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    bytes: int
    """Mean length of an answer."""
    cpu_ms: float
    """Processor time that the load itself took for each request."""
    failed: int
    failure: str | None
    """The beginning of one answer that was not what it should be."""


class Run:
    """What all connections have in common."""

    def __init__(self, load: Load) -> None:
        self._random = random.Random(SEED)
        self._left = math.inf if load.requests is None else load.requests
        self._asked = [_request(load, body) for body in load.bodies]
        self.measuring = False
        self.over = asyncio.Event()
        self.latencies: list[float] = []
        self.bytes = 0
        self.failed = 0
        self.failure: str | None = None

    def next(self) -> bytes:
        return self._random.choice(self._asked)

    def cut_off(self, reason: str) -> None:
        self.failed += 1
        self.failure = reason

    def answered(self, status: int, body: bytes, seconds: float) -> None:
        if status != 200 or b'"errors"' in body:
            self.failed += 1
            self.failure = f"{status}: {body[:500].decode(errors='replace')}"
        if self.measuring and not self.over.is_set():
            self.latencies.append(seconds)
            self.bytes += len(body)
            self._left -= 1
            if self._left <= 0:
                self.over.set()


def _request(load: Load, body: str) -> bytes:
    content = body.encode()
    head = (
        f"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1:{load.port}\r\nAuthorization: Bearer {load.token}\r\n"
        f"Content-Type: application/json\r\nAccept: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def _tell(line: bytes) -> None:
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.flush()


async def run(load: Load) -> Result:
    loop = asyncio.get_running_loop()
    measured = Run(load)
    transports = []
    for _ in range(load.connections):
        transport, connection = await loop.create_connection(lambda: Connection(measured), "127.0.0.1", load.port)
        connection.ask()
        transports.append(transport)
    await asyncio.sleep(load.warmup)
    _tell(b"began")
    measured.measuring = True
    began, spent = time.perf_counter(), time.process_time()
    try:
        await asyncio.wait_for(measured.over.wait(), load.seconds)
    except TimeoutError:
        measured.over.set()
    seconds, spent = time.perf_counter() - began, time.process_time() - spent
    for transport in transports:
        transport.abort()
    answers = max(len(measured.latencies), 1)
    return Result(
        requests=len(measured.latencies),
        seconds=seconds,
        p50_ms=percentile_ms(measured.latencies, 0.5),
        p99_ms=percentile_ms(measured.latencies, 0.99),
        bytes=measured.bytes // answers,
        cpu_ms=1000 * spent / answers,
        failed=measured.failed,
        failure=measured.failure,
    )


if __name__ == "__main__":
    load = Load(**orjson.loads(sys.stdin.buffer.read()))
    _tell(orjson.dumps(asdict(uvloop.run(run(load)))))
