"""The row that a part of the statement speaks of."""

from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    FromClause,
    Select,
    Text,
    and_,
    literal_column,
    select,
    type_coerce,
)

from db.tables import Mirrored, StoredObject
from resolvers.context import Policy
from resolvers.reading.dialect import Dialect, Keys
from resolvers.reading.values import Given, Slots, as_mirrored


@dataclass(frozen=True, slots=True)
class Shape:
    """What a statement depends on besides the document: never who asks, only what kind of caller it is."""

    dialect: Dialect
    is_operator: bool
    policy: Policy


@dataclass(frozen=True, slots=True)
class Request:
    """The statement that is being written: its shape, and the values that it is going to be bound to."""

    shape: Shape
    slots: Slots = field(default_factory=Slots)

    @property
    def dialect(self) -> Dialect:
        return self.shape.dialect

    @property
    def is_operator(self) -> bool:
        return self.shape.is_operator

    @property
    def policy(self) -> Policy:
        return self.shape.policy

    def owns(self, row: FromClause) -> ColumnElement[bool]:
        """Whether the row is of the account and mode of this process."""
        return and_(row.c.account == self.slots.account(), row.c.livemode == self.slots.livemode())

    def moment(self) -> BindParameter[int]:
        """Now, in whole seconds, UTC."""
        return self.slots.now()

    def text(self, given: Given) -> BindParameter[str]:
        """A text that the caller gave, as a value of SQL."""
        return self.slots.value(given, Text())

    def texts(self, given: Given) -> BindParameter[Any]:
        """A list of texts that the caller gave, for `Dialect.within` and `Dialect.members`."""
        return self.slots.value(given, self.dialect.list_type(), self._bindable)

    def _bindable(self, values: list[str]) -> Any:
        return self.dialect.bindable(as_mirrored(values))


class Document:
    """Stripe's JSON of a row, joined only when something asks for it."""

    def __init__(self, row: FromClause, type: str) -> None:
        self._row = row
        self._type = type
        self._stored: FromClause | None = None

    def json(self) -> ColumnElement[Any]:
        if self._stored is None:
            self._stored = StoredObject.__table__.alias()
        return type_coerce(self._stored.c.data, Text)

    def join(self) -> tuple[FromClause, list[FromClause]]:
        """What to select from, and its tables one by one."""
        if self._stored is None:
            return self._row, [self._row]
        same = and_(
            self._stored.c.id == self._row.c.id,
            self._stored.c.type == literal_column(f"'{self._type}'", Text),
            self._stored.c.account == self._row.c.account,
            self._stored.c.livemode == self._row.c.livemode,
        )
        return self._row.join(self._stored, same), [self._row, self._stored]


@dataclass(frozen=True, slots=True)
class Scope:
    """A row of a table, and the place in its JSON that the surrounding type stands for."""

    request: Request
    table: type[Mirrored]
    row: FromClause
    document: Document
    element: ColumnElement[Any] | None = None
    within: Keys = ()
    depth: int = 0
    """How deep in the statement it stands, in the dialect's measure."""
    rows: Any = None
    """The set that it is a row of, a RowSet, where it is found as one."""

    @classmethod
    def over(cls, request: Request, table: type[Mirrored], *, depth: int = 0) -> "Scope":
        row = table.__table__.alias()
        return cls(request, table, row, Document(row, table.object_name), depth=depth)

    def at(self, keys: Keys) -> "Scope":
        return replace(self, within=self.within + keys)

    def of_element(self, element: ColumnElement[Any]) -> "Scope":
        return replace(self, element=element, within=())

    def of_row(self, row: Any) -> "Scope":
        """The same row, where only some of its columns are at hand."""
        return replace(self, row=row)

    def json(self) -> ColumnElement[Any]:
        return self.document.json() if self.element is None else self.element

    def path(self, keys: Keys) -> Keys:
        return self.within + keys

    def owned(self) -> ColumnElement[bool]:
        """Rows of this process's account and mode only."""
        return self.request.owns(self.row)

    def tie_breaker(self) -> ColumnElement[str]:
        """The id, which sorts by code point: what lists end their order with, so that every database agrees on it."""
        id: ColumnElement[str] = self.row.c.id
        return id

    def select(self, *columns: ColumnElement[Any]) -> tuple[Select[Any], list[FromClause]]:
        """A select over the row. Call it last: which tables it needs is known only after its columns are built."""
        source, own = self.document.join()
        return select(*columns).select_from(source).where(self.owned()), own
