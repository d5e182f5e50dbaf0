"""Applies what was stored and not applied: by a process that died, while something was away, or by a replay."""

import structlog

from mirror.background import Background
from mirror.events import Inbox

log = structlog.get_logger()

PAUSE_SECONDS = 1.0
AT_ONCE = 128


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
        if taken:
            await self._inbox.apply(taken)
        return len(taken)
