"""JSON in SQL, for SQLite and for PostgreSQL, such that both give the same answer."""

from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    FromClause,
    Numeric,
    Select,
    Text,
    case,
    cast,
    func,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.sql.functions import coalesce

MOST_MEMBERS = 50
"""A function takes at most 100 arguments on PostgreSQL, two for each member of an object."""

Keys = tuple[str, ...]


def quoted(text: str) -> ColumnElement[str]:
    """A string literal of SQL. Only for what the product itself spells: keys, names of fields, formats."""
    return literal_column("'" + text.replace("'", "''") + "'", Text)


class Dialect(Protocol):
    depth: int
    """How deep statements may be nested, in the measures of `one` and `many`."""
    one: int
    """What a sub-select of one row adds."""
    many: int
    """What a sub-select of a list adds."""
    parts: int
    """What an object adds that comes in parts because it is wide."""

    def embed(self, json: ColumnElement[Any]) -> ColumnElement[Any]:
        """JSON that was computed by a sub-select, as part of a larger document."""

    def member(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        """JSON, or a text, as the one column of rows to collect."""

    def object(self, members: Sequence[tuple[str, ColumnElement[Any]]]) -> ColumnElement[Any]:
        """A JSON object of at most MOST_MEMBERS members."""

    def array(self, members: Sequence[ColumnElement[Any]]) -> ColumnElement[Any]: ...

    def collect(self, rows: Select[Any], own: Sequence[FromClause]) -> ColumnElement[Any]:
        """A JSON array of the one column of the rows, in their order."""

    def boolean(self, value: ColumnElement[Any]) -> ColumnElement[Any]: ...

    def parse(self, text: ColumnElement[Any]) -> ColumnElement[Any]:
        """Text that holds JSON, as part of a larger document."""

    def timestamp(self, seconds: ColumnElement[Any]) -> ColumnElement[Any]:
        """Seconds since 1970 as "2026-10-28T09:30:00Z"."""

    def text_at(self, document: ColumnElement[Any], keys: Keys) -> ColumnElement[Any]: ...

    def integer_at(self, document: ColumnElement[Any], keys: Keys) -> ColumnElement[Any]: ...

    def boolean_at(self, document: ColumnElement[Any], keys: Keys) -> ColumnElement[Any]:
        """A boolean of SQL."""

    def json_at(self, document: ColumnElement[Any], keys: Keys) -> ColumnElement[Any]: ...

    def elements(self, array: ColumnElement[Any]) -> tuple[FromClause, ColumnElement[Any], ColumnElement[Any]]:
        """A JSON array as rows: what to select from, the element as JSON, and its place."""

    def texts(self, array: ColumnElement[Any]) -> tuple[FromClause, ColumnElement[Any], ColumnElement[Any]]:
        """Text that holds a JSON array of strings, as rows: what to select from, the string, and its place."""

    def only_keys(self, text: ColumnElement[Any], keys: Sequence[str]) -> ColumnElement[Any]:
        """Text that holds a flat JSON object, with no other keys than these."""

    def or_empty_list(self, json: ColumnElement[Any]) -> ColumnElement[Any]: ...

    def members_named(self, document: ColumnElement[Any], keys: Keys, name: str) -> ColumnElement[Any]:
        """Of a JSON array of objects, the JSON array of their members of that name."""

    def by_code_point(self, text: ColumnElement[Any]) -> ColumnElement[Any]: ...


class Sqlite:
    # Its parser has a stack of 100 entries in versions that are still common: a call of a function takes about five of
    # them, a sub-select as many.
    depth = 52
    one = 13
    many = 24
    parts = 6

    def embed(self, json: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.json(json)

    def member(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.json_quote(value) if isinstance(value.type, Text) else value

    def object(self, members: Sequence[tuple[str, ColumnElement[Any]]]) -> ColumnElement[Any]:
        return func.json_object(*(part for key, value in members for part in (quoted(key), value)))

    def array(self, members: Sequence[ColumnElement[Any]]) -> ColumnElement[Any]:
        return func.json_array(*members)

    def collect(self, rows: Select[Any], own: Sequence[FromClause]) -> ColumnElement[Any]:
        ordered = rows.correlate_except(*own).subquery()
        (column,) = ordered.c
        return select(func.json_group_array(func.json(column))).select_from(ordered).scalar_subquery()

    def boolean(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.json(case({1: quoted("true"), 0: quoted("false")}, value=value))

    def parse(self, text: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.json(text)

    def timestamp(self, seconds: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.strftime(quoted("%Y-%m-%dT%H:%M:%SZ"), seconds, quoted("unixepoch"))

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
        return func.json(func.nullif(document.op("->")(self._path(keys)), quoted("null")))

    def elements(self, array: ColumnElement[Any]) -> tuple[FromClause, ColumnElement[Any], ColumnElement[Any]]:
        rows = func.json_each(array).table_valued("key", "value").alias()
        return rows, rows.c.value, rows.c.key

    def texts(self, array: ColumnElement[Any]) -> tuple[FromClause, ColumnElement[Any], ColumnElement[Any]]:
        return self.elements(array)

    def only_keys(self, text: ColumnElement[Any], keys: Sequence[str]) -> ColumnElement[Any]:
        rows = func.json_each(text).table_valued("key", "value").alias()
        chosen = select(func.json_group_object(rows.c.key, rows.c.value)).where(rows.c.key.in_(keys))
        return func.json(chosen.correlate_except(rows).scalar_subquery())

    def or_empty_list(self, json: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.json(func.coalesce(json, quoted("[]")))

    def members_named(self, document: ColumnElement[Any], keys: Keys, name: str) -> ColumnElement[Any]:
        rows, element, place = self.elements(self.json_at(document, keys))
        named = select(func.json_quote(self.text_at(element, (name,)))).select_from(rows).order_by(place)
        return func.json(self.collect(named, [rows]))

    def by_code_point(self, text: ColumnElement[Any]) -> ColumnElement[Any]:
        return text


class PostgreSQL:
    depth = 20
    one = 1
    many = 1
    parts = 1

    def embed(self, json: ColumnElement[Any]) -> ColumnElement[Any]:
        return json

    def member(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        return value

    def object(self, members: Sequence[tuple[str, ColumnElement[Any]]]) -> ColumnElement[Any]:
        return func.json_build_object(*(part for key, value in members for part in (quoted(key), value)))

    def array(self, members: Sequence[ColumnElement[Any]]) -> ColumnElement[Any]:
        return func.json_build_array(*members)

    def collect(self, rows: Select[Any], own: Sequence[FromClause]) -> ColumnElement[Any]:
        ordered = rows.correlate_except(*own).subquery()
        (column,) = ordered.c
        return select(coalesce(func.json_agg(column), self.parse(quoted("[]")))).select_from(ordered).scalar_subquery()

    def boolean(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        return value

    def parse(self, text: ColumnElement[Any]) -> ColumnElement[Any]:
        return text.op("::", precedence=16)(literal_column("json"))

    def timestamp(self, seconds: ColumnElement[Any]) -> ColumnElement[Any]:
        moment = func.timezone(quoted("UTC"), func.to_timestamp(seconds))
        return func.to_char(moment, quoted('YYYY-MM-DD"T"HH24:MI:SS"Z"'))

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
        return case((func.json_typeof(value) != quoted("null"), value))

    def elements(self, array: ColumnElement[Any]) -> tuple[FromClause, ColumnElement[Any], ColumnElement[Any]]:
        rows = func.json_array_elements(array).table_valued("value", with_ordinality="place").render_derived()
        return rows, rows.c.value, rows.c.place

    def texts(self, array: ColumnElement[Any]) -> tuple[FromClause, ColumnElement[Any], ColumnElement[Any]]:
        strings = func.json_array_elements_text(self.parse(array))
        rows = strings.table_valued("value", with_ordinality="place").render_derived()
        return rows, rows.c.value, rows.c.place

    def only_keys(self, text: ColumnElement[Any], keys: Sequence[str]) -> ColumnElement[Any]:
        rows = func.json_each_text(self.parse(text)).table_valued("key", "value").render_derived()
        chosen = select(coalesce(func.json_object_agg(rows.c.key, rows.c.value), self.parse(quoted("{}"))))
        return chosen.where(type_coerce(rows.c.key, Text).in_(keys)).correlate_except(rows).scalar_subquery()

    def or_empty_list(self, json: ColumnElement[Any]) -> ColumnElement[Any]:
        return coalesce(json, self.parse(quoted("[]")))

    def members_named(self, document: ColumnElement[Any], keys: Keys, name: str) -> ColumnElement[Any]:
        rows, element, place = self.elements(self.json_at(document, keys))
        named = select(func.to_json(self.text_at(element, (name,)))).select_from(rows).order_by(place)
        return self.collect(named, [rows])

    def by_code_point(self, text: ColumnElement[Any]) -> ColumnElement[Any]:
        return text.collate("C")


def dialect_named(name: str) -> Dialect:
    return PostgreSQL() if name == "postgresql" else Sqlite()
