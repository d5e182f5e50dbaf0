"""POST /webhooks/stripe, as the server hands it on to the mirror's inbox."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mirror.measures import Measures
from server.errors import http_error
from server.wiring import Wiring


class Webhooks:
    """Counts how events are answered."""

    def __init__(self, wiring: Wiring, measures: Measures) -> None:
        self._wiring = wiring
        self._measures = measures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response: Response = await self._wiring.current().webhooks.receive(request)
            self._measures.webhook(response.status_code)
        except HTTPException as error:
            response = http_error(request, error)
        await response(scope, receive, send)
