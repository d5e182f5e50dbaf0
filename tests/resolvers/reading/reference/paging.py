"""Lists in pages, by Relay's specification: sort everything, count, and cut."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.resolvers.reading.reference.thing import Reading, Shown, Thing

DEFAULT_SIZE = 20
Key = Callable[[Any], int | str]
Filter = Callable[[Any, Any], bool]


class Edge(Shown):
    def __init__(self, node: Thing, order: str) -> None:
        self.node = node
        self.cursor = cursor(order, node.id)


class PageInfo(Shown):
    def __init__(self, edges: list[Edge], *, before: bool, after: bool) -> None:
        self.has_previous_page = before
        self.has_next_page = after
        self.start_cursor = edges[0].cursor if edges else None
        self.end_cursor = edges[-1].cursor if edges else None


class Connection(Shown):
    def __init__(self, edges: list[Edge], page_info: PageInfo, total_count: int) -> None:
        self.edges = edges
        self.nodes = [edge.node for edge in edges]
        self.page_info = page_info
        self.total_count = total_count


def cursor(order: str, id: str) -> str:
    return f"{order} {id}".encode().hex()


def place(cursor: str) -> tuple[str, str]:
    """The order and the id that a cursor holds."""
    order, _, id = bytes.fromhex(cursor).decode().partition(" ")
    return order, id


@dataclass(frozen=True)
class Listing:
    """What a list of a type can be narrowed and sorted by."""

    type_name: str
    filters: Mapping[str, Filter] = field(default_factory=dict)
    orders: Mapping[str, Key] = field(default_factory=lambda: {"CREATED": lambda thing: thing.created()})
    descending: bool = True

    def page(
        self,
        reading: Reading,
        among: Iterable[Thing],
        *,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        filter: Mapping[str, Any] | None = None,
        order_by: Mapping[str, str] | None = None,
    ) -> Connection:
        chosen = {name: value for name, value in (filter or {}).items() if value is not None}
        matching = [each for each in among if all(self.filters[name](each, chosen[name]) for name in chosen)]
        order = order_by["field"] if order_by else next(iter(self.orders))
        descending = order_by["direction"] == "DESC" if order_by else self.descending

        def position(thing: Thing) -> tuple[int | str, str]:
            return self.orders[order](thing), thing.id

        def at(cursor: str) -> tuple[int | str, str]:
            told = reading.books.find(reading.kinds[self.type_name].kind, place(cursor)[1])
            assert told is not None
            return position(reading.kinds[self.type_name](told, reading))

        listed = sorted(matching, key=position, reverse=descending)
        if after is not None:
            listed = [each for each in listed if _comes_after(position(each), at(after), descending)]
        if before is not None:
            listed = [each for each in listed if _comes_after(at(before), position(each), descending)]
        size = DEFAULT_SIZE if first is None and last is None else first if last is None else last
        assert size is not None
        page = listed[:size] if last is None else listed[len(listed) - min(size, len(listed)) :]
        cut = len(listed) > size
        edges = [Edge(each, order) for each in page]
        # What a cursor points at counts as being there.
        info = PageInfo(
            edges,
            before=(cut and last is not None) or after is not None,
            after=(cut and last is None) or before is not None,
        )
        return Connection(edges, info, len(matching))


def _comes_after(one: Any, other: Any, descending: bool) -> bool:
    return bool(one < other if descending else one > other)


def same(name: str) -> Filter:
    return lambda thing, value: thing.value(name) == value


def flag(name: str) -> Filter:
    """What Stripe left out counts as false."""
    return lambda thing, value: bool(thing.value(name)) is value


def one_of(name: str) -> Filter:
    def accepts(thing: Thing, values: Any) -> bool:
        return thing.value(name) in [each.lower() for each in (values if isinstance(values, list) else [values])]

    return accepts


def during(name: str) -> Filter:
    def accepts(thing: Thing, bounds: Mapping[str, str | None]) -> bool:
        moment = thing.value(name)
        return moment is not None and all(
            _holds(bound, moment, datetime.fromisoformat(text).timestamp()) for bound, text in bounds.items() if text
        )

    return accepts


def _holds(bound: str, moment: int, limit: float) -> bool:
    return {"gt": moment > limit, "gte": moment >= limit, "lt": moment < limit, "lte": moment <= limit}[bound]


def sorted_by(name: str, *, nothing: int | str) -> Key:
    """`nothing` is what counts where Stripe tells nothing."""

    def key(thing: Any) -> int | str:
        value: int | str | None = thing.value(name)
        return nothing if value is None else value

    return key
