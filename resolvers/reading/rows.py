"""Which rows a relation has, apart from what is shown of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, literal_column, select

from db.tables import Mirrored
from resolvers.reading.scope import Scope

Conditions = Callable[[Scope], Sequence[ColumnElement[bool]]]
Ordering = Callable[[Scope], Sequence[ColumnElement[Any]]]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a table: those for which the conditions hold, in an order, up to a number."""

    table: type[Mirrored]
    conditions: Conditions
    ordering: Ordering = lambda _scope: ()
    limit: ColumnElement[int] | None = None
    beside: FromClause | None = None
    """Another table whose rows the conditions name: the ids that a list holds."""

    def select(self, scope: Scope, *columns: ColumnElement[Any]) -> Select[Any]:
        """A select of the columns. Call it last: which tables they need is known only when they are there."""
        source, own = scope.document.join()
        if self.beside is not None:
            source, own = source.join(self.beside, literal_column("true")), [*own, self.beside]
        found = select(*columns).select_from(source).where(*self.conditions(scope), scope.owned())
        if self.limit is not None:
            # SQLAlchemy writes an offset for SQLite in any case, and would bind it.
            found = found.limit(self.limit).offset(literal_column("0"))
        return found.order_by(*self.ordering(scope)).correlate_except(*own)


def only(table: type[Mirrored], conditions: Conditions, ordering: Ordering = lambda _scope: ()) -> Rows:
    """The first row, where there is one."""
    return Rows(table, conditions, ordering, literal_column("1"))
