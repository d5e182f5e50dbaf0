"""A column, a path or an expression as the JSON of its GraphQL scalar or enum."""

from decimal import Decimal
from typing import Any

from graphql import GraphQLEnumType, GraphQLList, GraphQLNamedType, GraphQLNonNull, GraphQLOutputType, get_named_type
from sqlalchemy import ColumnElement, case, func

from resolvers.reading.dialect import quoted
from resolvers.reading.piece import Piece
from resolvers.reading.scope import Scope
from resolvers.reading.sources import Arguments, Column, Expression, Path

UNRECOGNIZED = "UNRECOGNIZED"


def scalar(scope: Scope, source: Column | Path | Expression, type: GraphQLOutputType, arguments: Arguments) -> Piece:
    """The value in the form that the type is printed in: "ACTIVE", "2026-10-28T09:30:00Z", true."""
    named = get_named_type(type)
    if _is_list(type) or named.name == "JSON":
        return Piece(_json(scope, source, arguments))
    value = sql_value(scope, source, named.name, arguments)
    if isinstance(named, GraphQLEnumType):
        return Piece(_enum(value, named))
    match named.name:
        case "Boolean":
            return Piece(scope.request.dialect.boolean(value))
        case "DateTime":
            return Piece(scope.request.dialect.timestamp(value))
        case "Currency":
            return Piece(func.upper(value))
        case "Decimal":
            return Piece(value, exact)
        case _:
            return Piece(value)


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
            return scope.request.dialect.parse(scope.row.c[name])
        case Expression(sql):
            return sql(scope, arguments)


def _enum(value: ColumnElement[Any], type: GraphQLEnumType) -> ColumnElement[Any]:
    known = [name.lower() for name in type.values if name != UNRECOGNIZED]
    return case((value.in_(known), func.upper(value)), (value.is_not(None), quoted(UNRECOGNIZED)))


def exact(value: Any) -> str | None:
    """A decimal without an exponent and without zeros that say nothing."""
    if value is None:
        return None
    text = format(Decimal(str(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _is_list(type: GraphQLOutputType | GraphQLNamedType) -> bool:
    return isinstance(type.of_type if isinstance(type, GraphQLNonNull) else type, GraphQLList)
