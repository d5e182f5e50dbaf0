"""Values that are known only when an operation runs: they are bound into the statement, never written into it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, BindParameter, Boolean, Text, bindparam
from sqlalchemy.types import TypeEngine

NUL = "\0"


@dataclass(frozen=True, slots=True)
class Frame:
    """One run of an operation: the coerced variables, who asks, and when (whole seconds, UTC)."""

    variables: Mapping[str, Any]
    account: str
    livemode: bool
    caller: str
    now: int


Get = Callable[[Frame], Any]


@dataclass(frozen=True, slots=True)
class Given:
    """A value, or a list of values, that the caller gave as a literal or by a variable. Raises what `get` raises."""

    get: Get
    constant: bool = False


class Slots:
    """The values that one statement is bound to, by the names that they have in it."""

    def __init__(self) -> None:
        self.gets: dict[str, Get] = {}
        self._names: dict[tuple[Given, Callable[[Any], Any]], str] = {}

    def account(self) -> BindParameter[str]:
        return self._named("account", lambda frame: frame.account, Text())

    def livemode(self) -> BindParameter[bool]:
        return self._named("livemode", lambda frame: frame.livemode, Boolean())

    def caller(self) -> BindParameter[str]:
        return self._named("caller", lambda frame: as_mirrored(frame.caller), Text())

    def now(self) -> BindParameter[int]:
        return self._named("now", lambda frame: frame.now, BigInteger())

    def value(
        self, given: Given, type: TypeEngine[Any], convert: Callable[[Any], Any] | None = None
    ) -> BindParameter[Any]:
        """The value as the mirror holds it, or what `convert` makes of it."""
        get, change = given.get, convert or as_mirrored
        name = self._names.setdefault((given, change), f"v{len(self._names)}")
        return self._named(name, lambda frame: change(get(frame)), type)

    def _named(self, name: str, get: Get, type: TypeEngine[Any]) -> BindParameter[Any]:
        self.gets.setdefault(name, get)
        return bindparam(name, type_=type, required=True)


def as_mirrored(value: Any) -> Any:
    """The value with its texts as the mirror would hold them: PostgreSQL takes no NUL, not even to compare with."""
    if isinstance(value, str):
        return value.replace(NUL, "\ufffd") if NUL in value else value
    if isinstance(value, Sequence):
        return [as_mirrored(member) for member in value]
    return value
