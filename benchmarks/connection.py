"""One connection of a load, which stays open: asks, waits for the answer, asks again."""

import asyncio
import math
import time
from collections.abc import Sequence
from typing import Protocol, cast

import httptools


class Asking(Protocol):
    """What all connections of a run have in common."""

    over: asyncio.Event

    def next(self) -> bytes | None:
        """What to send, None when there is nothing left."""

    def answered(self, status: int, body: bytes, seconds: float) -> None: ...

    def cut_off(self, reason: str) -> None:
        """A connection ended before the run was over."""


class Connection(asyncio.Protocol):
    """Asks for the first time when it is told to."""

    def __init__(self, run: Asking) -> None:
        self._run = run

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, _error: Exception | None) -> None:
        if not self._run.over.is_set():
            self._run.cut_off("The server closed a connection.")
            self._run.over.set()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        seconds = time.perf_counter() - self._began
        self._run.answered(self._parser.get_status_code(), bytes(self._body), seconds)
        if not self._run.over.is_set():
            self.ask()

    def ask(self) -> None:
        if (request := self._run.next()) is None:
            return
        self._parser = httptools.HttpResponseParser(self)
        self._body = bytearray()
        self._began = time.perf_counter()
        self._transport.write(request)


def percentile_ms(latencies: Sequence[float], share: float) -> float:
    """The latency, in milliseconds, that a share of the answers did not exceed; latencies in seconds."""
    ordered = sorted(latencies)
    return 1000 * ordered[math.ceil(len(ordered) * share) - 1] if ordered else math.nan
