"""Lists of texts inside Stripe's JSON of a row, as JSON."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, select

from resolvers.reading.dialect import MISSING, Aggregate, Kind, Token, or_else
from resolvers.reading.scope import Scope


def list_at(scope: Scope, key: str) -> ColumnElement[Any]:
    """The list of texts; none is an empty one."""
    dialect = scope.request.dialect
    rows, text, place = dialect.texts(dialect.as_text(dialect.json_at(scope.json(), (key,))))
    return _listed(scope, rows, text, place)


def members_named(scope: Scope, key: str, name: str) -> ColumnElement[Any]:
    """Of a list of objects, the list of their members of that name."""
    dialect = scope.request.dialect
    rows, element, place = dialect.elements(dialect.json_at(scope.json(), (key,)))
    return _listed(scope, rows, dialect.text_at(element, (name,)), place)


def _listed(scope: Scope, rows: FromClause, text: ColumnElement[Any], place: ColumnElement[Any]) -> ColumnElement[Any]:
    dialect = scope.request.dialect
    shown = dialect.join(dialect.parts(Token(Kind.TEXT, text, MISSING)))
    each = select(shown.label("x0")).select_from(rows).order_by(place).correlate_except(rows).subquery()
    texts = or_else(dialect.aggregate(each, Aggregate("x0", "texts", "x0")), "")
    return select(dialect.join(["[", texts, "]"])).select_from(each).scalar_subquery()
