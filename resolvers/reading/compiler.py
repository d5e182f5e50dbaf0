"""From selected fields to one statement that answers with their finished JSON.

Each field becomes a part of a text. Rows are found in one of two ways: by a sub-select inside the text of the row
above, or, where that would lie too deep for the database, all at once, as a set of rows (`rowset.py`). Both have the
same conditions, the same order and the same text of a row.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import orjson
from graphql import GraphQLObjectType, get_named_type
from sqlalchemy import BigInteger, ColumnElement, Select, Text, func, select

from db.tables import Mirrored
from resolvers.reading.dialect import NULL, Aggregate, Kind, Parts, Token, or_else, quoted
from resolvers.reading.embedded import embedded
from resolvers.reading.limits import Limits
from resolvers.reading.money import money
from resolvers.reading.nodes import candidates
from resolvers.reading.paging import Page, node_type, ordering
from resolvers.reading.rows import Rows, only
from resolvers.reading.rowset import Later, RowSet
from resolvers.reading.scalars import scalar, sql_value
from resolvers.reading.scope import Request, Scope, Shape
from resolvers.reading.selection import TYPENAME, Selected
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
from resolvers.reading.values import Frame, Given

WIDE = 30
"""From so many members on, the text of an object may come in pieces."""
TYPE_KEY = "\\u0054"
"""The key under which an object tells its type, a T; see dialect.UNFINISHED."""
TEXTS = [Aggregate("x0", "texts", "x0")]


class Compiler:
    """Compiles one statement. Every select in it is narrowed to the account and mode of the process."""

    def __init__(self, declarations: Declarations, shape: Shape, limits: Limits, frame: Frame) -> None:
        """`frame` is the run that the statement is compiled for: one of all those that it serves."""
        self.request = Request(shape)
        self.locales: list[Given] = []
        """In which locales amounts are to be written for people, in the order of the statement."""
        self._declarations = declarations
        self._dialect = shape.dialect
        self._limits = limits
        self._frame = frame
        self._sets = 0

    def operation(self, fields: Sequence[Selected]) -> Select[Any]:
        """The statement for the fields of a query's root: one row, with the text of their object."""
        members = [(field.response_key, self._root(field)) for field in fields]
        return select(self._dialect.join(self._dialect.object(members)))

    def by_ids(self, wanted: Sequence[tuple[Selected, Given]]) -> Select[Any]:
        """The statement for objects whose ids are known: for each field an array of [id, object]."""
        lists = [self._known(self._mirrored(field).table, field.below(), ids) for field, ids in wanted]
        text: Parts = ["["]
        for number, each in enumerate(lists):
            text += ["," if number else "", "[", each, "]"]
        return select(self._dialect.join([*text, "]"]))

    # ------------------------------------------------------------------------------------------- roots

    def _root(self, field: Selected) -> Any:
        if field.name == TYPENAME:
            return [f'"{field.parent.name}"']
        source = self._declarations.fields[field.parent.name, field.name]
        if isinstance(source, Root):
            mirrored = self._mirrored(field)

            def conditions(scope: Scope) -> list[ColumnElement[bool]]:
                return [source.where(scope, field.arguments), *self._visible(scope, mirrored)]

            rows = only(mirrored.table, conditions)
            found = self._one_row(rows, lambda scope: self._object(scope, field.below()))
            return [or_else(found, NULL)]
        if isinstance(source, NodeById):
            return self._nodes(field) if source.many else self._node(field)
        if isinstance(source, Connection):
            return self._connection(None, field, source)
        if isinstance(source, Late):
            return [NULL]
        raise TypeError(f"{field.parent.name}.{field.name} cannot be read at a root.")

    def _visible(self, scope: Scope, mirrored: MirroredType) -> list[ColumnElement[bool]]:
        conditions: list[ColumnElement[bool]] = []
        if not (mirrored.keeps_deleted and self.request.is_operator):
            conditions.append(scope.row.c.deleted.is_(False))
        if not self.request.is_operator:
            conditions.append(mirrored.visible(scope))
        return conditions

    def _one_row(self, rows: Rows, text: Callable[[Scope], Sequence[Any]]) -> ColumnElement[Any]:
        """The text of one row that has no parent, as a scalar: null where there is no row."""
        scope = Scope.over(self.request, rows.table, depth=self._dialect.one)
        nested = self._nested(scope, text)
        if nested is not None:
            return rows.select(scope, self._dialect.join(nested)).scalar_subquery()
        found = self._set(rows.table)
        whole = found.row_text(text(found.scope))
        found.find(rows)
        return select(self._dialect.join(whole)).select_from(found.joined()).scalar_subquery()

    def _nested(self, scope: Scope, text: Callable[[Scope], Sequence[Any]]) -> Parts | None:
        """The text of a row with sub-selects for what is below it; none where that would nest too deeply."""
        try:
            return list(text(scope))
        except _TooDeep:
            return None

    def _set(self, table: type[Mirrored], parent: RowSet | None = None) -> RowSet:
        self._sets += 1
        scope = Scope.over(self.request, table, depth=self._dialect.many)
        found = RowSet(scope, self._sets, parent)
        found.scope = replace(scope, rows=found)
        return found

    def _candidates(self, field: Selected) -> list[tuple[GraphQLObjectType, MirroredType]]:
        """Types that the object may be of: first those that own a prefix, since people choose the ids of the others."""
        names = candidates(field, self._declarations)(self._frame)
        types = [(field.operation.schema.type_map[name], self._declarations.types[name]) for name in names]
        return [(type, mirrored) for type, mirrored in types if isinstance(type, GraphQLObjectType)]

    def _node(self, field: Selected) -> Parts:
        id = self.request.text(field.arguments["id"])
        found = [
            self._one_row(only(mirrored.table, self._with_id(mirrored, id)), self._typed(field, type))
            for type, mirrored in self._candidates(field)
        ]
        return [func.coalesce(*found, quoted(NULL))]

    def _nodes(self, field: Selected) -> Parts:
        ids = self.request.texts(field.arguments["ids"])
        rows, id, place = self._dialect.members(ids)
        found = [self._of_ids(field, type, mirrored, ids, id) for type, mirrored in self._candidates(field)]
        text = func.coalesce(*found, quoted(NULL))
        each = select(text.label("x0")).select_from(rows).order_by(place).correlate_except(rows).subquery()
        return ["[", self._listed_texts(each), "]"]

    def _with_id(self, mirrored: MirroredType, id: ColumnElement[Any]) -> Callable[[Scope], list[ColumnElement[bool]]]:
        return lambda scope: [scope.row.c.id == id, *self._visible(scope, mirrored)]

    def _typed(self, field: Selected, type: GraphQLObjectType) -> Callable[[Scope], Sequence[Any]]:
        return lambda scope: self._object(scope, field.below(type), type=type)

    def _of_ids(
        self,
        field: Selected,
        type: GraphQLObjectType,
        mirrored: MirroredType,
        ids: ColumnElement[Any],
        id: ColumnElement[Any],
    ) -> ColumnElement[Any]:
        """The text of the row of that type with the id, which is one of several."""
        table, text = mirrored.table, self._typed(field, type)
        scope = Scope.over(self.request, table, depth=self._dialect.many + self._dialect.one)
        nested = self._nested(scope, text)
        if nested is not None:
            rows = only(table, self._with_id(mirrored, id))
            return rows.select(scope, self._dialect.join(nested)).scalar_subquery()
        found = self._set(table)
        whole = found.row_text(text(found.scope))
        key = found.carry(found.scope.row.c.id, "c_id")
        found.find(Rows(table, lambda row: [self._dialect.within(row.row.c.id, ids), *self._visible(row, mirrored)]))
        told = select(key.label("id"), self._dialect.join(whole).label("x0")).select_from(found.joined()).subquery()
        return select(told.c.x0).where(told.c.id == id).correlate_except(told).scalar_subquery()

    def _known(self, table: type[Mirrored], fields: Sequence[Selected], ids: Given) -> ColumnElement[Any]:
        bound = self.request.texts(ids)
        rows = Rows(table, lambda scope: [self._dialect.within(scope.row.c.id, bound)])

        def text(scope: Scope) -> Sequence[Any]:
            id = self._dialect.parts(Token(Kind.TEXT, scope.row.c.id, none=None))
            return ["[", *id, ",", *self._object(scope, fields), "]"]

        scope = Scope.over(self.request, table, depth=self._dialect.many)
        nested = self._nested(scope, text)
        if nested is not None:
            return self._listed_texts(rows.select(scope, self._dialect.join(nested).label("x0")).subquery())
        found = self._set(table)
        whole = found.row_text(text(found.scope))
        found.find(rows)
        return self._listed_texts(select(self._dialect.join(whole).label("x0")).select_from(found.joined()).subquery())

    def _listed_texts(self, rows: Any) -> ColumnElement[Any]:
        texts = self._dialect.aggregate(rows, TEXTS[0])
        return select(or_else(texts, "")).select_from(rows).scalar_subquery()

    # ------------------------------------------------------------------------------------------- rows

    def _mirrored(self, field: Selected) -> MirroredType:
        return self._declarations.types[get_named_type(field.type).name]

    def _object(self, scope: Scope, fields: Sequence[Selected], type: GraphQLObjectType | None = None) -> list[Any]:
        """The text of an object, in Parts and Later ones; `type` is given where it has to tell which it is."""
        members: list[tuple[str, Any]] = []
        if type is not None:
            members.append((TYPE_KEY, [f'"{type.name}"']))
        inside = replace(scope, depth=scope.depth + self._dialect.wide) if len(fields) > WIDE else scope
        members += [(field.response_key, self._field(inside, field)) for field in fields]
        text: list[Any] = self._dialect.object(members)
        return text

    def _field(self, scope: Scope, field: Selected) -> Any:
        if field.name == TYPENAME:
            return Token(Kind.SAFE, quoted(field.parent.name), none=None)
        source = self._declarations.fields[field.parent.name, field.name]
        if scope.depth + self._dialect.need(source) > self._dialect.depth:
            raise _TooDeep
        match source:
            case Column() | Path() | Expression():
                return scalar(scope, source, field.type, field.arguments)
            case Amount(units, currency):
                amount = sql_value(scope, units, "BigInt", field.arguments)
                return money(
                    scope, field, amount, sql_value(scope, currency, "Currency", field.arguments), self.locales
                )
            case Embedded(keys):
                return embedded(scope, field, keys, lambda inner: self._embedded(inner, field))
            case Reference(column):
                return self._reference(scope, field, column)
            case Listed(column):
                return self._listed(scope, field, column)
            case Children():
                return self._children(scope, field, source)
            case Connection():
                return self._connection(scope, field, source)
            case Picked():
                return self._picked(scope, field, source)
            case Late(needs=needs):
                return Token(Kind.TEXT, needs(scope) if needs else scope.row.c.id)
        raise TypeError(f"{field.parent.name}.{field.name} is never read from a table.")

    def _embedded(self, scope: Scope, field: Selected) -> Parts:
        return self._dialect.object([(each.response_key, self._field(scope, each)) for each in field.below()])

    # ------------------------------------------------------------------------------------------- one row

    def _reference(self, scope: Scope, field: Selected, column: str | Callable[[Scope], ColumnElement[Any]]) -> Any:
        mirrored = self._mirrored(field)
        fields = field.below()

        def rows(key: ColumnElement[Any]) -> Rows:
            def conditions(target: Scope) -> list[ColumnElement[bool]]:
                alive = [] if mirrored.keeps_deleted else [target.row.c.deleted.is_(False)]
                return [target.row.c.id == key, *alive]

            # No limit: ids are unique.
            return Rows(mirrored.table, conditions)

        key = scope.row.c[column] if isinstance(column, str) else column(scope)
        nested = self._sub_select(scope, rows(key), fields)
        if nested is not None:
            return [or_else(nested, NULL)]
        parent = scope.rows
        name = column if isinstance(column, str) else field.response_key
        carried = parent.carry(key, f"r_{name}")
        found = self._set(mirrored.table, parent)
        whole = found.row_text(self._object(found.scope, fields))
        found.find(rows(found.each(carried)))
        found.tells(carried, lambda each: _row_of(each, self._dialect.join(whole)))
        return [Later([or_else(found.told("x0", Text()), NULL)])]

    def _sub_select(self, scope: Scope, rows: Rows, fields: Sequence[Selected]) -> Any:
        """The text of the one row; None where it has to come from a set."""
        target = Scope.over(self.request, rows.table, depth=scope.depth + self._dialect.one)
        try:
            return rows.select(target, self._dialect.join(self._object(target, fields))).scalar_subquery()
        except _TooDeep:
            if scope.rows is None:
                raise
            return None

    def _picked(self, scope: Scope, field: Selected, source: Picked) -> Any:
        table = source.table or self._mirrored(field).table
        fields = field.below()
        nothing = NULL
        if source.otherwise is not None:
            known = {**source.otherwise, TYPENAME: get_named_type(field.type).name}
            nothing = _json({each.response_key: known.get(each.name) for each in fields})

        def rows(parent: Scope) -> Rows:
            return only(
                table,
                lambda child: [source.where(parent, child, field.arguments), child.row.c.deleted.is_(False)],
                lambda child: source.order(child, field.arguments),
            )

        nested = self._sub_select(scope, rows(scope), fields)
        if nested is not None:
            return [or_else(nested, nothing)]
        found = self._set(table, scope.rows)
        whole = found.row_text(self._object(found.scope, fields))
        found.find(rows(scope.rows.for_below()))
        found.tells(scope.rows.column("n"), lambda each: _row_of(each, self._dialect.join(whole)))
        return [Later([or_else(found.told("x0", Text()), nothing)])]

    # ------------------------------------------------------------------------------------------- lists

    def _children(self, scope: Scope, field: Selected, source: Children) -> Any:
        table = self._mirrored(field).table

        def rows(parent: Scope) -> Rows:
            return Rows(
                table,
                lambda child: [source.where(parent, child, field.arguments), child.row.c.deleted.is_(False)],
                lambda child: ordering(child, source.order, descending=source.descending),
            )

        return self._list(scope, rows, field.below())

    def _listed(self, scope: Scope, field: Selected, column: str) -> Any:
        table = self._mirrored(field).table

        def rows(parent: Scope) -> Rows:
            ids, id, place = self._dialect.texts(parent.row.c[column])
            return Rows(table, lambda child: [child.row.c.id == id], lambda _child: [place], beside=ids)

        return self._list(scope, rows, field.below())

    def _list(self, scope: Scope, rows: Callable[[Scope], Rows], fields: Sequence[Selected]) -> Any:
        nested = self._nested_list(scope, rows, fields)
        if nested is not None:
            return ["[", nested, "]"]
        parent = scope.rows
        found = self._set(rows(scope).table, parent)
        whole = found.row_text(self._object(found.scope, fields))
        found.find(rows(parent.for_below()))
        found.tells(parent.column("n"), lambda each: self._grouped(each, {"x0": self._dialect.join(whole)}, TEXTS))
        return ["[", Later([or_else(found.told("x0", Text()), "")]), "]"]

    def _nested_list(self, scope: Scope, rows: Callable[[Scope], Rows], fields: Sequence[Selected]) -> Any:
        wanted = rows(scope)
        child = Scope.over(self.request, wanted.table, depth=scope.depth + self._dialect.many)
        try:
            text = self._dialect.join(self._object(child, fields))
        except _TooDeep:
            if scope.rows is None:
                raise
            return None
        return self._listed_texts(wanted.select(child, text.label("x0")).subquery())

    def _grouped(
        self,
        found: RowSet,
        texts: dict[str, ColumnElement[Any]],
        aggregates: Sequence[Aggregate],
        *,
        reverse: bool = False,
    ) -> Select[Any]:
        columns = [text.label(name) for name, text in texts.items()]
        rows = select(found.column("n").label("n"), found.column("parent").label("parent"), *columns)
        return self._dialect.grouped(rows.select_from(found.joined()).subquery(), aggregates, reverse=reverse)

    # ------------------------------------------------------------------------------------------- connections

    def _connection(self, scope: Scope | None, field: Selected, source: Connection) -> Any:
        table = self._declarations.types[node_type(field).name].table
        page = Page(field, source, most=self._limits.page_size)

        def matching(parent: Scope | None, child: Scope) -> list[ColumnElement[bool]]:
            return [source.where(parent, child, field.arguments), *self._filtered(field, source, child)]

        def rows(parent: Scope | None) -> Rows:
            return Rows(
                table,
                lambda child: [*matching(parent, child), *page.beyond_cursors(child)],
                page.ordering,
                page.limit(self.request),
            )

        total = None
        if page.wants_total():
            counted = Scope.over(self.request, table)
            every = Rows(table, lambda child: matching(scope, child))
            total = every.select(counted, func.count()).scalar_subquery()
        if not page.reads_rows:
            return self._dialect.object(page.text(self.request, _nothing, total))
        nested = self._nested_page(scope, rows(scope), page, total)
        return self._page_of_set(scope, rows, page, total) if nested is None else [nested]

    def _filtered(self, field: Selected, source: Connection, child: Scope) -> list[ColumnElement[bool]]:
        chosen = field.arguments.get("filter") or {}
        conditions = [] if chosen.get("deleted") else [child.row.c.deleted.is_(False)]
        given = [(name, value) for name, value in chosen.items() if value is not None]
        return [*conditions, *(source.filters[name](child, value) for name, value in given)]

    def _nested_page(self, scope: Scope | None, rows: Rows, page: Page, total: ColumnElement[Any] | None) -> Any:
        """The text of the connection as one sub-select; None where its rows have to be a set."""
        adds = self._dialect.page if page.numbered else self._dialect.many
        child = Scope.over(self.request, rows.table, depth=(scope.depth if scope else 0) + adds)
        try:
            texts = [self._dialect.join(text).label(name) for name, text in self._slots(child, page)]
        except _TooDeep:
            if scope is not None and scope.rows is None:
                raise
            return None
        cursors = [page.cursor(child).label("cursor")] if page.looks_around else []
        found: Any = rows.select(child, *texts, *cursors).subquery()
        if page.numbered:
            m = func.row_number().over()
            numbered = select(*found.c, m.label("m")).select_from(found).subquery()
            placed = [self._placed(numbered.c).label("c")] if page.looks_around else []
            ordered = select(*numbered.c, *placed).select_from(numbered)
            found = (ordered if page.forward else ordered.order_by(numbered.c.m.desc())).subquery()
        return self._page_text(found, page, total)

    def _page_of_set(
        self, scope: Scope | None, rows: Callable[[Scope | None], Rows], page: Page, total: ColumnElement[Any] | None
    ) -> Any:
        parent = scope.rows if scope else None
        wanted = rows(parent.for_below() if parent else None)
        found = self._set(wanted.table, parent)
        texts = {name: found.row_text(text) for name, text in self._slots(found.scope, page)}
        if page.looks_around:
            found.carry(page.cursor(found.scope), "cursor")
        found.find(wanted, numbered=page.looks_around)

        def columns() -> dict[str, ColumnElement[Any]]:
            shown = {name: self._dialect.join(text) for name, text in texts.items()}
            if not page.looks_around:
                return shown
            m, cursor = found.column("m", BigInteger()), found.column("cursor", Text())
            return {**shown, "m": m, "c": self._dialect.place(m).concat(cursor)}

        if parent is None:
            n = found.column("n", BigInteger())
            labelled = [column.label(name) for name, column in columns().items()]
            ordered = select(*labelled).select_from(found.joined()).order_by(n if page.forward else n.desc())
            return [self._page_text(ordered.subquery(), page, total)]
        aggregates = page.aggregates(self.request)
        found.tells(
            parent.column("n"), lambda each: self._grouped(each, columns(), aggregates, reverse=not page.forward)
        )
        text: list[Any] = self._dialect.object(page.text(self.request, found.told, total))
        return [part if isinstance(part, str) or part is total else Later([part]) for part in text]

    def _placed(self, columns: Any) -> ColumnElement[Any]:
        return self._dialect.place(columns.m).concat(columns.cursor)

    def _slots(self, child: Scope, page: Page) -> list[tuple[str, Any]]:
        """The texts that each row has in the connection, by the names of their columns."""
        texts: list[tuple[str, Any]] = []
        for number, slot in enumerate(page.slots()):
            text = self._object(child, slot.below()) if slot.name == "nodes" else self._edge(child, slot, page)
            texts.append((f"x{number}", text))
        return texts

    def _edge(self, child: Scope, edge: Selected, page: Page) -> Any:
        members: list[tuple[str, Any]] = []
        for field in edge.below():
            match field.name:
                case "node":
                    member: Any = self._object(child, field.below())
                case "cursor":
                    member = Token(Kind.SAFE, page.cursor(child), none=None)
                case _:
                    member = [f'"{field.parent.name}"']
            members.append((field.response_key, member))
        return self._dialect.object(members)

    def _page_text(self, rows: Any, page: Page, total: ColumnElement[Any] | None) -> ColumnElement[Any]:
        aggregates = {each.name: each for each in page.aggregates(self.request)}
        members = page.text(self.request, lambda name: self._dialect.aggregate(rows, aggregates[name]), total)
        return select(self._dialect.join(self._dialect.object(members))).select_from(rows).scalar_subquery()


def _row_of(found: RowSet, text: ColumnElement[Any]) -> Select[Any]:
    return select(found.column("parent").label("parent"), text.label("x0")).select_from(found.joined())


def _nothing(_name: str) -> ColumnElement[Any]:
    raise AssertionError("Nothing is told of rows that are not read.")


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


class _TooDeep(Exception):
    """A sub-select would lie too deep in the statement for the database."""
