"""Conditions on many values that are one parameter, so that a statement's text is the same however many they are."""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from sqlalchemy import ARRAY, ColumnElement, Text, any_, bindparam, cast, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection


def among(connection: AsyncConnection, column: Any, values: Iterable[str]) -> ColumnElement[bool]:
    """Whether the column is one of the values."""
    if connection.dialect.name == "postgresql":
        return column == any_(_array(values))  # type: ignore[no-any-return]
    each = _each(list(values))
    return column.in_(select(each.c.value))  # type: ignore[no-any-return]


def pair_among(
    connection: AsyncConnection, columns: tuple[Any, Any], pairs: Sequence[tuple[str, str]]
) -> ColumnElement[bool]:
    """Whether the two columns are one of the pairs."""
    if connection.dialect.name == "postgresql":
        arrays = _array(first for first, _ in pairs), _array(second for _, second in pairs)
        rows = func.unnest(*arrays).table_valued("first", "second", name="given").render_derived()
        return tuple_(*columns).in_(select(rows.c.first, rows.c.second))
    each = _each([tuple(pair) for pair in pairs])
    return tuple_(*columns).in_(select(*(func.json_extract(each.c.value, f"$[{place}]") for place in (0, 1))))


def _array(values: Iterable[str]) -> Any:
    return cast(bindparam(None, list(values), type_=ARRAY(Text)), ARRAY(Text))


def _each(values: Sequence[Any]) -> Any:
    text = bindparam(None, orjson.dumps(values).decode(), type_=Text)
    return func.json_each(text).table_valued("value", name="given")
