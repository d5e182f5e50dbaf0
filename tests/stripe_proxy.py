"""A proxy before the sandbox that can be slow, lose answers, or be away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

METHODS = ["GET", "POST", "DELETE"]
ENDS_HERE = {"host", "content-length", "connection", "transfer-encoding", "content-encoding", "date", "server"}


class StripeProxy:
    """Passes every call on to `upstream`. Its faults can be changed while it runs."""

    def __init__(self, upstream: str) -> None:
        self.delay_seconds = 0.0
        self.calls: list[tuple[str, str]] = []
        self._upstream = upstream
        self._client: httpx.AsyncClient | None = None
        self.app = Starlette(routes=[Route("/{path:path}", self._pass_on, methods=METHODS)], lifespan=self._lifespan)

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        async with httpx.AsyncClient(base_url=self._upstream, timeout=60, trust_env=False) as self._client:
            yield

    async def _pass_on(self, request: Request) -> Response:
        assert self._client is not None
        self.calls.append((request.method, request.url.path))
        headers = {name: value for name, value in request.headers.items() if name not in ENDS_HERE}
        url = httpx.URL(request.url.path, query=request.url.query.encode())
        answer = await self._client.request(request.method, url, content=await request.body(), headers=headers)
        await asyncio.sleep(self.delay_seconds)
        kept = {name: value for name, value in answer.headers.items() if name not in ENDS_HERE}
        return Response(answer.content, answer.status_code, kept)
