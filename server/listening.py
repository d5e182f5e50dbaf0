"""A port to listen on, taken before anything else is started."""

import errno
import socket

from server.refusal import Refusal

BACKLOG = 2048


def listen(host: str, port: int, *, named: tuple[str, str] = ("--host", "--port")) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises Refusal when the port cannot be had, which says what to
    change by the names of host and port.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError:
        raise Refusal(f"{host} is not an address of this machine: choose another {named[0]}.") from None
    family, kind, protocol, _, address = min(found, key=lambda entry: entry[0] != socket.AF_INET)
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise Refusal(f"Port {port} is in use: end what runs there, or choose another {named[1]}.") from None
        raise Refusal(f"Cannot listen on {host}, port {port}: {error.strerror}.") from None
    listener.set_inheritable(True)
    return listener


def address(listener: socket.socket) -> str:
    """Where the same machine reaches the listener: "127.0.0.1:8000"."""
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):
        host = "127.0.0.1" if listener.family == socket.AF_INET else "::1"
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
