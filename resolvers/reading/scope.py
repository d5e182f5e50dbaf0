"""The row that a part of the statement speaks of."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    FromClause,
    Select,
    Text,
    and_,
    bindparam,
    select,
    type_coerce,
)

from db.accounts import Account
from db.tables import Mirrored, StoredObject
from resolvers.context import Caller, Context, Policy
from resolvers.reading.dialect import Dialect, Keys, dialect_named


@dataclass(frozen=True, slots=True)
class Request:
    """What the statement depends on besides the document."""

    dialect: Dialect
    account: Account
    caller: Caller
    policy: Policy
    now: int

    @classmethod
    def of(cls, context: Context) -> "Request":
        services = context.services
        dialect = dialect_named(services.engine.dialect.name)
        return cls(dialect, services.account, context.caller, services.policy, context.now)

    def owns(self, row: FromClause) -> ColumnElement[bool]:
        """Whether the row is of the account and mode of this process."""
        account = bindparam("account", self.account.id, Text())
        return and_(row.c.account == account, row.c.livemode == bindparam("livemode", self.account.livemode, Boolean()))

    def moment(self) -> ColumnElement[int]:
        """Now, in whole seconds, UTC."""
        return bindparam("now", self.now, BigInteger())


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
            self._stored.c.account == self._row.c.account,
            self._stored.c.livemode == self._row.c.livemode,
            self._stored.c.type == self._type,
            self._stored.c.id == self._row.c.id,
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

    @classmethod
    def over(cls, request: Request, table: type[Mirrored], *, depth: int = 0) -> "Scope":
        row = table.__table__.alias()
        return cls(request, table, row, Document(row, table.object_name), depth=depth)

    def at(self, keys: Keys) -> "Scope":
        return replace(self, within=self.within + keys)

    def of_element(self, element: ColumnElement[Any]) -> "Scope":
        return replace(self, element=element, within=())

    def deeper(self, depth: int) -> "Scope":
        return replace(self, depth=self.depth + depth)

    def json(self) -> ColumnElement[Any]:
        return self.document.json() if self.element is None else self.element

    def path(self, keys: Keys) -> Keys:
        return self.within + keys

    def owned(self) -> ColumnElement[bool]:
        """Rows of this process's account and mode only."""
        return self.request.owns(self.row)

    def tie_breaker(self) -> ColumnElement[str]:
        """The id, by code point: what lists end their order with, so that every database agrees on it."""
        id: ColumnElement[str] = self.request.dialect.by_code_point(self.row.c.id)
        return id

    def select(self, *columns: ColumnElement[Any]) -> tuple[Select[Any], list[FromClause]]:
        """A select over the row. Call it last: which tables it needs is known only after its columns are built."""
        source, own = self.document.join()
        return select(*columns).select_from(source).where(self.owned()), own
