"""The floor: ready-made JSON by raw asyncpg behind a bare ASGI app. No token, no GraphQL, one statement a request.

Started by uvicorn; takes the settings SOCKET and DATABASE.
"""

import os
from typing import Any

import asyncpg
import orjson

CONNECTIONS = 16
STATEMENT = "SELECT body FROM ready_made WHERE id = $1"

Scope = dict[str, Any]


class Floor:
    """Answers {"variables": {"id": …}} with what is kept for the id."""

    def __init__(self, socket: str, database: str) -> None:
        self._where = {"host": socket, "user": "postgres", "database": database}
        self._free: list[asyncpg.Connection] = []

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        else:
            await self._answer(receive, send)

    async def _lifespan(self, receive: Any, send: Any) -> None:
        await receive()
        self._free = [await asyncpg.connect(**self._where) for _ in range(CONNECTIONS)]
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for connection in self._free:
            await connection.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _answer(self, receive: Any, send: Any) -> None:
        asked = await receive()
        key = orjson.loads(asked["body"])["variables"]["id"]
        connection = self._free.pop()
        body = await connection.fetchval(STATEMENT, key)
        self._free.append(connection)
        answer = (body or "").encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
        await send({"type": "http.response.start", "status": 200 if body else 404, "headers": headers})
        await send({"type": "http.response.body", "body": answer})


def app() -> Floor:
    return Floor(os.environ["SOCKET"], os.environ["DATABASE"])
