"""What a mutation was asked for: when it is the same, and how it is kept so that it can be read again."""

import hashlib
import json
from collections.abc import Hashable, Mapping
from dataclasses import asdict
from decimal import Decimal
from functools import cache
from typing import Any, Protocol, TypeVar, cast

from pydantic import TypeAdapter

from db.operations import Kept
from resolvers.context import Caller, CallerKind, Context


class Request(Protocol):
    """The input of a mutation: a frozen dataclass."""

    @property
    def idempotency_key(self) -> str | None: ...


Asked = TypeVar("Asked")


def hash_of(request: Any) -> str:
    """The same for requests that mean the same, whatever their idempotency key."""
    given = {name: value for name, value in asdict(request).items() if name != "idempotency_key"}
    text = json.dumps(_without_nothing(given), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def kept(context: Context, request: Any) -> Kept:
    """The request, and of the caller what only the token told. Neither holds a secret."""
    claims = {name: claim for name in ("email", "name") if (claim := getattr(context.caller, name)) is not None}
    adapter = _adapter(cast(Hashable, type(request)))
    return Kept(adapter.dump_python(request, mode="json", exclude_none=True), claims or None)


def asked(kind: type[Asked], kept: Mapping[str, Any]) -> Asked:
    """The request as it was. Raises ValueError for what cannot be one of that kind."""
    request: Asked = _adapter(cast(Hashable, kind)).validate_python(kept)
    return request


def caller_of(text: str, claims: Mapping[str, Any] | None) -> Caller:
    """The caller as operations name them: their kind and their id."""
    kind, _, id = text.partition(":")
    return Caller(CallerKind(kind), id, **(claims or {}))


@cache
def _adapter(kind: Hashable) -> TypeAdapter[Any]:
    return TypeAdapter(cast(Any, kind))


def _without_nothing(value: Any) -> Any:
    """Nulls left out, so that an input that gains a field means the same as before; amounts without trailing zeros."""
    if isinstance(value, dict):
        return {name: _without_nothing(each) for name, each in value.items() if each is not None}
    if isinstance(value, list | tuple):
        return [_without_nothing(each) for each in value]
    return str(value.normalize()) if isinstance(value, Decimal) else value
