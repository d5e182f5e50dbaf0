"""Keyset paging in both directions, after the Relay specification."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import GraphQLError, GraphQLNamedType, GraphQLObjectType, get_named_type
from sqlalchemy import BigInteger, ColumnElement, Text, func, literal, tuple_

from resolvers.reading.piece import Finish
from resolvers.reading.scope import Scope
from resolvers.reading.selection import NUL, Selected
from resolvers.reading.sources import Connection, OrderBy

DEFAULT_SIZE = 20
MOST = 100
LARGEST = 2**63 - 1
"""What a column of whole numbers can hold."""


def sort_key(scope: Scope, order: OrderBy) -> ColumnElement[Any]:
    """What rows are sorted by: never null, and text by code point on every database."""
    column: ColumnElement[Any] = scope.row.c[order.column]
    if order.null_as is not None:
        column = func.coalesce(column, literal(order.null_as, column.type))
    return scope.request.dialect.by_code_point(column) if isinstance(column.type, Text) else column


def ordering(scope: Scope, order: OrderBy, *, descending: bool) -> list[ColumnElement[Any]]:
    columns = [sort_key(scope, order), scope.tie_breaker()]
    return [column.desc() if descending else column.asc() for column in columns]


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a list: the value that it is sorted by, and the id of the row there."""

    order: str
    value: str | int
    id: str

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(orjson.dumps([self.order, self.value, self.id])).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Raises ValueError for what is not a cursor."""
        try:
            parts = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
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

    def __init__(self, field: Selected, source: Connection) -> None:
        self._field = field
        arguments = field.arguments
        first, last = arguments.get("first"), arguments.get("last")
        if first is not None and last is not None:
            raise self._refuse("Give first or last, not both.")
        self.forward = last is None
        size = first if self.forward else last
        self.size = DEFAULT_SIZE if size is None else size
        if not 0 <= self.size <= MOST:
            raise self._refuse(f"A page has between 0 and {MOST} entries: {self.size} is not possible.")
        chosen = arguments.get("orderBy") or {}
        self._order_name = str(chosen.get("field") or next(iter(source.orders)))
        self._order = source.orders[self._order_name]
        self._descending = chosen["direction"] == "DESC" if chosen else source.descending
        self._after = self._cursor("after")
        self._before = self._cursor("before")
        self._parts = field.below()

    def _refuse(self, sentence: str) -> GraphQLError:
        return GraphQLError(sentence, self._field.nodes, extensions={"code": "INVALID_INPUT"})

    def _cursor(self, argument: str) -> Cursor | None:
        text = self._field.arguments.get(argument)
        if text is None:
            return None
        try:
            cursor = Cursor.parse(text)
        except ValueError:
            raise self._refuse(f"{argument} is not a cursor of this API.") from None
        if cursor.order != self._order_name:
            raise self._refuse(f"{argument} is a cursor of a list in another order.")
        numeric = isinstance(self._order.null_as, int) or self._order.column == "created"
        if numeric != isinstance(cursor.value, int):
            raise self._refuse(f"{argument} is not a cursor of this list.")
        return cursor

    def sort_key(self, scope: Scope) -> ColumnElement[Any]:
        return sort_key(scope, self._order)

    def ordering(self, scope: Scope) -> list[ColumnElement[Any]]:
        return ordering(scope, self._order, descending=self._descending == self.forward)

    def beyond_cursors(self, scope: Scope) -> list[ColumnElement[bool]]:
        key = tuple_(self.sort_key(scope), scope.tie_breaker())
        conditions = []
        for cursor, comes_after in ((self._after, True), (self._before, False)):
            if cursor is not None:
                kind = BigInteger() if isinstance(cursor.value, int) else Text()
                there = tuple_(literal(cursor.value, kind), literal(cursor.id, Text()))
                conditions.append(key < there if comes_after == self._descending else key > there)
        return conditions

    def slots(self) -> list[list[Selected]]:
        """The selections on nodes: each alias of `nodes`, and of `node` in each alias of `edges`, has its own."""
        return [node.below() for part in self._parts for node in self._nodes_of(part)]

    @staticmethod
    def _nodes_of(part: Selected) -> list[Selected]:
        if part.name == "nodes":
            return [part]
        if part.name == "edges":
            return [each for each in part.below() if each.name == "node"]
        return []

    def wants_total(self) -> bool:
        return any(part.name == "totalCount" for part in self._parts)

    def finish(self, slots: Sequence[Finish | None]) -> Finish:
        """From [[sort key, id, a node a slot…], …], or that and the total, to the connection."""

        def build(value: Any) -> dict[str, Any]:
            rows, total = value if self.wants_total() else (value, None)
            more = len(rows) > self.size
            rows = rows[: self.size]
            if not self.forward:
                rows.reverse()
            for row in rows:
                for index, slot in enumerate(slots, start=2):
                    if slot is not None:
                        row[index] = slot(row[index])
            return self._connection(rows, more, total)

        return build

    def _connection(self, rows: list[list[Any]], more: bool, total: int | None) -> dict[str, Any]:
        answer: dict[str, Any] = {}
        slot = 2
        for part in self._parts:
            nodes = {node.response_key: slot + index for index, node in enumerate(self._nodes_of(part))}
            slot += len(nodes)
            match part.name:
                case "nodes":
                    answer[part.response_key] = [row[nodes[part.response_key]] for row in rows]
                case "edges":
                    answer[part.response_key] = [self._edge(part, row, nodes) for row in rows]
                case "pageInfo":
                    answer[part.response_key] = self._page_info(part, rows, more)
                case "totalCount":
                    answer[part.response_key] = total
        return answer

    def _at(self, row: list[Any]) -> str:
        return str(Cursor(self._order_name, row[0], row[1]))

    def _edge(self, part: Selected, row: list[Any], nodes: dict[str, int]) -> dict[str, Any]:
        edge = {key: row[index] for key, index in nodes.items()}
        return edge | {each.response_key: self._at(row) for each in part.below() if each.name == "cursor"}

    def _page_info(self, part: Selected, rows: list[list[Any]], more: bool) -> dict[str, Any]:
        values = {
            "hasNextPage": (self.forward and more) or self._before is not None,
            "hasPreviousPage": (not self.forward and more) or self._after is not None,
            "startCursor": self._at(rows[0]) if rows else None,
            "endCursor": self._at(rows[-1]) if rows else None,
        }
        return {each.response_key: values[each.name] for each in part.below()}


def node_type(connection: Selected) -> GraphQLNamedType:
    """The type of a connection's nodes."""
    type = get_named_type(connection.type)
    assert isinstance(type, GraphQLObjectType)
    node: GraphQLNamedType = get_named_type(type.fields["nodes"].type)
    return node
