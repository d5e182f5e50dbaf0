"""What an endpoint is: method, path, verb, parameters, and the kind of what is answered (for expansion)."""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.account.objects import Object
from sandbox.api.calls import Call
from sandbox.api.parameters import PAGING, Shape

NONE: Shape = {}


@dataclass(frozen=True)
class Route:
    """One endpoint. `publishable` ones also take a browser's key with a client secret."""

    method: str
    path: str
    verb: Callable[[Call], Object]
    shape: Shape
    kind: str
    listed: bool = False
    publishable: bool = False


def get(
    path: str, verb: Callable[[Call], Object], kind: str, shape: Shape = NONE, *, publishable: bool = False
) -> Route:
    """Reads one object."""
    return Route("GET", path, verb, shape, kind, publishable=publishable)


def post(
    path: str, verb: Callable[[Call], Object], kind: str, shape: Shape = NONE, *, publishable: bool = False
) -> Route:
    """Makes or changes one object."""
    return Route("POST", path, verb, shape, kind, publishable=publishable)


def delete(path: str, verb: Callable[[Call], Object], kind: str, shape: Shape = NONE) -> Route:
    """Ends one object."""
    return Route("DELETE", path, verb, shape, kind)


def many(path: str, verb: Callable[[Call], Object], kind: str, shape: Shape = PAGING) -> Route:
    """Lists objects."""
    return Route("GET", path, verb, shape, kind, listed=True)
