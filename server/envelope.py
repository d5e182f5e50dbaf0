"""What every request gets: an id, a line in the log, and an answer without a traceback."""

import os
import re
import time
from collections.abc import Iterable
from http import HTTPStatus

import structlog
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, reset_contextvars

from server.errors import error_response

SANE_ID = re.compile(rb"[A-Za-z0-9._:-]{1,64}")
LOGGED_PATH = 200
FAULT = "Something went wrong here. The request id tells the people who run this server where to look."

log = structlog.stdlib.get_logger(__name__)


class Envelope:
    """The outermost middleware. X-Request-ID is taken from the client when it is sane, and given back."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        request_id = _request_id(scope["headers"])
        scope.setdefault("state", {})["request_id"] = request_id
        header = (b"x-request-id", request_id.encode())
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), header]
            await send(message)

        bound = bind_contextvars(request_id=request_id)
        try:
            await self.app(scope, receive, send_with_id)
        except Exception:
            log.exception("unexpected error")
            if status:
                raise
            response = error_response(Request(scope), HTTPStatus.INTERNAL_SERVER_ERROR, FAULT)
            await response(scope, receive, send_with_id)
        finally:
            milliseconds = round((time.perf_counter() - started) * 1000, 1)
            path = scope["path"][:LOGGED_PATH]
            tell = log.debug if path.startswith("/health/") else log.info
            tell("request", method=scope["method"], path=path, status=status, ms=milliseconds)
            reset_contextvars(**bound)


def _request_id(headers: Iterable[tuple[bytes, bytes]]) -> str:
    for name, value in headers:
        if name == b"x-request-id":
            if SANE_ID.fullmatch(value):
                return value.decode()
            break
    return os.urandom(16).hex()
