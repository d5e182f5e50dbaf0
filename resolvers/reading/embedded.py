"""Objects that live inside Stripe's JSON of a row: a card, an address, the tiers of a price."""

from collections.abc import Callable, Sequence

from graphql import GraphQLList, get_nullable_type
from sqlalchemy import case, select

from resolvers.reading.dialect import Keys
from resolvers.reading.piece import Piece, finish_list
from resolvers.reading.scope import Scope
from resolvers.reading.selection import Selected


def embedded(scope: Scope, field: Selected, keys: Keys, build: Callable[[Scope, Sequence[Selected]], Piece]) -> Piece:
    """`build` gives the selected fields of an embedded object."""
    dialect = scope.request.dialect
    whole = dialect.json_at(scope.json(), scope.path(keys))
    if not isinstance(get_nullable_type(field.type), GraphQLList):
        piece = build(scope.at(keys), field.below())
        return Piece(dialect.embed(case((whole.is_not(None), piece.sql))), piece.finish)
    rows, element, place = dialect.elements(whole)
    piece = build(scope.of_element(element), field.below())
    members = dialect.collect(select(piece.sql).select_from(rows).order_by(place), [rows])
    return Piece(dialect.embed(case((whole.is_not(None), members))), finish_list(piece.finish))
