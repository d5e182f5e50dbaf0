"""Documents out of a seed: anything that the contract allows, about what is there."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, NamedTuple

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    get_named_type,
    is_composite_type,
)

from tests.resolvers.reading.generated.arguments import Arguments, Variable
from tests.resolvers.reading.generated.dice import Dice
from tests.resolvers.reading.generated.lists import Position
from tests.resolvers.reading.generated.samples import Samples
from tests.resolvers.reading.generated.vocabulary import Vocabulary
from tests.resolvers.reading.reference.contract import contract, object_type

NOT_FROM_THE_MIRROR = {"upcomingInvoice", "paymentAction", "mirror"}
"""They ask Stripe, or count."""
ALIASES = ["a", "b", "id", "name", "node", "nodes", "edges", "cursor", "total", "__typename"]
SIZES = [1, 2, 3, 4, 5, 10]
LEVELS = [1, 2, 3, 3, 4, 6]
Fields = GraphQLObjectType | GraphQLInterfaceType


@dataclass(frozen=True)
class Document:
    text: str
    operation: str | None
    """The name of the one to run, where there are several."""
    variables: list[Variable]
    positions: list[Position]

    def values(self, dice: Dice) -> dict[str, Any]:
        """Values for the variables, some of them left out."""
        given = (each for each in self.variables if not (each.may_be_left_out() and dice.happens(25)))
        return {each.name: each.sample() for each in given}


class Fragment(NamedTuple):
    name: str
    type: str
    text: str


class Call(NamedTuple):
    """What a response key stands for, wherever in the document it stands, so that its selections can be merged."""

    field: str
    arguments: str
    type: str


class Writer:
    """Writes one document after another, and prefers fields that it used less often than others."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._used: Counter[tuple[str, str]] = Counter()

    def document(self, dice: Dice, subscriber: str | None) -> Document:
        """One that the subscriber may ask, or with None one that only operators may."""
        arguments = Arguments(dice, Samples(dice, self._vocabulary, subscriber))
        return _Draft(dice, arguments, self._used, for_operators=subscriber is None).document()


