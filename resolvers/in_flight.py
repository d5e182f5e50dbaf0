"""Mutations that are being carried out: they end, whoever stops waiting for them."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


class InFlight:
    """What must not be cut off by a client that goes away, nor by a server that is told to stop."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    async def carry_out(self, work: Coroutine[Any, Any, Result]) -> Result:
        """The result of the work. Cancelling the wait leaves the work running."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await asyncio.shield(task)

    async def drain(self) -> None:
        """Wait until nothing is being carried out any more."""
        while self._tasks:
            await asyncio.wait(list(self._tasks))
