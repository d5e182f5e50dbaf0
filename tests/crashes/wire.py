"""The way from a server to the sandbox, with a wire across it: what passes kills the server that sent it."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from starlette.types import ASGIApp, Message, Receive, Scope, Send

CHANGES = ("POST", "DELETE")


class Moment(StrEnum):
    """Where in a call to Stripe its sender dies."""

    UNHEARD = "before Stripe has carried it out, and Stripe never does"
    UNANSWERED = "after Stripe has carried it out, before it answers"
    ANSWERED = "just after Stripe has answered"


@dataclass
class _Trap:
    moment: Moment
    strike: Callable[[], None]
    calls: int
    sprung: threading.Event


class Wire:
    """An ASGI application around the sandbox. Servers are told apart by their secret keys."""

    def __init__(self, sandbox: ASGIApp) -> None:
        self._sandbox = sandbox
        self._traps: dict[str, _Trap] = {}

    def set(self, secret_key: str, moment: Moment, strike: Callable[[], None], *, calls: int) -> threading.Event:
        """Strike at the server's next call but so many that changes something; the event tells when that was."""
        trap = _Trap(moment, strike, calls, threading.Event())
        self._traps[secret_key] = trap
        return trap.sprung

    def take_away(self, secret_key: str) -> None:
        self._traps.pop(secret_key, None)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        trap = self._sprung_by(scope)
        if trap is None:
            await self._sandbox(scope, receive, send)
            return

        async def die_before(message: Message) -> None:
            if not trap.sprung.is_set():
                self._strike(trap)
            await send(message)

        if trap.moment is Moment.UNHEARD:
            self._strike(trap)
            await send({"type": "http.response.start", "status": 503, "headers": []})
            await send({"type": "http.response.body", "body": b""})
        elif trap.moment is Moment.UNANSWERED:
            await self._sandbox(scope, receive, die_before)
        else:
            await self._sandbox(scope, receive, send)
            await asyncio.sleep(0)
            self._strike(trap)

    def _sprung_by(self, scope: Scope) -> _Trap | None:
        if scope["type"] != "http" or scope["method"] not in CHANGES or not scope["path"].startswith("/v1/"):
            return None
        secret_key = dict(scope["headers"]).get(b"authorization", b"").decode().removeprefix("Bearer ")
        trap = self._traps.get(secret_key)
        if trap is None:
            return None
        trap.calls -= 1
        if trap.calls > 0:
            return None
        return self._traps.pop(secret_key, None)

    @staticmethod
    def _strike(trap: _Trap) -> None:
        trap.strike()
        trap.sprung.set()
