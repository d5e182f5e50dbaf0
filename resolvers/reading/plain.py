"""Plain data, such as what a mutation came to or a preview from Stripe, shaped into what was selected of it.

An id where the contract has a mirrored object is read from the mirror; all of them together take one statement. Where
the contract has an interface, the id stands in an object that tells the type.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    get_named_type,
    is_interface_type,
    is_union_type,
)

from resolvers.context import Context
from resolvers.reading.money import show_money
from resolvers.reading.reader import Reader
from resolvers.reading.selection import TYPE, TYPENAME, Selected


class _Shaping:
    def __init__(self, reader: Reader) -> None:
        self._types = reader.declarations.types
        self.wanted: list[tuple[Selected, str]] = []
        self.holes: list[tuple[Any, Any, Mapping[str, Any]]] = []
        """Where each of the wanted belongs, and what it has besides."""

    def object(self, value: Mapping[str, Any], fields: Sequence[Selected]) -> dict[str, Any]:
        answer: dict[str, Any] = {}
        for field in fields:
            if field.name != TYPENAME:
                self._put(answer, field.response_key, field, value.get(field.name))
        return answer

    def _put(self, container: Any, key: Any, field: Selected, value: Any) -> None:
        type = get_named_type(field.type)
        if isinstance(value, list | tuple):
            container[key] = [None] * len(value)
            for index, member in enumerate(value):
                self._put(container[key], index, field, member)
        elif isinstance(value, str) and type.name in self._types:
            container[key] = None
            self.wanted.append((field, value))
            self.holes.append((container, key, {}))
        elif value is None or isinstance(value, GraphQLError):
            container[key] = value
        elif type.name == "Money":
            container[key] = show_money(value, field.below())
        elif is_interface_type(type):
            concrete = field.operation.schema.get_type(value[TYPE])
            assert isinstance(concrete, GraphQLObjectType)
            container[key] = None
            self.wanted.append((replace(field, field=GraphQLField(concrete)), value["id"]))
            self.holes.append((container, key, {TYPE: concrete.name}))
        elif is_union_type(type):
            concrete = field.operation.schema.get_type(value[TYPE])
            assert isinstance(concrete, GraphQLObjectType)
            container[key] = {TYPE: concrete.name, **self.object(value, field.below(concrete))}
        elif isinstance(type, GraphQLObjectType):
            container[key] = self.object(value, field.below())
        else:
            container[key] = value


async def shape(
    reader: Reader, context: Context, value: Mapping[str, Any] | None, field: Selected
) -> dict[str, Any] | None:
    """What is selected below the field, of plain data keyed by the contract's field names."""
    if value is None:
        return None
    shaping = _Shaping(reader)
    answer = shaping.object(value, field.below())
    if shaping.wanted:
        members = await reader.read_by_id(context, shaping.wanted)
        for (container, key, more), member in zip(shaping.holes, members, strict=True):
            container[key] = member and {**more, **member}
    return answer
