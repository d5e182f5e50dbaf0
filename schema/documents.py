"""Documents that clients send: read once, and remembered with their plans where they come again."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLID, GraphQLInputType, GraphQLNonNull, GraphQLString, Undefined
from graphql.utilities import coerce_input_value

from resolvers.reading.arguments import shape_of
from resolvers.reading.nodes import Names
from resolvers.reading.plan import Plan
from resolvers.reading.values import Frame

VARIANTS = 32
"""How many plans are kept for one document: its variables may be given and left out in many ways."""
FIFTHS_KNOWN = 4
"""How many fifths of the room are for documents that came more than once."""


class Misfit(Exception):
    """A value does not fit its variable; graphql-core tells why."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable that an operation declares."""

    name: str
    type: GraphQLInputType
    default: Any
    is_text: bool
    """Whether it is a text that must be given, so that all its values are alike."""

    @classmethod
    def of(cls, name: str, type: GraphQLInputType, default: Any) -> "Variable":
        is_text = isinstance(type, GraphQLNonNull) and type.of_type in (GraphQLID, GraphQLString)
        return cls(name, type, default, is_text)

    def coerced(self, value: Any) -> Any:
        """Raises Misfit."""
        if self.is_text and type(value) is str:
            return value
        coerced = coerce_input_value(value, self.type)
        if coerced is Undefined:
            raise Misfit
        return coerced


@dataclass(slots=True)
class Variant:
    """The plans for one shape of variables and rights: one for each set of types that ids may be of."""

    types: Sequence[Callable[[Frame], Names]]
    plans: dict[tuple[Names, ...], Plan] = field(default_factory=dict)

    def find(self, frame: Frame) -> Plan | None:
        return self.plans.get(tuple([each(frame) for each in self.types]))

    def keep(self, frame: Frame, plan: Plan) -> None:
        if len(self.plans) >= VARIANTS:
            self.plans.clear()
        self.plans[tuple([each(frame) for each in self.types])] = plan


@dataclass(slots=True)
class Document:
    """One operation of a document that was found valid. It keeps no syntax tree: that is larger than all the rest."""

    text: str
    operation_name: str | None
    introspects: bool
    variables: tuple[Variable, ...]
    variants: OrderedDict[Hashable, Variant] = field(default_factory=OrderedDict)
    bytes: int = 0
    """About how much it keeps."""

    def values(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The coerced variables. Raises Misfit."""
        values: dict[str, Any] = {}
        for variable in self.variables:
            name = variable.name
            if name in given:
                values[name] = variable.coerced(given[name])
            elif variable.default is not Undefined:
                values[name] = variable.default
            elif isinstance(variable.type, GraphQLNonNull):
                raise Misfit
        return values

    def shape(self, values: Mapping[str, Any]) -> Hashable:
        """What of the variables decides about statements."""
        return tuple(
            [
                (each.name, shape_of(each.type, values[each.name]))
                for each in self.variables
                if not each.is_text and each.name in values
            ]
        )

    def keep(self, shape: Hashable, variant: Variant) -> None:
        self.variants[shape] = variant
        if len(self.variants) > VARIANTS:
            self.variants.popitem(last=False)
        self.weigh()

    def weigh(self) -> None:
        plans = [plan.bytes for variant in self.variants.values() for plan in variant.plans.values()]
        self.bytes = 2 * len(self.text) + 2_000 + sum(plans)


Key = tuple[str, str | None]


class Documents:
    """Remembers documents, up to a number and a size.

    A new document is on probation, where other new ones push it out; at its second coming it moves among the known
    ones. So documents that come once, however many they are, never push out those that are in use.
    """

    def __init__(self, *, entries: int, most_bytes: int) -> None:
        self._known = _Room(entries * FIFTHS_KNOWN // 5, most_bytes * FIFTHS_KNOWN // 5)
        self._new = _Room(entries - entries * FIFTHS_KNOWN // 5, most_bytes - most_bytes * FIFTHS_KNOWN // 5)

    def find(self, text: str, operation_name: str | None) -> tuple[Document | None, bool]:
        """The document, and whether it is among the known ones."""
        key = text, operation_name
        document = self._known.get(key)
        if document is not None:
            return document, True
        document = self._new.pop(key, None)
        if document is not None:
            self._known.put(key, document)
        return document, document is not None

    def remember(self, document: Document) -> None:
        """Keep a new document, or what a known one has learned."""
        key = document.text, document.operation_name
        (self._known if key in self._known else self._new).put(key, document)

    def __len__(self) -> int:
        return len(self._known) + len(self._new)

    @property
    def bytes(self) -> int:
        return self._known.bytes + self._new.bytes


class _Room(OrderedDict[Key, Document]):
    """Holds so many documents, and so many bytes of them, and forgets what was not asked for longest."""

    def __init__(self, entries: int, most_bytes: int) -> None:
        super().__init__()
        self._entries = entries
        self._most_bytes = most_bytes

    def get(self, key: Key, default: Any = None) -> Any:
        document = super().get(key, default)
        if document is not default:
            self.move_to_end(key)
        return document

    def put(self, key: Key, document: Document) -> None:
        self[key] = document
        self.move_to_end(key)
        size = self.bytes
        while self and (len(self) > self._entries or size > self._most_bytes):
            _, gone = self.popitem(last=False)
            size -= gone.bytes

    @property
    def bytes(self) -> int:
        return sum([document.bytes for document in self.values()])