class _Draft:
    def __init__(
        self, dice: Dice, arguments: Arguments, used: Counter[tuple[str, str]], *, for_operators: bool
    ) -> None:
        self._dice = dice
        self._arguments = arguments
        self._used = used
        self._for_operators = for_operators
        self._calls: dict[str, Call] = {}
        self._fragments: list[Fragment] = []
        self._left = dice.pick(SIZES)
        """How many fields there may still be, so that documents end."""

    def document(self) -> Document:
        query = self._selections(object_type("Query"), self._dice.pick(LEVELS))
        variables = self._arguments.variables
        several = self._dice.happens(5)
        name = "Asked" if several or variables or self._dice.happens(50) else ""
        declared = f"({', '.join(map(str, variables))})" if variables else ""
        definitions = [f"query {name}{declared} {{ {query} }}" if name else f"{{ {query} }}"]
        definitions += [f"fragment {name} on {type} {{ {text} }}" for name, type, text in self._fragments]
        definitions += ["query Other { viewer { id } }"] * several
        text = "\n".join(self._dice.shuffled(definitions))
        return Document(text, name if several else None, variables, self._arguments.samples.positions)

    def _selections(self, type: Fields, levels: int) -> str:
        """One that goes on downward if it can, and some more."""
        dice, may_go_on = self._dice, levels > 0 and self._left > 0
        plain = [name for name, field in self._fields(type) if not (_leads_on(field) or field.args)]
        if plain and dice.happens(1):
            return self._wide(type, plain)
        first = self._selection(type, levels, goes_on=may_go_on)
        others = [
            self._selection(type, levels, goes_on=may_go_on and dice.happens(12))
            for _ in range(dice.pick([0, 1, 1, 2, 3]) if self._left > 0 else 0)
        ]
        return " ".join(dice.shuffled([first, *others]))

    def _wide(self, type: Fields, names: list[str]) -> str:
        """More fields than one function of a database takes arguments."""
        wide = range(self._dice.upto(130, 45))
        fields = [f"{type.name}{number}: {names[number % len(names)]}" for number in wide]
        return " ".join(self._dice.shuffled(fields))

    def _selection(self, type: Fields, levels: int, *, goes_on: bool) -> str:
        if self._dice.happens(6):
            return self._keyed("__typename", Call("__typename", "", "String!"))
        if self._dice.happens(70 if isinstance(type, GraphQLInterfaceType) else 12):
            return self._fragment(type, levels)
        return self._field(type, levels, goes_on=goes_on)

    def _field(self, type: Fields, levels: int, *, goes_on: bool) -> str:
        name, field = self._choice(type, goes_on=goes_on)
        self._used[type.name, name] += 1
        call = Call(name, self._arguments.of(field), str(field.type))
        below = get_named_type(field.type)
        if not isinstance(below, Fields):
            return self._keyed(name, call)
        self._left -= 1
        # Edges and pages lead nowhere by themselves.
        return f"{self._keyed(name, call)} {{ {self._selections(below, levels - (below.name in _WITH_IDS))} }}"

    def _choice(self, type: Fields, *, goes_on: bool) -> tuple[str, GraphQLField]:
        fields = self._fields(type)
        among = [each for each in fields if _leads_on(each[1]) == goes_on] or fields
        return min(self._dice.several(among, 3, at_least=1), key=lambda each: self._used[type.name, each[0]])

    def _fields(self, type: Fields) -> list[tuple[str, GraphQLField]]:
        """Those that may be selected."""
        return [
            (name, field)
            for name, field in type.fields.items()
            if name not in NOT_FROM_THE_MIRROR and (self._for_operators or not _has_mark(field))
        ]

    def _keyed(self, name: str, call: Call) -> str:
        """The call under a response key that is free, or that stands for the same call already."""
        dice = self._dice
        key = dice.pick(ALIASES) if dice.happens(20) else name
        if self._calls.setdefault(key, call) != call:
            key = f"{name.strip('_')}{len(self._calls)}"
            self._calls[key] = call
        return ("" if key == name else f"{key}: ") + name + call.arguments + self._conditions()

    def _conditions(self) -> str:
        names = [name for name in ("skip", "include") if self._dice.happens(4)]
        return "".join(f" @{name}(if: {self._arguments.boolean()})" for name in names)

    def _fragment(self, type: Fields, levels: int) -> str:
        dice = self._dice
        on = self._within(type)
        conditions = self._conditions()
        if dice.happens(50):
            condition = "" if on == type and dice.happens(40) else f" on {on.name}"
            return f"...{condition}{conditions} {{ {self._selections(on, levels)} }}"
        known = [each for each in self._fragments if each.type == on.name]
        if known and dice.happens(50):
            return f"...{dice.pick(known).name}{conditions}"
        text = self._selections(on, levels)
        self._fragments.append(Fragment(f"F{len(self._fragments)}", on.name, text))
        return f"...{self._fragments[-1].name}{conditions}"

    def _within(self, type: Fields) -> Fields:
        """A type that some of its objects have."""
        if isinstance(type, GraphQLInterfaceType):
            within: list[Fields] = [type, *contract().get_possible_types(type)]
            return object_type(self._arguments.samples.nodes) if self._dice.happens(60) else self._dice.pick(within)
        return self._dice.pick(type.interfaces) if type.interfaces and self._dice.happens(20) else type


def _leads_on(field: GraphQLField) -> bool:
    return is_composite_type(get_named_type(field.type))


def _has_mark(field: GraphQLField) -> bool:
    """Whether it is for operators only."""
    return bool(field.ast_node and field.ast_node.directives)


_WITH_IDS = {name for name, type in contract().type_map.items() if isinstance(type, Fields) and "id" in type.fields}
