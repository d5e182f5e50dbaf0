"""JSON text in SQLite's SQL."""

from collections.abc import Sequence
from functools import reduce
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    Text,
    case,
    cast,
    func,
    select,
    type_coerce,
)
from sqlalchemy.sql.elements import Grouping
from sqlalchemy.types import TypeEngine

from resolvers.reading.dialect import (
    NULL,
    UNFINISHED,
    UNRECOGNIZED,
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
from resolvers.reading.sources import Amount, Column, Embedded, Path, Source

MOST_MEMBERS = 60
"""A function takes at most 127 arguments, two for each member of an object."""
MOST_OPERATORS = 80
"""Each operator in a row nests an expression one deeper, and that is bounded too."""
BY_FUNCTION = (Kind.TEXT, Kind.SAFE, Kind.NUMBER, Kind.BOOLEAN, Kind.SECONDS, Kind.ENUM)


class Sqlite:
    # Its parser has a stack of 100 entries in versions that are still common.
    name = "sqlite"
    depth = 92
    one = 11
    many = 18
    page = 27
    wide = 6

    def need(self, source: Source) -> int:
        match source:
            case Column():
                return 15
            case Path():
                return 26
            case Amount():
                return 32
            case Embedded():
                return 62
        return 44

    def parts(self, token: Token) -> Parts:
        value, none = token.value, token.none
        match token.kind:
            case Kind.TEXT if none == NULL:
                return [func.json_quote(value)]
            case Kind.TEXT:
                shown = func.json_quote(value)
                return [shown if none is None else case((value.is_not(None), shown), else_=quoted(none))]
            case Kind.SAFE:
                return ['"', value, '"'] if none is None else [or_else(in_quotes(value), none)]
            case Kind.SECONDS:
                return [or_else(in_quotes(_moment(value)), none)]
            case Kind.INT:
                return [int_text(self, token)]
            case Kind.BOOLEAN:
                return [boolean_text(value, none)]
            case Kind.ENUM:
                return [enum_text(token)]
            case Kind.DECIMAL:
                return [or_else(_decimal(value), none)]
        return [or_else(value, none)]

    def object(self, members: Sequence[tuple[str, Member]]) -> Parts:
        plain = [(key, member) for key, member in members if isinstance(member, Token) and member.kind in BY_FUNCTION]
        # The function is faster than text, but what is JSON already it would have to parse.
        if not 0 < len(members) == len(plain) <= MOST_MEMBERS:
            return object_text(self, members)
        return [func.json_object(*(part for key, token in plain for part in (quoted(key), _argument(token))))]

    def join(self, parts: Parts) -> ColumnElement[str]:
        texts = pieces(parts)
        while len(texts) > 1:
            chains = [reduce(_chain, each) for each in chunks(texts, MOST_OPERATORS)]
            texts = [Grouping(chain) for chain in chains]
        whole: ColumnElement[str] = type_coerce(texts[0], Text)
        return whole

    def aggregate(self, rows: FromClause, aggregate: Aggregate) -> Any:
        return _aggregate(rows, aggregate)

    def grouped(self, rows: Subquery, aggregates: Sequence[Aggregate], *, reverse: bool) -> Select[Any]:
        # Aggregates promise no order, but windows do.
        n, parent = rows.c.n, rows.c.parent
        order = n.desc() if reverse else n
        told = select(
            parent,
            func.row_number().over(partition_by=parent, order_by=n).label("nth"),
            *(
                _aggregate(rows, each).over(partition_by=parent, order_by=order, rows=(None, None)).label(each.name)
                for each in aggregates
            ),
        ).subquery()
        return select(told.c.parent, *(told.c[each.name] for each in aggregates)).where(told.c.nth == whole(1))

    def place(self, n: ColumnElement[Any]) -> ColumnElement[str]:
        return func.printf(quoted("%06d"), n)

    def hexadecimal(self, text: ColumnElement[Any]) -> ColumnElement[str]:
        return func.lower(func.hex(text))

    def list_type(self) -> TypeEngine[Any]:
        return Text()

    def bindable(self, values: Any) -> Any:
        return orjson.dumps(values).decode()

    def within(self, value: ColumnElement[Any], values: ColumnElement[Any]) -> ColumnElement[bool]:
        rows, member, _ = self.elements(values)
        return value.in_(select(member).select_from(rows).correlate_except(rows))

    def members(self, values: ColumnElement[Any]) -> tuple[FromClause, ColumnElement[Any], ColumnElement[Any]]:
        return self.elements(values)

    def _path(self, keys: Keys) -> ColumnElement[str]:
        return quoted("$" + "".join(f'."{key}"' for key in keys))

    def text_at(self, document: ColumnElement[Any], keys: Keys) -> ColumnElement[Any]:
        return cast(func.json_extract(document, self._path(keys)), Text)

    def integer_at(self, document: ColumnElement[Any], keys: Keys) -> ColumnElement[Any]:
        return type_coerce(func.json_extract(document, self._path(keys)), BigInteger)

    def boolean_at(self, document: ColumnElement[Any], keys: Keys) -> ColumnElement[Any]:
        return type_coerce(func.json_extract(document, self._path(keys)), Boolean)

    def json_at(self, document: ColumnElement[Any], keys: Keys) -> ColumnElement[Any]:
        # The arrow gives the text `null` for a JSON null; the caller wants SQL's.
        return func.nullif(document.op("->")(self._path(keys)), quoted(NULL))

    def elements(self, array: ColumnElement[Any]) -> tuple[FromClause, ColumnElement[Any], ColumnElement[Any]]:
        rows = func.json_each(array).table_valued("key", "value").alias()
        return rows, rows.c.value, rows.c.key

    def texts(self, array: ColumnElement[Any]) -> tuple[FromClause, ColumnElement[Any], ColumnElement[Any]]:
        return self.elements(array)

    def only_keys(self, text: ColumnElement[Any], keys: Sequence[str]) -> ColumnElement[Any]:
        rows = func.json_each(text).table_valued("key", "value").alias()
        chosen = select(func.json_group_object(rows.c.key, rows.c.value)).where(among(rows.c.key, keys))
        return chosen.correlate_except(rows).scalar_subquery()

    def as_text(self, json: ColumnElement[Any]) -> ColumnElement[str]:
        return type_coerce(json, Text)

    def by_code_point(self, text: ColumnElement[Any]) -> ColumnElement[Any]:
        return text


def _chain(one: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[Any]:
    return type_coerce(one, Text).concat(type_coerce(other, Text))


def _aggregate(rows: FromClause, aggregate: Aggregate) -> Any:
    column: ColumnElement[Any] = rows.c[aggregate.column]
    if aggregate.within is not None:
        column = case((rows.c.m <= aggregate.within, column))
    if aggregate.of == "texts":
        return func.group_concat(column, quoted(","))
    return getattr(func, aggregate.of)(column)


def _argument(token: Token) -> ColumnElement[Any]:
    """The value for the function that makes objects, which escapes texts and writes nulls by itself."""
    value = token.value
    match token.kind:
        case Kind.BOOLEAN:
            return func.json(boolean_text(value, token.none))
        case Kind.SECONDS:
            value = _moment(value)
        case Kind.ENUM:
            known = [(value == quoted(name.lower()), quoted(name)) for name in token.names]
            value = case(*known, (value.is_not(None), quoted(UNRECOGNIZED)))
    return value if token.none in (None, NULL) else func.coalesce(value, func.json(quoted(token.none)))


def _moment(seconds: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.strftime(quoted("%Y-%m-%dT%H:%M:%SZ"), seconds, quoted("unixepoch"))


def _decimal(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """Without zeros that say nothing. There are no decimal numbers here: an exponent is left to Python."""
    short = func.rtrim(func.rtrim(value, quoted("0")), quoted("."))
    shown = case((func.instr(value, quoted(".")) > whole(0), short), else_=value)
    exponent = func.instr(func.lower(value), quoted("e")) > whole(0)
    wrong = quoted(UNFINISHED + '"').concat(value).concat(quoted('"}'))
    return case((exponent, wrong), else_=in_quotes(shown))
