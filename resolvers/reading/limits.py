"""How much one operation may ask for, told before anything runs, also before a mutation acts."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from graphql import GraphQLError, GraphQLList, get_named_type, get_nullable_type, is_abstract_type

from resolvers.reading.paging import Page
from resolvers.reading.selection import Selected
from resolvers.reading.sources import Connection, Declarations, Late, NodeById
from resolvers.reading.values import Frame, Given

TOO_COMPLEX = "QUERY_TOO_COMPLEX"
MOST_FIELDS = 5_000
"""How many fields may be selected, fragments written out: each may spread another twice, and so double them."""
USUAL_LENGTH = 5
"""How many entries are reckoned for a list that has no pages."""
ASKED_ELSEWHERE = 100
"""What a field costs that asks Stripe, or counts."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Each has a setting of the same name, in upper case and with MAX_ before it."""

    tokens: int = 4_000
    depth: int = 20
    cost: int = 50_000
    aliases: int = 100
    root_fields: int = 20
    directives: int = 50
    page_size: int = 100


def too_complex(sentence: str, limit: str | None, maximum: int, at: Selected | None = None) -> GraphQLError:
    """The error for what is more than a limit allows. It names the setting, where there is one, and the value."""
    bound = f"{limit} is {maximum:,}" if limit else f"at most {maximum:,}"
    told = f"{sentence} ({bound}). Ask in several operations, or for less."
    error = at.refuse(told, TOO_COMPLEX) if at else GraphQLError(told, extensions={"code": TOO_COMPLEX})
    (error.extensions or {}).update({"maximum": maximum} | ({"limit": limit} if limit else {}))
    return error


@dataclass(slots=True)
class Cost:
    """What an operation costs: a field 1, and what lies below a list as often as the list has entries."""

    fixed: int = 0
    times: list[tuple[Callable[[Frame], int], "Cost"]] = field(default_factory=list)

    def add(self, other: "Cost", by: int = 1) -> None:
        self.fixed += by * other.fixed
        self.times += [(_scaled(size, by), below) for size, below in other.times]

    def of(self, frame: Frame) -> int:
        """By the values of one run. Raises GraphQLError for a page that is impossible."""
        return self.fixed + sum(size(frame) * below.of(frame) for size, below in self.times)


def _scaled(size: Callable[[Frame], int], by: int) -> Callable[[Frame], int]:
    return size if by == 1 else lambda frame: by * size(frame)


def cost_of(fields: Sequence[Selected], declarations: Declarations, limits: Limits) -> Cost:
    """The cost of the selected fields. Raises GraphQLError for what is too deep, too wide, or impossible."""
    if len(fields) > limits.root_fields:
        raise too_complex("Too many fields are asked for at the root", "MAX_ROOT_FIELDS", limits.root_fields)
    return _Inspection(declarations, limits).of(fields, limits.depth)


class _Inspection:
    def __init__(self, declarations: Declarations, limits: Limits) -> None:
        self._declarations = declarations
        self._limits = limits
        self._seen = 0

    def of(self, fields: Iterable[Selected], levels: int) -> Cost:
        cost = Cost()
        for each in fields:
            self._seen += 1
            if self._seen > MOST_FIELDS:
                raise too_complex("Too many fields are selected", None, MOST_FIELDS, each)
            if levels == 0:
                raise too_complex("Fields are nested too deeply here", "MAX_DEPTH", self._limits.depth, each)
            cost.fixed += 1
            self._below(cost, each, levels - 1)
        return cost

    def _below(self, cost: Cost, field: Selected, levels: int) -> None:
        match self._declarations.fields.get((field.parent.name, field.name)):
            case Connection() as source:
                self._page(cost, field, Page(field, source, most=self._limits.page_size), levels)
            case NodeById(many=True):
                ids: Given = field.arguments["ids"]
                cost.times.append((self._number_of(ids, field), self._any(field, levels)))
            case Late():
                cost.fixed += ASKED_ELSEWHERE
                cost.add(self._any(field, levels))
            case _:
                listed = isinstance(get_nullable_type(field.type), GraphQLList)
                cost.add(self._any(field, levels), USUAL_LENGTH if listed else 1)

    def _page(self, cost: Cost, field: Selected, page: Page, levels: int) -> None:
        row = Cost()
        for part in page.parts:
            cost.fixed += 1
            (row if part.name in ("nodes", "edges") else cost).add(self._any(part, levels - 1))
        size = page.size()
        if isinstance(size, int):
            cost.add(row, size)
        else:
            cost.times.append((size, row))

    def _number_of(self, ids: Given, field: Selected) -> Callable[[Frame], int]:
        most = self._limits.page_size

        def number(frame: Frame) -> int:
            asked = len(ids.get(frame))
            if asked > most:
                raise too_complex(f"{asked:,} ids are too many to be asked for at once", "MAX_PAGE_SIZE", most, field)
            return asked

        return number

    def _any(self, field: Selected, levels: int) -> Cost:
        """Of the type that costs most, where the objects may be of several."""
        named = get_named_type(field.type)
        if not is_abstract_type(named):
            return self.of(field.below_on_any_type(), levels)
        types = field.operation.schema.get_possible_types(named)
        return max((self.of(field.below(type), levels) for type in types), key=lambda each: each.fixed)
