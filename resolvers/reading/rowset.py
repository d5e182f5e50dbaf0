"""Rows that are found all at once, as a common table expression, instead of one by one in a sub-select.

A set carries the texts of what its rows show by themselves, and whatever the sets below it need to find their rows. The
text of a whole row is put together afterwards, where what the sets below have to tell is joined.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, func, literal_column, select, true
from sqlalchemy.types import TypeEngine

from resolvers.reading.dialect import Parts
from resolvers.reading.rows import Rows
from resolvers.reading.scope import Scope


@dataclass(frozen=True, slots=True)
class Later:
    """A part of a row's text that is told by a set below the row's."""

    parts: Parts


class Carried:
    """The row of a set, for the sets below it: a column that is asked for is carried along."""

    def __init__(self, rows: "RowSet") -> None:
        self._rows = rows

    @property
    def c(self) -> "Carried":
        return self

    def __getattr__(self, name: str) -> ColumnElement[Any]:
        return self[name]

    def __getitem__(self, name: str) -> ColumnElement[Any]:
        return self._rows.carry(self._rows.scope.row.c[name], f"c_{name}")


Tell = Callable[["RowSet"], Select[Any]]
"""What a set tells, when everything below it is there: a row for each `parent`."""


class RowSet:
    """One set, while the statement is written.

    `scope` is a row of the table where it is found. What is below it asks for columns first; then `find` says which
    rows there are, and in the end `whole` makes common table expressions of it all, from the top down.
    """

    def __init__(self, scope: Scope, number: int, parent: "RowSet | None" = None) -> None:
        self.scope = scope
        self._number = number
        self._parent = parent
        self._distinct: ColumnElement[Any] | None = None
        self._numbered = False
        self._columns: dict[str, ColumnElement[Any]] = {}
        self._found: Select[Any] | None = None
        self._again: tuple[Sequence[ColumnElement[Any]], Select[Any]] | None = None
        self._below: list[tuple[RowSet, ColumnElement[Any], Tell]] = []
        self._whole: FromClause | None = None

    def for_below(self) -> Scope:
        """The scope of one of the set's rows, for what is below it."""
        return self.scope.of_row(Carried(self))

    def column(self, name: str, type: TypeEngine[Any] | None = None) -> ColumnElement[Any]:
        """A column of the set."""
        return literal_column(f"p{self._number}.{name}", type)

    def told(self, name: str, type: TypeEngine[Any] | None = None) -> ColumnElement[Any]:
        """A column of what the set tells its parent."""
        return literal_column(f"j{self._number}.{name}", type)

    def carry(self, value: ColumnElement[Any], name: str) -> ColumnElement[Any]:
        self._columns.setdefault(name, value)
        return self.column(name, value.type)

    def each(self, key: ColumnElement[Any]) -> ColumnElement[Any]:
        """Have the rows found once for each value that the key has in the parent: what to compare with."""
        self._distinct = key
        return literal_column(f"d{self._number}.n", key.type)

    def row_text(self, text: Sequence[Any]) -> Parts:
        """The text of a row, from what the set carries and what is joined to it."""
        whole: Parts = []
        own: Parts = []
        for part in (*text, Later([])):
            if not isinstance(part, Later):
                own.append(part)
                continue
            if all(isinstance(piece, str) for piece in own):
                whole += own
            else:
                joined = self.scope.request.dialect.join(own)
                whole.append(self.carry(joined, f"x{len(self._columns)}"))
            own = []
            whole += part.parts
        return whole

    def find(self, rows: Rows, *, numbered: bool = False) -> None:
        """Say which rows there are. `m` is then their place among those of one parent, if they are numbered."""
        self._numbered = numbered
        columns = [value.label(name) for name, value in self._columns.items()]
        self._found = rows.select(self.scope, *columns)
        if self._parent is not None and self.scope.request.dialect.name == "sqlite":
            other = Scope.over(self.scope.request, self.scope.table)
            order = list(rows.ordering(self.scope))
            ids = rows.select(other, other.row.c.id)
            source, _ = self.scope.document.join()
            again = select(*columns).select_from(source).where(self.scope.row.c.id.in_(ids), self.scope.owned())
            self._again = order, again

    def tells(self, key: ColumnElement[Any], tell: Tell) -> None:
        """What the set has to tell is joined to the parent's rows by the key."""
        assert self._parent is not None
        self._parent._below.append((self, key, tell))

    def joined(self) -> FromClause:
        """The rows, and beside them what the sets below have to tell."""
        source = self._found_rows()
        for below, key, tell in self._below:
            told = tell(below).cte(f"j{below._number}")
            source = source.outerjoin(told, told.c.parent == key)
        return source

    def _found_rows(self) -> FromClause:
        if self._whole is None:
            self._whole = self._rows().cte(f"s{self._number}").alias(f"p{self._number}")
        return self._whole

    def _rows(self) -> Select[Any]:
        found = self._found
        assert found is not None
        if self._parent is None:
            inner = found.subquery()
            n = func.row_number().over()
            return select(n.label("n"), n.label("m"), *inner.c).select_from(inner)
        parents = self._parents(self._parent)
        if self._again is not None:
            return self._found_again(parents, *self._again)
        if self._numbered:
            inner = found.subquery()
            found = select(func.row_number().over().label("m"), *inner.c).select_from(inner)
        # Without an order or a limit PostgreSQL might read the whole table instead of looking the rows up.
        lateral = found.offset(literal_column("0")).lateral()
        whole = select(func.row_number().over().label("n"), parents.c.n.label("parent"), *lateral.c)
        return whole.select_from(parents.join(lateral, true()))

    def _parents(self, parent: "RowSet") -> FromClause:
        alias = parent._found_rows()
        if self._distinct is None:
            return alias
        keys = select(self._distinct.label("n")).select_from(alias).where(self._distinct.is_not(None)).distinct()
        return keys.subquery(f"d{self._number}")

    def _found_again(self, parents: FromClause, order: Sequence[ColumnElement[Any]], again: Select[Any]) -> Select[Any]:
        """SQLite has no lateral joins: ids are looked up for each parent, and the rows are found by their ids."""
        rows = [parents.c.n, *order]
        place = func.row_number().over(partition_by=parents.c.n, order_by=rows).label("m")
        n = func.row_number().over(order_by=rows).label("n")
        again = again.add_columns(n, parents.c.n.label("parent"), *([place] if self._numbered else []))
        return again.join_from(again.get_final_froms()[0], parents, true())
