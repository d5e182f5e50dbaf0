"""What is given to a field: literals, variables, and variables inside of literals."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    get_nullable_type,
)

from tests.resolvers.reading.generated.dice import Dice
from tests.resolvers.reading.generated.lists import orders_of, what_it_lists
from tests.resolvers.reading.generated.samples import Place, Samples, is_required

ODDS = {"filter": 35, "after": 20, "before": 20, "orderBy": 30, "first": 45, "last": 30}
"""How often, in percent, an argument is given that may be left out."""


@dataclass(frozen=True)
class Variable:
    name: str
    type: GraphQLInputType
    default: str | None
    sample: Callable[[], Any]
    """Gives another value each time."""

    def __str__(self) -> str:
        return f"${self.name}: {self.type}" + ("" if self.default is None else f" = {self.default}")

    def may_be_left_out(self) -> bool:
        return self.default is not None or not isinstance(self.type, GraphQLNonNull)


class Arguments:
    """Writes the arguments of one document's fields, and collects the variables that they use."""

    def __init__(self, dice: Dice, samples: Samples) -> None:
        self.variables: list[Variable] = []
        self.samples = samples
        self._dice = dice
        self._known: dict[tuple[str, Place], Variable] = {}

    def of(self, field: GraphQLField) -> str:
        """With their parentheses; nothing where nothing is given."""
        given = self._given(field)
        usual, *others = orders_of(field)
        order = self._dice.pick([usual, *others]) if "orderBy" in given else usual
        written = []
        for name in given:
            place = Place(name, what_it_lists(field), order)
            type: GraphQLInputType = field.args[name].type
            if name == "orderBy" and order != usual:
                # It may not be left out: cursors would be of another order.
                type = _never_null(type)
            written.append(f"{name}: {self._written(type, place)}")
        return f"({', '.join(written)})" if written else ""

    def boolean(self) -> str:
        """A condition of @skip or @include."""
        return self._written(GraphQLNonNull(GraphQLBoolean), Place("if", "", ""))

    def _given(self, field: GraphQLField) -> list[str]:
        dice = self._dice
        names = [name for name, each in field.args.items() if is_required(each) or dice.happens(ODDS.get(name, 50))]
        impossible = {dice.pick(["first", "last"])} if {"first", "last"} <= set(names) else set()
        if not self.samples.has_cursors(what_it_lists(field)):
            impossible |= {"after", "before"}
        return [name for name in names if name not in impossible]

    def _written(self, type: GraphQLInputType, place: Place) -> str:
        if self._dice.happens(20):
            return f"${self._variable(type, place).name}"
        return self._literal(type, self.samples.of(type, place), place)

    def _variable(self, type: GraphQLInputType, place: Place) -> Variable:
        known = self._known.get((str(type), place))
        if known and self._dice.happens(40):
            return known
        declared = type if self._dice.happens(70) else _never_null(type)
        default = self._literal(declared, self.samples.of(declared, place), None) if self._dice.happens(35) else None
        variable = Variable(f"v{len(self.variables)}", declared, default, lambda: self.samples.of(declared, place))
        self.variables.append(variable)
        self._known[str(type), place] = variable
        return variable

    def _literal(self, type: Any, value: Any, place: Place | None) -> str:
        """With a place, parts of it may be variables."""
        if isinstance(type, GraphQLNonNull):
            return self._literal(type.of_type, value, place)
        if value is None:
            return "null"
        if isinstance(type, GraphQLList) and isinstance(value, list):
            return f"[{', '.join(self._part(type.of_type, member, place) for member in value)}]"
        if isinstance(type, GraphQLList):
            return self._literal(type.of_type, value, place)
        if isinstance(type, GraphQLInputObjectType):
            fields = (
                f"{name}: {self._part(type.fields[name].type, member, place and place.within(name))}"
                for name, member in value.items()
            )
            return f"{{{', '.join(fields)}}}"
        return str(value) if isinstance(type, GraphQLEnumType) else json.dumps(value, ensure_ascii=False)

    def _part(self, type: GraphQLInputType, value: Any, place: Place | None) -> str:
        if place and self._dice.happens(15):
            return f"${self._variable(type, place).name}"
        return self._literal(type, value, place)


def _never_null(type: GraphQLInputType) -> GraphQLInputType:
    nullable: Any = get_nullable_type(type)
    return GraphQLNonNull(nullable)
