"""Values for arguments, as JSON has them: mostly such as find something."""

from dataclasses import dataclass
from typing import Any, cast

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    Undefined,
)

from tests.resolvers.reading.generated.dice import Dice
from tests.resolvers.reading.generated.lists import Position
from tests.resolvers.reading.generated.vocabulary import Vocabulary
from tests.resolvers.reading.reference.contract import contract

IDS_OF = {"product": "Product", "price": "Price", "subscription": "Subscription"}
"""Whose id an argument or a field of a filter wants, by its name."""
NODE = cast(GraphQLInterfaceType, contract().type_map["Node"])
SIZES = [0, 1, 2, 2, 3, 3, 4, 4, 20, 100]


@dataclass(frozen=True)
class Place:
    """Where a value goes: the name of the argument or field, the type that the field leads to, and its order."""

    name: str
    leads_to: str
    order: str

    def within(self, name: str) -> "Place":
        return Place(name, self.leads_to, self.order)


class Samples:
    """For one document."""

    def __init__(self, dice: Dice, vocabulary: Vocabulary, subscriber: str | None) -> None:
        self.positions: list[Position] = []
        """What <cursor 0>, <cursor 1>, … stand for in the document and among the values."""
        self.nodes = dice.pick([type.name for type in contract().get_possible_types(NODE)])
        """Of which type most of the objects are that are asked for as nodes."""
        self._dice = dice
        self._vocabulary = vocabulary
        self._subscriber = subscriber

    def of(self, type: GraphQLInputType, place: Place) -> Any:
        if isinstance(type, GraphQLNonNull):
            return self._not_null(type.of_type, place)
        return None if self._dice.happens(6) else self._not_null(type, place)

    def has_cursors(self, type_name: str) -> bool:
        return self._vocabulary.has_positions(type_name)

    def _not_null(self, type: Any, place: Place) -> Any:
        dice = self._dice
        if isinstance(type, GraphQLList):
            members = [self.of(type.of_type, place) for _ in range(dice.pick([0, 1, 1, 2, 4]))]
            return members[0] if len(members) == 1 and dice.happens(50) else members
        if isinstance(type, GraphQLEnumType):
            return place.order if place.name == "field" else str(dice.pick(list(type.values)))
        if isinstance(type, GraphQLInputObjectType):
            names = [name for name, field in type.fields.items() if is_required(field) or dice.happens(35)]
            return {name: self.of(type.fields[name].type, place.within(name)) for name in names}
        return self._scalar(type.name, place)

    def _scalar(self, type_name: str, place: Place) -> Any:
        match type_name:
            case "Boolean":
                return self._dice.happens(50)
            case "Int":
                return self._dice.pick(SIZES)
            case "DateTime":
                return self._vocabulary.moment(self._dice)
            case "ID" if place.name != "subscriber":
                return self._vocabulary.id(self._dice, self._wanted(place), self._subscriber)
        if place.name in ("after", "before"):
            return self._cursor(place)
        return self._vocabulary.text(self._dice, place.name)

    def _wanted(self, place: Place) -> str:
        """The type whose ids fit."""
        type_name = IDS_OF.get(place.name, place.leads_to)
        return self.nodes if type_name == NODE.name else type_name

    def _cursor(self, place: Place) -> str:
        self.positions.append(self._vocabulary.position(self._dice, place.leads_to, place.order))
        return f"<cursor {len(self.positions) - 1}>"


def is_required(given: Any) -> bool:
    """Whether an argument, or a field of an input, must be given."""
    return isinstance(given.type, GraphQLNonNull) and given.default_value is Undefined
