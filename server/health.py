"""Whether the process lives, and whether it can serve. Stripe's absence is not unreadiness: reads go on without it."""

import asyncio

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse

from db.outage import DATABASE_AWAY
from db.schema_version import schema_is_current
from server.wiring import Wiring

PATIENCE_SECONDS = 3

log = structlog.stdlib.get_logger(__name__)


class Health:
    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring

    async def live(self, _request: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    async def ready(self, _request: Request) -> JSONResponse:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                current = await schema_is_current(self._wiring.engine)
        except DATABASE_AWAY as error:
            log.warning("not ready", error=type(error).__name__)
            return JSONResponse({"status": "unavailable", "reason": "The database cannot be reached."}, 503)
        if not current:
            reason = "The database's schema is behind: run `stripe-graphql migrate`."
            return JSONResponse({"status": "unavailable", "reason": reason}, 503)
        return JSONResponse({"status": "ok"})
