"""A part of the statement, and what Python still does to its result."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement

Finish = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Piece:
    """`sql` gives a scalar or JSON; `finish`, where there is one, turns it into what the answer shows."""

    sql: ColumnElement[Any]
    finish: Finish | None = None


def finish_object(finishes: dict[str, Finish]) -> Finish | None:
    """Applies each member's own finish."""
    if not finishes:
        return None

    def finish(value: Any) -> Any:
        if value is not None:
            for key, member in finishes.items():
                value[key] = member(value[key])
        return value

    return finish


def finish_parts(whole: Finish | None) -> Finish:
    """Puts an object that came in parts together, and then finishes it."""

    def finish(parts: list[dict[str, Any]] | None) -> Any:
        if parts is None:
            return None
        value = {key: member for part in parts for key, member in part.items()}
        return whole(value) if whole else value

    return finish


def finish_list(member: Finish | None) -> Finish | None:
    if member is None:
        return None
    return lambda values: None if values is None else [member(value) for value in values]
