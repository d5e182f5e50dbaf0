"""The operator's token, and the check of it that candidates do which are not ours."""

import time
from collections.abc import Mapping
from typing import Any

import jwt

SECRET = "the benchmark's tokens open nothing"
SCOPE = "billing:operator"
SECONDS = 24 * 3600


def token() -> str:
    now = int(time.time())
    return jwt.encode({"sub": "operator", "scope": SCOPE, "iat": now, "exp": now + SECONDS}, SECRET, algorithm="HS256")


class BearerCheck:
    """ASGI middleware: 401 to those who do not send an operator's token. A verified one is remembered."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._until: dict[bytes, int] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or self._is_operator(scope["headers"]):
            await self._app(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 401, "headers": [(b"www-authenticate", b"Bearer")]})
        await send({"type": "http.response.body", "body": b""})

    def _is_operator(self, headers: list[tuple[bytes, bytes]]) -> bool:
        given = dict(headers).get(b"authorization", b"")
        if given not in self._until:
            claims = self._claims(given.removeprefix(b"Bearer "))
            if claims.get("scope") != SCOPE:
                return False
            self._until[given] = claims["exp"]
        return time.time() < self._until[given]

    def _claims(self, given: bytes) -> Mapping[str, Any]:
        try:
            return jwt.decode(given, SECRET, algorithms=["HS256"])
        except jwt.PyJWTError:
            return {}
