"""Declare a typed column together with the place in Stripe's object that fills it."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from sqlalchemy import BigInteger, Boolean
from sqlalchemy.orm import MappedColumn, mapped_column
from sqlalchemy.types import TypeEngine

from db.base import TEXT

Read = Callable[[Mapping[str, Any]], Any]


def at(stripe_object: Mapping[str, Any], *path: str) -> Any:
    """The value at a path of keys, None where any step of it is missing."""
    value: Any = stripe_object
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def derived(kind: TypeEngine[Any], read: Read, *, name: str | None = None) -> MappedColumn[Any]:
    """A column that is computed from the stored object by a pure function."""
    return mapped_column(name, kind, nullable=True, info={"read": read})


def _read_at(kind: TypeEngine[Any], *path: str) -> MappedColumn[Any]:
    column = derived(kind, lambda stripe_object: at(stripe_object, *path))
    if len(path) == 1:
        column.column.info["key"] = path[0]
    return column


def text(*path: str) -> MappedColumn[Any]:
    return _read_at(TEXT, *path)


def integer(*path: str) -> MappedColumn[Any]:
    """A whole number: minor units, counts. 64 bits, since amounts pass 2^31."""
    return _read_at(BigInteger(), *path)


def timestamp(*path: str) -> MappedColumn[Any]:
    """Whole seconds since 1970, UTC, as Stripe writes them."""
    return integer(*path)


def boolean(*path: str) -> MappedColumn[Any]:
    return _read_at(Boolean(), *path)


def reference(*path: str, to: str) -> MappedColumn[Any]:
    """The id of another object, of the kind `to`. Stored forms hold plain ids, never expanded objects."""
    column = text(*path)
    column.column.info["to"] = to
    return column


def json_text(*path: str, name: str | None = None) -> MappedColumn[Any]:
    """JSON kept as the text that Python wrote, so that both databases give its keys back in the same order."""

    def read(stripe_object: Mapping[str, Any]) -> str | None:
        value = at(stripe_object, *path)
        return None if value is None else orjson.dumps(value).decode()

    return derived(TEXT, read, name=name)
