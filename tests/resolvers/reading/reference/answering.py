"""The reference as a server: documents in, answers out."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from graphql import (
    GraphQLAbstractType,
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    execute_sync,
    parse,
)
from graphql.pyutils import camel_to_snake

from tests.resolvers.reading.reference.books import Books, Object
from tests.resolvers.reading.reference.contract import contract
from tests.resolvers.reading.reference.money import Money, exact
from tests.resolvers.reading.reference.payment_method import Card
from tests.resolvers.reading.reference.query import KINDS, Query
from tests.resolvers.reading.reference.thing import Part, Reading, Settings, Shown, Thing

PARTS = {"Card": Card}


class Reference:
    """Answers from the objects that were put into it."""

    def __init__(self, settings: Settings, links: Mapping[str, str]) -> None:
        """`links` lead from subscribers to the ids of their customers."""
        self.books = Books()
        self._settings = settings
        self._links = links

    def put(self, *stripe_objects: Object, at: int) -> None:
        self.books.put(stripe_objects, at)

    def answer(
        self,
        document: str,
        variables: Mapping[str, Any],
        *,
        subscriber: str | None,
        now: int,
        operation: str | None = None,
    ) -> dict[str, Any]:
        """`data`, and `errors` if there are any. `subscriber` is None for an operator; `now` is in seconds, UTC."""
        reading = Reading(self.books, self._links, self._settings, KINDS, subscriber, now)
        result = execute_sync(
            contract(),
            parse(document),
            root_value=Query(reading),
            variable_values=dict(variables),
            operation_name=operation,
            field_resolver=_resolve,
            type_resolver=_type_name,
        )
        return dict(result.formatted)


def _type_name(value: Any, _info: GraphQLResolveInfo[Any], _type: GraphQLAbstractType) -> str:
    return type(value).__name__


def _resolve(source: Shown, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
    given = {camel_to_snake(name): _as_kept(value) for name, value in arguments.items()}
    return _shaped(source, source.value(camel_to_snake(info.field_name), **given), info.return_type)


def _as_kept(value: Any) -> Any:
    """A text as Stripe's texts are kept, without NUL, so that it finds them."""
    if isinstance(value, Mapping):
        return {name: _as_kept(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_as_kept(member) for member in value]
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value


def _shaped(source: Any, value: Any, type: GraphQLOutputType) -> Any:
    """Stripe's value in the form that the contract's type has."""
    if isinstance(type, GraphQLNonNull):
        return _shaped(source, value, type.of_type)
    if value is None or isinstance(value, Shown):
        return value
    if isinstance(type, GraphQLList):
        return [_shaped(source, member, type.of_type) for member in value]
    if isinstance(type, GraphQLEnumType):
        return value.upper() if value.upper() in type.values else "UNRECOGNIZED"
    match type.name:
        case "DateTime":
            return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        case "Currency":
            return value.upper()
        case "Decimal":
            return value if isinstance(source, Money) else exact(value)
        case "Money":
            return Money(value, source.whole.currency_of_amounts())
    if type.name in KINDS:
        return source.whole.reading.find(type.name, value)
    if isinstance(type, GraphQLObjectType):
        whole: Thing = source.whole
        return PARTS.get(type.name, Part)(value, whole)
    return value
