"""Work beside requests."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any


class Background:
    """Tasks that end at a pause, never amid a statement: a connection that is torn from its task is lost."""

    def __init__(self) -> None:
        self._closing = asyncio.Event()
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def pause(self, seconds: float) -> bool:
        """Wait. False when it is time to end."""
        try:
            await asyncio.wait_for(self._closing.wait(), seconds)
        except TimeoutError:
            return True
        return False

    @property
    def closing(self) -> bool:
        return self._closing.is_set()

    async def close(self) -> None:
        """Let everything end at its next pause."""
        self._closing.set()
        while self._tasks:
            # What ends may start what ends next.
            await asyncio.gather(*self._tasks, return_exceptions=True)


class Worker:
    """Work that runs once at a time, and begins when there is some."""

    def __init__(self, background: Background, work: Callable[[], Awaitable[None]]) -> None:
        self._background = background
        self._work = work
        self._idle = asyncio.Event()
        self._idle.set()

    def wake(self) -> None:
        if self._idle.is_set():
            self._idle.clear()
            self._background.start(self._run())

    async def idle(self) -> None:
        await self._idle.wait()

    async def _run(self) -> None:
        try:
            await self._work()
        finally:
            self._idle.set()
