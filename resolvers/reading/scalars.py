"""A column, a path or an expression as the token of its GraphQL scalar or enum."""

from decimal import Decimal
from typing import Any

from graphql import GraphQLEnumType, GraphQLList, GraphQLNonNull, GraphQLOutputType, get_named_type, get_nullable_type
from sqlalchemy import Column as TableColumn
from sqlalchemy import ColumnElement, func

from resolvers.reading.dialect import MISSING, NULL, UNRECOGNIZED, Kind, Token
from resolvers.reading.scope import Scope
from resolvers.reading.sources import Arguments, Column, Expression, Path

KINDS = {
    "BigInt": Kind.NUMBER,
    "Boolean": Kind.BOOLEAN,
    "DateTime": Kind.SECONDS,
    "Decimal": Kind.DECIMAL,
    "Int": Kind.INT,
}
"""How scalars are shown; all others are texts."""


def scalar(scope: Scope, source: Column | Path | Expression, type: GraphQLOutputType, arguments: Arguments) -> Token:
    """The value in the form that the type is printed in: "ACTIVE", "2026-10-28T09:30:00Z", true."""
    named = get_named_type(type)
    if isinstance(get_nullable_type(type), GraphQLList) or named.name == "JSON":
        return Token(Kind.JSON, _json(scope, source, arguments), none_of(type))
    value = sql_value(scope, source, named.name, arguments)
    none = None if isinstance(source, Column) and not _may_be_null(value) else none_of(type)
    if isinstance(source, Expression) and named.name == "Boolean" and isinstance(type, GraphQLNonNull):
        # Conditions are never null, and would be evaluated twice to find out.
        none = None
    if isinstance(named, GraphQLEnumType):
        names = tuple(name for name in named.values if name != UNRECOGNIZED)
        return Token(Kind.ENUM, value, none, names)
    if named.name == "Currency":
        return Token(Kind.TEXT, upper(scope, value), none, column=column_of(value))
    return Token(KINDS.get(named.name, Kind.TEXT), value, none)


def none_of(type: GraphQLOutputType) -> str:
    """What stands in the answer where there is nothing."""
    return MISSING if isinstance(type, GraphQLNonNull) else NULL


def column_of(value: ColumnElement[Any]) -> ColumnElement[Any] | None:
    return value if isinstance(value, TableColumn) else None


def upper(scope: Scope, text: ColumnElement[Any]) -> ColumnElement[Any]:
    """In upper case, whatever language the database speaks."""
    return func.upper(scope.request.dialect.by_code_point(text))


def sql_value(
    scope: Scope, source: Column | Path | Expression, type_name: str, arguments: Arguments
) -> ColumnElement[Any]:
    """The bare value in SQL: timestamps in seconds, enums as Stripe writes them."""
    match source:
        case Column(name):
            column: ColumnElement[Any] = scope.row.c[name]
            return column
        case Expression(sql):
            return sql(scope, arguments)
        case Path(keys):
            return _at(scope, scope.path(keys), type_name)


def _may_be_null(value: ColumnElement[Any]) -> bool:
    return not isinstance(value, TableColumn) or value.nullable is not False


def _at(scope: Scope, keys: tuple[str, ...], type_name: str) -> ColumnElement[Any]:
    dialect = scope.request.dialect
    match type_name:
        case "Int" | "BigInt" | "DateTime":
            return dialect.integer_at(scope.json(), keys)
        case "Boolean":
            return dialect.boolean_at(scope.json(), keys)
        case _:
            return dialect.text_at(scope.json(), keys)


def _json(scope: Scope, source: Column | Path | Expression, arguments: Arguments) -> ColumnElement[Any]:
    match source:
        case Path(keys):
            return scope.request.dialect.json_at(scope.json(), scope.path(keys))
        case Column(name):
            text: ColumnElement[Any] = scope.row.c[name]
            return text
        case Expression(sql):
            return sql(scope, arguments)


def exact(value: str) -> str:
    """A decimal without an exponent and without zeros that say nothing."""
    text = format(Decimal(value), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
