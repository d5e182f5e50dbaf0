"""JSON text in PostgreSQL's SQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    FromClause,
    Numeric,
    Select,
    Subquery,
    Text,
    any_,
    case,
    cast,
    func,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.types import TypeEngine

from resolvers.reading.dialect import (
    NULL,
    Aggregate,
    Keys,
    Kind,
    Member,
    Parts,
    Token,
    among,
    boolean_text,
    chunks,
    enum_text,
    in_quotes,
    int_text,
    object_text,
    or_else,
    pieces,
    quoted,
    whole,
)
from resolvers.reading.sources import Source

MOST_ARGUMENTS = 90
"""A function takes at most 100."""


class PostgreSQL:
    """`json_function` makes JSON of a text: json_scalar does it fastest, and is there since PostgreSQL 17."""

    name = "postgresql"
    # Its parser has no such bound, but its stack has one.
    depth = 25
    one = 1
    many = 1
    page = 1
    wide = 0

    def __init__(self, json_function: str) -> None:
        self._json: Any = getattr(func, json_function)

    def need(self, source: Source) -> int:
        return 0

    def parts(self, token: Token) -> Parts:
        value, none = token.value, token.none
        after = ""
        match token.kind:
            case Kind.SAFE:
                return ['"', value, '"'] if none is None else [or_else(in_quotes(value), none)]
            case Kind.INT:
                return [int_text(self, token)]
            case Kind.BOOLEAN:
                return [boolean_text(value, none)]
            case Kind.ENUM:
                return [enum_text(token)]
            case Kind.DECIMAL:
                return [or_else(in_quotes(cast(func.trim_scale(cast(value, Numeric)), Text)), none)]
            case Kind.SECONDS:
                value, after = self._moment(value), 'Z"'
            case Kind.TEXT:
                value = self._json(value)
        if none is None:
            return [value, after]
        column = token.value if isinstance(token.value, Column) else token.column
        if column is not None:
            # To the function that joins texts null is none: what stands for it can come after the value.
            return [value, case((column.is_(None), quoted(none)), else_=quoted(after) if after else None)]
        text = cast(value, Text)
        return [or_else(text.concat(quoted(after)) if after else text, none)]

    def _moment(self, seconds: ColumnElement[Any]) -> ColumnElement[Any]:
        # As JSON it has its quotes and its T already, and that is twice as fast as a format.
        written = cast(self._json(func.timezone(quoted("UTC"), func.to_timestamp(seconds))), Text)
        return func.left(written, whole(20), type_=Text)

    def object(self, members: Sequence[tuple[str, Member]]) -> Parts:
        return object_text(self, members)

    def join(self, parts: Parts) -> ColumnElement[str]:
        texts = pieces(parts)
        while len(texts) > MOST_ARGUMENTS:
            texts = [func.concat(*each, type_=Text) for each in chunks(texts, MOST_ARGUMENTS)]
        return func.concat(*texts, type_=Text)

    def aggregate(self, rows: FromClause, aggregate: Aggregate) -> Any:
        return _aggregate(rows, aggregate, rows.c[aggregate.column])

    def grouped(self, rows: Subquery, aggregates: Sequence[Aggregate], *, reverse: bool) -> Select[Any]:
        order = rows.c.n.desc() if reverse else rows.c.n
        told = [_aggregate(rows, each, rows.c[each.column], order).label(each.name) for each in aggregates]
        return select(rows.c.parent, *told).group_by(rows.c.parent)

    def place(self, n: ColumnElement[Any]) -> ColumnElement[str]:
        return func.lpad(cast(n, Text), whole(6), quoted("0"))

    def hexadecimal(self, text: ColumnElement[Any]) -> ColumnElement[str]:
        return func.encode(func.convert_to(text, quoted("UTF8")), quoted("hex"), type_=Text)

    def list_type(self) -> TypeEngine[Any]:
        return ARRAY(Text())

    def bindable(self, values: Any) -> Any:
        return values

    def within(self, value: ColumnElement[Any], values: ColumnElement[Any]) -> ColumnElement[bool]:
        return value == any_(values)

    def members(self, values: ColumnElement[Any]) -> tuple[FromClause, ColumnElement[Any], ColumnElement[Any]]:
        rows = func.unnest(values).table_valued("value", with_ordinality="place").render_derived()
        return rows, rows.c.value, rows.c.place

    def _path(self, keys: Keys) -> ColumnElement[Any]:
        return literal_column("'{" + ",".join(f'"{key}"' for key in keys) + "}'")

    def text_at(self, document: ColumnElement[Any], keys: Keys) -> ColumnElement[Any]:
        return type_coerce(document.op("#>>", precedence=15)(self._path(keys)), Text)

    def integer_at(self, document: ColumnElement[Any], keys: Keys) -> ColumnElement[Any]:
        return cast(cast(self.text_at(document, keys), Numeric), BigInteger)

    def boolean_at(self, document: ColumnElement[Any], keys: Keys) -> ColumnElement[Any]:
        return cast(self.text_at(document, keys), Boolean)

    def json_at(self, document: ColumnElement[Any], keys: Keys) -> ColumnElement[Any]:
        value = document.op("#>", precedence=15)(self._path(keys))
        return case((func.json_typeof(value) != quoted(NULL), value))

    def elements(self, array: ColumnElement[Any]) -> tuple[FromClause, ColumnElement[Any], ColumnElement[Any]]:
        rows = func.json_array_elements(array).table_valued("value", with_ordinality="place").render_derived()
        return rows, rows.c.value, rows.c.place

    def texts(self, array: ColumnElement[Any]) -> tuple[FromClause, ColumnElement[Any], ColumnElement[Any]]:
        strings = func.json_array_elements_text(_parsed(array))
        rows = strings.table_valued("value", with_ordinality="place").render_derived()
        return rows, rows.c.value, rows.c.place

    def only_keys(self, text: ColumnElement[Any], keys: Sequence[str]) -> ColumnElement[Any]:
        rows = func.json_each_text(_parsed(text)).table_valued("key", "value").render_derived()
        member = func.concat(self._json(rows.c.key), quoted(":"), self._json(rows.c.value))
        chosen = select(func.concat(quoted("{"), func.string_agg(member, quoted(",")), quoted("}")))
        return chosen.where(among(type_coerce(rows.c.key, Text), keys)).correlate_except(rows).scalar_subquery()

    def as_text(self, json: ColumnElement[Any]) -> ColumnElement[str]:
        return cast(json, Text)

    def by_code_point(self, text: ColumnElement[Any]) -> ColumnElement[Any]:
        return text.collate("C")


def _parsed(text: ColumnElement[Any]) -> ColumnElement[Any]:
    return text.op("::", precedence=16)(literal_column("json"))


def _aggregate(
    rows: FromClause, aggregate: Aggregate, column: ColumnElement[Any], order: ColumnElement[Any] | None = None
) -> Any:
    if aggregate.of == "texts":
        separator: Any = quoted(",")
        told: Any = func.string_agg(column, separator if order is None else aggregate_order_by(separator, order))
    else:
        told = getattr(func, aggregate.of)(column)
    return told if aggregate.within is None else told.filter(rows.c.m <= aggregate.within)
