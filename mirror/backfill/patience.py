"""What goes wrong for a while is tried again, with growing pauses."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from db.outage import DATABASE_AWAY
from mirror.apply import Contended
from mirror.errors import Unavailable

Say = Callable[[str], None]
T = TypeVar("T")

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0
PATIENCE_SECONDS = 900.0
ENDING_SECONDS = 5.0
AWAY = "The database cannot be reached."


class GivenUp(Exception):
    """Nothing helped for a quarter of an hour. The message says what was wrong."""


async def _whole(work: Awaitable[T]) -> T:
    """Let what is under way end when it is cancelled: a connection that is torn from its task is lost."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=ENDING_SECONDS)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise


async def persistently(work: Callable[[], Awaitable[T]], say: Say) -> T:
    """Do it until it is done. Raises GivenUp in the end, and at once what no waiting mends."""
    clock = asyncio.get_running_loop().time
    begun, pause = clock(), FIRST_PAUSE_SECONDS
    while True:
        try:
            return await _whole(work())
        except (Unavailable, Contended) as error:
            reason = str(error)
        except DATABASE_AWAY:
            reason = AWAY
        if clock() - begun > PATIENCE_SECONDS:
            raise GivenUp(reason)
        say(f"{reason} Trying again in {pause:.0f} s.")
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
