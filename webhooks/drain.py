"""Applies what was stored and not applied: by a process that died, while something was away, or by a replay."""

import asyncio
from collections.abc import Sequence

import structlog

from db.inbox import Taken
from mirror.background import Background
from mirror.events import Inbox

log = structlog.get_logger()

PAUSE_SECONDS = 1.0
AT_ONCE = 50
SIDE_BY_SIDE = 4
"""Applying may ask Stripe: a few wait for answers while another writes."""


class Drain:
    """Any number of processes may drain one inbox: each takes events that no other one holds."""

    def __init__(self, inbox: Inbox, background: Background) -> None:
        self._inbox = inbox
        self._background = background

    async def run(self) -> None:
        """Until the background closes."""
        going_on = True
        while going_on:
            try:
                found = await self.once()
            except Exception as error:
                # The database is away: what is due stays due.
                log.warning("The inbox could not be looked through.", error=type(error).__name__)
                found = 0
            going_on = await self._background.pause(0 if found == AT_ONCE else PAUSE_SECONDS)

    async def once(self) -> int:
        """Apply what is due now; how many events those were."""
        taken = await self._inbox.take(AT_ONCE)
        await asyncio.gather(*(self._apply(taken[first::SIDE_BY_SIDE]) for first in range(SIDE_BY_SIDE)))
        return len(taken)

    async def _apply(self, taken: Sequence[Taken]) -> None:
        for each in taken:
            # What is left when it is time to end is due again when its lease is over.
            if self._background.closing:
                return
            await self._inbox.apply_taken(each)
