"""Lists of texts inside Stripe's JSON of a row, as JSON."""

from typing import Any

from sqlalchemy import ColumnElement, func, select

from resolvers.reading.dialect import Aggregate, Kind, Token, or_else, quoted
from resolvers.reading.scope import Scope


def list_at(scope: Scope, key: str) -> ColumnElement[Any]:
    """The list as it is; none is an empty one."""
    dialect = scope.request.dialect
    return func.coalesce(dialect.as_text(dialect.json_at(scope.json(), (key,))), quoted("[]"))


def members_named(scope: Scope, key: str, name: str) -> ColumnElement[Any]:
    """Of a list of objects, the list of their members of that name."""
    dialect = scope.request.dialect
    rows, element, place = dialect.elements(dialect.json_at(scope.json(), (key,)))
    text = dialect.join(dialect.parts(Token(Kind.TEXT, dialect.text_at(element, (name,)))))
    named = select(text.label("x0")).select_from(rows).order_by(place).correlate_except(rows).subquery()
    texts = or_else(dialect.aggregate(named, Aggregate("x0", "texts", "x0")), "")
    return select(dialect.join(["[", texts, "]"])).select_from(named).scalar_subquery()
