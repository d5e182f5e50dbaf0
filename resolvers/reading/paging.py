"""Keyset paging in both directions, after the Relay specification."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import GraphQLNamedType, GraphQLObjectType, get_named_type
from sqlalchemy import BigInteger, ColumnElement, Text, func, tuple_

from resolvers.reading.dialect import NULL, Aggregate, Kind, Parts, Token, or_else, quoted, whole
from resolvers.reading.scope import Request, Scope
from resolvers.reading.selection import TYPENAME, Selected
from resolvers.reading.sources import Connection, OrderBy
from resolvers.reading.values import NUL, Frame, Given

DEFAULT_SIZE = 20
LARGEST = 2**63 - 1
"""What a column of whole numbers can hold."""


def sort_key(scope: Scope, order: OrderBy) -> ColumnElement[Any]:
    """What rows are sorted by: never null, and text by code point, as the mirror's columns of text are."""
    column: ColumnElement[Any] = scope.row.c[order.column]
    if order.null_as is None:
        return column
    nothing = quoted(order.null_as) if isinstance(order.null_as, str) else whole(order.null_as)
    return func.coalesce(column, nothing)


def ordering(scope: Scope, order: OrderBy, *, descending: bool) -> list[ColumnElement[Any]]:
    columns = [sort_key(scope, order), scope.tie_breaker()]
    return [column.desc() if descending else column.asc() for column in columns]


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a list: the value that it is sorted by, and the id of the row there."""

    order: str
    value: str | int
    id: str

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Raises ValueError for what is not a cursor."""
        try:
            parts = orjson.loads(bytes.fromhex(text))
        except ValueError as error:
            raise ValueError("not a cursor") from error
        if not isinstance(parts, list) or [type(part) for part in parts] not in ([str, str, str], [str, int, str]):
            raise ValueError("not a cursor")
        order, value, id = parts
        if NUL in f"{value}{id}" or (isinstance(value, int) and abs(value) > LARGEST):
            raise ValueError("not a cursor")
        return cls(order, value, id)


