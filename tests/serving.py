"""An ASGI application behind a real uvicorn on loopback, in a thread of its own."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

PATIENCE_SECONDS = 30


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
    server = uvicorn.Server(config)
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
        server.should_exit = True
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive(), "The application did not end."
