"""Objects that live inside Stripe's JSON of a row: a card, an address, the tiers of a price."""

from collections.abc import Callable

from graphql import GraphQLList, get_nullable_type
from sqlalchemy import case, func, literal_column, select

from resolvers.reading.dialect import Aggregate, Keys, Parts, quoted
from resolvers.reading.scalars import none_of
from resolvers.reading.scope import Scope
from resolvers.reading.selection import Selected


def embedded(scope: Scope, field: Selected, keys: Keys, build: Callable[[Scope], Parts]) -> Parts:
    """`build` gives the text of an embedded object."""
    dialect = scope.request.dialect
    found = dialect.json_at(scope.json(), scope.path(keys))
    none = quoted(none_of(field.type))
    if not isinstance(get_nullable_type(field.type), GraphQLList):
        # Taken out once, so that its fields are looked for in it alone.
        inner = select(found.label("element")).offset(literal_column("0")).correlate_except().subquery()
        text = dialect.join(build(scope.of_element(inner.c.element)))
        told = select(case((inner.c.element.is_not(None), text), else_=none)).select_from(inner)
        return [told.correlate_except(inner).scalar_subquery()]
    rows, element, place = dialect.elements(found)
    text = dialect.join(build(scope.of_element(element)))
    members = select(text.label("x")).select_from(rows).order_by(place).correlate_except(rows).subquery()
    listed = select(func.coalesce(dialect.aggregate(members, Aggregate("x", "texts", "x")), quoted("")))
    brackets = dialect.join(["[", listed.select_from(members).scalar_subquery(), "]"])
    return [case((found.is_not(None), brackets), else_=none)]
