"""Keeps the database's plans good while the mirror grows."""

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from db import statistics
from mirror.background import Background

log = structlog.get_logger()

PAUSE_SECONDS = 1.0


class Growth:
    """A mirror may grow by thousands of rows a second, when it is filled or when events come in a burst."""

    def __init__(self, engine: AsyncEngine, background: Background) -> None:
        self._engine = engine
        self._background = background

    async def watch(self) -> None:
        """Look every second, until the background closes."""
        going_on = True
        while going_on:
            try:
                await statistics.renew(self._engine)
            except Exception as error:
                log.warning("The statistics of the tables could not be renewed.", error=type(error).__name__)
            going_on = await self._background.pause(PAUSE_SECONDS)