class Page:
    """One page of a connection: which rows it takes, and how its answer looks."""

    def __init__(self, field: Selected, source: Connection, *, most: int) -> None:
        """Raises GraphQLError for what is impossible whatever the values are."""
        self._field = field
        self._most = most
        arguments = field.arguments
        first, last = arguments.get("first"), arguments.get("last")
        if first is not None and last is not None:
            raise field.refuse("Give first or last, not both.")
        self.forward = last is None
        self._given: Given | None = first if last is None else last
        chosen = arguments.get("orderBy") or {}
        self._order_name = str(chosen.get("field") or next(iter(source.orders)))
        self._order = source.orders[self._order_name]
        self._descending = chosen["direction"] == "DESC" if chosen else source.descending
        self._after: Given | None = arguments.get("after")
        self._before: Given | None = arguments.get("before")
        self.parts = field.below()
        wanted = {each.name for part in self.parts if part.name == "pageInfo" for each in part.below()}
        self.looks_around = not wanted.isdisjoint(self._found_out())

    def _found_out(self) -> set[str]:
        """What of pageInfo only the rows tell; the rest follows from the arguments."""
        onward, already = ("hasNextPage", self._before) if self.forward else ("hasPreviousPage", self._after)
        return {"startCursor", "endCursor"} | ({onward} if already is None else set())

    def size(self) -> int | Callable[[Frame], int]:
        """How many rows a page has at most; by the values of a run, where it depends on them.

        Raises GraphQLError for an impossible number, at once or then.
        """
        given = self._given
        if given is None:
            return DEFAULT_SIZE
        if given.constant:
            return self._sane(given.get(NO_FRAME))
        return lambda frame: self._sane(given.get(frame))

    def _sane(self, size: int) -> int:
        if size < 0:
            raise self._field.refuse(f"A page cannot have {size} entries. Ask for 0 to {self._most}.")
        if size > self._most:
            sentence = f"A page has at most {self._most} entries (MAX_PAGE_SIZE): {size:,} are too many."
            error = self._field.refuse(sentence, "QUERY_TOO_COMPLEX")
            (error.extensions or {}).update(limit="MAX_PAGE_SIZE", maximum=self._most)
            raise error
        return size

    def bound(self, request: Request) -> ColumnElement[int]:
        """The size in SQL."""
        size = self.size()
        if isinstance(size, int):
            return whole(size)
        assert self._given is not None
        return request.slots.value(self._given, BigInteger(), self._sane)

    def limit(self, request: Request) -> ColumnElement[int]:
        """One row more, where it is asked what follows."""
        size = self.bound(request)
        return size + whole(1) if self.looks_around else size

    def ordering(self, scope: Scope) -> list[ColumnElement[Any]]:
        return ordering(scope, self._order, descending=self._descending == self.forward)

    def beyond_cursors(self, scope: Scope) -> list[ColumnElement[bool]]:
        key = tuple_(sort_key(scope, self._order), scope.tie_breaker())
        conditions = []
        for given, argument, comes_after in ((self._after, "after", True), (self._before, "before", False)):
            if given is not None:
                there = self._place(scope.request, given, argument)
                conditions.append(key < there if comes_after == self._descending else key > there)
        return conditions

    def _place(self, request: Request, given: Given, argument: str) -> Any:
        numeric = isinstance(self._order.null_as, int) or self._order.column == "created"

        def parse(text: str) -> Cursor:
            try:
                cursor = Cursor.parse(text)
            except ValueError:
                raise self._field.refuse(f"{argument} is not a cursor of this API.") from None
            if cursor.order != self._order_name:
                raise self._field.refuse(f"{argument} is a cursor of a list in another order.")
            if numeric != isinstance(cursor.value, int):
                raise self._field.refuse(f"{argument} is not a cursor of this list.")
            return cursor

        slots = request.slots
        value = slots.value(given, BigInteger() if numeric else Text(), lambda text: parse(text).value)
        return tuple_(value, slots.value(given, Text(), lambda text: parse(text).id))

    def cursor(self, scope: Scope) -> ColumnElement[str]:
        """The cursor of the scope's row."""
        dialect, key = scope.request.dialect, sort_key(scope, self._order)
        value = Token(Kind.TEXT if isinstance(key.type, Text) else Kind.NUMBER, key, none=None)
        id = Token(Kind.TEXT, scope.row.c.id, none=None)
        parts: Parts = [f'["{self._order_name}",', *dialect.parts(value), ",", *dialect.parts(id), "]"]
        return dialect.hexadecimal(dialect.join(parts))

    def wants_total(self) -> bool:
        return any(part.name == "totalCount" for part in self.parts)

    def slots(self) -> list[Selected]:
        """What has a text for each row: each alias of nodes and of edges."""
        return [part for part in self.parts if part.name in ("nodes", "edges")]

    @property
    def reads_rows(self) -> bool:
        return bool(self.slots()) or self.looks_around

    @property
    def numbered(self) -> bool:
        """Whether the place of a row on the page is needed."""
        return self.looks_around or not self.forward

    def aggregates(self, request: Request) -> list[Aggregate]:
        """What is told of the rows: `x0`, `x1`, … are the texts of the slots, `m` is place, `c` place and cursor."""
        last = self.bound(request) if self.looks_around else None
        told = [Aggregate(f"x{number}", "texts", f"x{number}", last) for number in range(len(self.slots()))]
        if self.looks_around:
            told += [
                Aggregate("rows", "count", "m"),
                Aggregate("first", "min", "c", last),
                Aggregate("last", "max", "c", last),
            ]
        return told

    def text(
        self, request: Request, told: Callable[[str], ColumnElement[Any]], total: ColumnElement[Any] | None
    ) -> list[tuple[str, Parts]]:
        """The members of the connection's object, from its aggregates; `told` gives null where there are no rows."""
        members: list[tuple[str, Parts]] = []
        slot = 0
        for part in self.parts:
            match part.name:
                case "nodes" | "edges":
                    text: Parts = ["[", or_else(told(f"x{slot}"), ""), "]"]
                    slot += 1
                case "pageInfo":
                    text = request.dialect.object(
                        [(each.response_key, self._info(request, each, told)) for each in part.below()]
                    )
                case "totalCount":
                    assert total is not None
                    text = [total]
                case _:
                    text = [f'"{self._field_type()}"']
            members.append((part.response_key, text))
        return members

    def _field_type(self) -> str:
        return get_named_type(self._field.type).name

    def _info(self, request: Request, field: Selected, told: Callable[[str], ColumnElement[Any]]) -> Parts:
        start, end = ("first", "last") if self.forward else ("last", "first")
        match field.name:
            case "hasNextPage":
                return self._more(request, told, forward=True)
            case "hasPreviousPage":
                return self._more(request, told, forward=False)
            case "startCursor" | "endCursor":
                placed = told(start if field.name == "startCursor" else end)
                cursor = func.substr(placed, whole(7), type_=Text)
                return [or_else(quoted('"').concat(cursor).concat(quoted('"')), NULL)]
        assert field.name == TYPENAME
        return [f'"{field.parent.name}"']

    def _more(self, request: Request, told: Callable[[str], ColumnElement[Any]], *, forward: bool) -> Parts:
        if (self._before if forward else self._after) is not None:
            return ["true"]
        if forward != self.forward:
            return ["false"]
        more = func.coalesce(told("rows"), whole(0)) > self.bound(request)
        return request.dialect.parts(Token(Kind.BOOLEAN, more, none=None))


class _NoFrame:
    """What constants are read from."""


NO_FRAME: Any = _NoFrame()


def node_type(connection: Selected) -> GraphQLNamedType:
    """The type of a connection's nodes."""
    type = get_named_type(connection.type)
    assert isinstance(type, GraphQLObjectType)
    node: GraphQLNamedType = get_named_type(type.fields["nodes"].type)
    return node
