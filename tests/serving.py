"""An ASGI application behind a real uvicorn on loopback, in a thread of its own."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import uvicorn
from starlette.types import ASGIApp

PATIENCE_SECONDS = 30
TRUSTED = httpx.create_ssl_context(trust_env=False)
"""For all clients: each would read the certificates of the whole world for itself, which takes as long as a test."""


class Server(uvicorn.Server):
    """Ends when it is told to, without uvicorn's pauses of a tenth of a second, which add up to minutes."""

    _loop: asyncio.AbstractEventLoop
    _told: asyncio.Event

    def end(self) -> None:
        """May be called from any thread."""
        self.should_exit = True
        if self.started:
            self._loop.call_soon_threadsafe(self._told.set)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop, self._told = asyncio.get_running_loop(), asyncio.Event()
        await super().startup(sockets)

    async def main_loop(self) -> None:
        await self.on_tick(0)
        await self._told.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for each in (*self.servers, *(sockets or ())):
            each.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        while self.server_state.connections or self.server_state.tasks:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        for server in self.servers:
            await server.wait_closed()
        await self.lifespan.shutdown()


@contextmanager
def free_port() -> Iterator[socket.socket]:
    """A listener on a free port, for who must know the port before the application exists."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def any_unused_port() -> int:
    """A port on which nothing listens."""
    with free_port() as listener:
        port: int = listener.getsockname()[1]
    return port


def url_of(listener: socket.socket) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def serving(application: ASGIApp, listener: socket.socket) -> Iterator[None]:
    """Serve `application` on `listener` until the block ends; its lifespan runs."""
    config = uvicorn.Config(application, ws="none", lifespan="on", log_config=None, access_log=False, date_header=False)
    server = Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name=url_of(listener))
    thread.start()
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not server.started:
            assert thread.is_alive(), "The application did not start; the log says why."
            assert time.monotonic() < deadline, "The application is still starting."
            time.sleep(0.005)
        yield
    finally:
        server.end()
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive(), "The application did not end."
