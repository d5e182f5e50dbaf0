"""From selected fields to one expression of SQL that gives their JSON."""

from collections.abc import Callable, Sequence
from typing import Any

import orjson
from graphql import GraphQLInterfaceType, get_named_type
from sqlalchemy import ColumnElement, Text, func, literal, literal_column, null, select

from db.tables import Mirrored
from resolvers.reading.deferred import Deferred
from resolvers.reading.dialect import MOST_MEMBERS, quoted
from resolvers.reading.embedded import embedded
from resolvers.reading.money import show_money
from resolvers.reading.paging import Page, node_type, ordering
from resolvers.reading.piece import Finish, Piece, finish_list, finish_object, finish_parts
from resolvers.reading.scalars import scalar, sql_value
from resolvers.reading.scope import Request, Scope
from resolvers.reading.selection import TYPE, Selected
from resolvers.reading.sources import (
    Amount,
    Children,
    Column,
    Connection,
    Declarations,
    Embedded,
    Expression,
    Late,
    Listed,
    MirroredType,
    NodeById,
    Path,
    Picked,
    Reference,
    Root,
)


class Compiler:
    """Compiles one statement. Every select in it is narrowed to the account and mode of the process."""

    def __init__(self, declarations: Declarations, request: Request) -> None:
        self.left_over: list[Deferred] = []
        """What would nest the statement too deeply for the database, and is read by the next one."""
        self._declarations = declarations
        self._request = request
        self._dialect = request.dialect

    def roots(self, fields: Sequence[Selected]) -> list[Piece]:
        return [self._field(None, field) for field in fields]

    def deferred(self, field: Selected) -> Deferred:
        """What is selected below a field, of objects whose ids will be known later."""
        return Deferred(self._mirrored(field).table, field.below())

    def rows(self, deferred: Deferred) -> Piece:
        """The deferred objects, as a list of their ids and themselves."""
        scope = self._over(deferred.table, many=True)
        piece = self._object(scope, deferred.fields)
        statement, own = scope.select(self._dialect.array([scope.row.c.id, piece.sql]))
        # One bound text holds the ids, however many they are: statements take a limited number of bound values.
        ids, id, _ = self._dialect.texts(literal(orjson.dumps(sorted(deferred.places)).decode(), Text()))
        found = statement.where(scope.row.c.id.in_(select(id).select_from(ids).correlate_except(ids)))
        finish = piece.finish
        return Piece(
            self._dialect.collect(found, own),
            (lambda rows: [[id, finish(each)] for id, each in rows]) if finish else None,
        )

    def _object(self, scope: Scope, fields: Sequence[Selected]) -> Piece:
        inside = self._inside(scope, fields)
        pieces = {field.response_key: self._field(inside, field) for field in fields}
        finishes = {key: piece.finish for key, piece in pieces.items() if piece.finish is not None}
        members = [(key, piece.sql) for key, piece in pieces.items()]
        if len(members) <= MOST_MEMBERS:
            return Piece(self._dialect.object(members), finish_object(finishes))
        parts = [members[at : at + MOST_MEMBERS] for at in range(0, len(members), MOST_MEMBERS)]
        sql = self._dialect.array([self._dialect.object(part) for part in parts])
        return Piece(sql, finish_parts(finish_object(finishes)))

    def _inside(self, scope: Scope, fields: Sequence[Selected]) -> Scope:
        """The same scope, as deep as the members of an object of these fields stand in the statement."""
        return scope.deeper(self._dialect.parts) if len(fields) > MOST_MEMBERS else scope

    def _of_row(self, scope: Scope, fields: Sequence[Selected]) -> Piece:
        """The selected fields of the scope's row as JSON, or its id where that would nest too deeply."""
        if self._inside(scope, fields).depth <= self._dialect.depth:
            return self._object(scope, fields)
        deferred = Deferred(scope.table, tuple(fields))
        self.left_over.append(deferred)
        return Piece(scope.row.c.id, deferred.place)

    def _field(self, scope: Scope | None, field: Selected) -> Piece:
        source = self._declarations.fields[field.parent.name, field.name]
        if isinstance(source, Root):
            return self._root(field, source)
        if isinstance(source, NodeById):
            if not source.many:
                return self._node(field, field.arguments["id"])
            return self._nodes(field)
        if isinstance(source, Connection):
            return self._connection(scope, field, source)
        if isinstance(source, Late) and scope is None:
            return Piece(null())
        if scope is None:
            raise TypeError(f"{field.parent.name}.{field.name} cannot be read at a root.")
        match source:
            case Column() | Path() | Expression():
                return scalar(scope, source, field.type, field.arguments)
            case Amount():
                return self._amount(scope, field, source)
            case Embedded(keys):
                return embedded(scope, field, keys, self._object)
            case Reference(column):
                return self._reference(scope, field, column)
            case Listed(column):
                return self._listed(scope, field, column)
            case Children():
                return self._children(scope, field, source)
            case Picked():
                return self._picked(scope, field, source)
            case Late(needs=needs):
                return Piece(needs(scope) if needs else scope.row.c.id)
        raise TypeError(f"{field.parent.name}.{field.name} is never read from a table.")

    def _over(self, table: type[Mirrored], parent: Scope | None = None, *, many: bool = False) -> Scope:
        depth = (parent.depth if parent else 0) + (self._dialect.many if many else self._dialect.one)
        return Scope.over(self._request, table, depth=depth)

    def _mirrored(self, field: Selected) -> MirroredType:
        return self._declarations.types[get_named_type(field.type).name]

    def _visible(self, scope: Scope, mirrored: MirroredType, condition: ColumnElement[bool]) -> ColumnElement[bool]:
        caller = self._request.caller
        if not (mirrored.keeps_deleted and caller.is_operator):
            condition = condition & scope.row.c.deleted.is_(False)
        return condition if caller.is_operator else condition & mirrored.visible(scope)

    def _one(
        self, scope: Scope, fields: Sequence[Selected], condition: ColumnElement[bool], order: Sequence[Any] = ()
    ) -> Piece:
        piece = self._of_row(scope, fields)
        if piece.sql is scope.row.c.id:
            return Piece(self._row(scope, piece.sql, condition, order), piece.finish)
        return Piece(self._dialect.embed(self._row(scope, piece.sql, condition, order)), piece.finish)

    def _row(
        self, scope: Scope, column: ColumnElement[Any], condition: ColumnElement[bool], order: Sequence[Any] = ()
    ) -> ColumnElement[Any]:
        statement, own = scope.select(column)
        chosen = statement.where(condition).order_by(*order).limit(literal_column("1"))
        return chosen.correlate_except(*own).scalar_subquery()

    def _list(
        self, child: Scope, fields: Sequence[Selected], condition: ColumnElement[bool], order: Sequence[Any]
    ) -> Piece:
        piece = self._of_row(child, fields)
        statement, own = child.select(self._dialect.member(piece.sql))
        sql = self._dialect.collect(statement.where(condition).order_by(*order), own)
        return Piece(self._dialect.embed(sql), finish_list(piece.finish))

    def _root(self, field: Selected, source: Root) -> Piece:
        mirrored = self._mirrored(field)
        scope = self._over(mirrored.table)
        return self._one(scope, field.below(), self._visible(scope, mirrored, source.where(scope, field.arguments)))

    def _node(self, field: Selected, id: str) -> Piece:
        """People choose the ids of some types, so several types may have to be tried: first those that own a prefix."""
        interface = get_named_type(field.type)
        assert isinstance(interface, GraphQLInterfaceType)
        types = field.operation.schema.get_possible_types(interface)
        possible = [(type, self._declarations.types[type.name]) for type in types]
        tried: list[ColumnElement[Any]] = []
        finishes: dict[str, Finish | None] = {}
        for type, mirrored in sorted(possible, key=lambda each: not each[1].prefixes):
            if mirrored.prefixes and not id.startswith(mirrored.prefixes):
                continue
            scope = self._over(mirrored.table)
            piece = self._object(scope, field.below(type))
            finishes[type.name] = piece.finish
            named = self._dialect.array([quoted(type.name), piece.sql])
            tried.append(self._row(scope, named, self._visible(scope, mirrored, scope.row.c.id == id)))
        found = tried[0] if len(tried) == 1 else func.coalesce(*tried)
        return Piece(self._dialect.embed(found), _finish_node(finishes))

    def _nodes(self, field: Selected) -> Piece:
        nodes = [self._node(field, id) for id in field.arguments["ids"]]
        finishes = [node.finish for node in nodes]
        return Piece(
            self._dialect.array([node.sql for node in nodes]),
            lambda values: [finish(each) if finish else each for finish, each in zip(finishes, values, strict=True)],
        )

    def _reference(self, scope: Scope, field: Selected, column: str | Callable[[Scope], ColumnElement[Any]]) -> Piece:
        mirrored = self._mirrored(field)
        target = self._over(mirrored.table, scope)
        condition = target.row.c.id == (scope.row.c[column] if isinstance(column, str) else column(scope))
        if not mirrored.keeps_deleted:
            condition = condition & target.row.c.deleted.is_(False)
        return self._one(target, field.below(), condition)

    def _children(self, scope: Scope, field: Selected, source: Children) -> Piece:
        child = self._over(self._mirrored(field).table, scope, many=True)
        condition = source.where(scope, child, field.arguments) & child.row.c.deleted.is_(False)
        return self._list(child, field.below(), condition, ordering(child, source.order, descending=source.descending))

    def _listed(self, scope: Scope, field: Selected, column: str) -> Piece:
        child = self._over(self._mirrored(field).table, scope, many=True)
        piece = self._of_row(child, field.below())
        rows, id, place = self._dialect.texts(scope.row.c[column])
        source, own = child.document.join()
        members = select(self._dialect.member(piece.sql)).select_from(rows.join(source, child.row.c.id == id))
        sql = self._dialect.collect(members.where(child.owned()).order_by(place), [*own, rows])
        return Piece(self._dialect.embed(sql), finish_list(piece.finish))

    def _picked(self, scope: Scope, field: Selected, source: Picked) -> Piece:
        child = self._over(source.table or self._mirrored(field).table, scope)
        condition = source.where(scope, child, field.arguments) & child.row.c.deleted.is_(False)
        piece = self._one(child, field.below(), condition, source.order(child, field.arguments))
        if source.otherwise is None:
            return piece
        nothing = {each.response_key: source.otherwise.get(each.name) for each in field.below()}
        finish = piece.finish
        return Piece(piece.sql, lambda value: nothing if value is None else finish(value) if finish else value)

    def _amount(self, scope: Scope, field: Selected, source: Amount) -> Piece:
        units = sql_value(scope, source.units, "BigInt", field.arguments)
        currency = sql_value(scope, source.currency, "Currency", field.arguments)
        fields = field.below()
        sql = self._dialect.object([("minorUnits", units), ("currency", currency)])
        return Piece(sql, lambda value: show_money(value, fields))

    def _connection(self, scope: Scope | None, field: Selected, source: Connection) -> Piece:
        child = self._over(self._declarations.types[node_type(field).name].table, scope, many=True)
        page = Page(field, source)
        where = source.where(scope, child, field.arguments) & child.owned()
        chosen = field.arguments.get("filter") or {}
        if not chosen.get("deleted"):
            where = where & child.row.c.deleted.is_(False)
        for name, value in chosen.items():
            if value is not None:
                where = where & source.filters[name](child, value)
        slots = [self._of_row(child, slot) for slot in page.slots()]
        row = self._dialect.array([page.sort_key(child), child.row.c.id, *(slot.sql for slot in slots)])
        tables, own = child.document.join()
        rows = select(row).select_from(tables).where(where, *page.beyond_cursors(child))
        listed = self._dialect.collect(rows.order_by(*page.ordering(child)).limit(page.size + 1), own)
        sql = self._dialect.embed(listed)
        if page.wants_total():
            count = select(func.count()).select_from(child.row).where(where).correlate_except(child.row)
            sql = self._dialect.array([sql, count.scalar_subquery()])
        return Piece(sql, page.finish([slot.finish for slot in slots]))


def _finish_node(finishes: dict[str, Finish | None]) -> Finish:
    """From ["Customer", {…}] to the object, which tells its type."""

    def finish(value: Any) -> Any:
        if value is None:
            return None
        name, node = value
        member = finishes[name]
        return {TYPE: name, **(member(node) if member else node)}

    return finish
