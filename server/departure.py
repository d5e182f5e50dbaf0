"""Clients that go away while they wait: what is read for them is read no further."""

import asyncio
from types import TracebackType
from typing import Self

from starlette.types import Receive

PATIENCE_SECONDS = 0.5
"""Nearly every answer is there before, and then nobody has to be watched."""


class Departed(Exception):
    """The client is gone: there is nobody to answer."""


class Departure:
    """While the block runs, a client's departure ends it. Raises Departed then."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._watching: asyncio.Task[None] | None = None
        self._departed = False

    def __enter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._waiting = asyncio.current_task()
        self._timer = self._loop.call_later(PATIENCE_SECONDS, self._begin)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        if self._watching is not None:
            self._watching.cancel()
        if self._departed and kind is asyncio.CancelledError and self._waiting is not None:
            self._waiting.uncancel()
            raise Departed from None

    def _begin(self) -> None:
        self._watching = self._loop.create_task(self._watch())

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._departed = True
        if self._waiting is not None:
            self._waiting.cancel()
