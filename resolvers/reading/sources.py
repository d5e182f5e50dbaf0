"""Where a field's value comes from. Each field of the schema declares one of these, once."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement

from db.tables import Mirrored
from resolvers.context import Context

if TYPE_CHECKING:
    from resolvers.reading.scope import Scope

Arguments = Mapping[str, Any]
Condition = Callable[["Scope", Any], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Column:
    """A typed column of the row."""

    name: str


@dataclass(frozen=True, slots=True)
class Path:
    """A path of keys in Stripe's JSON of the row, or in the embedded object that the type stands for."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Amount:
    """Money: minor units from one source, the currency from another."""

    units: "Column | Path | Expression"
    currency: "Column | Path | Expression" = Column("currency")


@dataclass(frozen=True, slots=True)
class Expression:
    """A SQL expression over the row and the field's arguments."""

    sql: "Callable[[Scope, Arguments], ColumnElement[Any]]"


@dataclass(frozen=True, slots=True)
class Embedded:
    """An object, or a list of objects, inside Stripe's JSON of the row."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """The one object whose id a column holds; null when it is not here (yet)."""

    column: "str | Callable[[Scope], ColumnElement[Any]]"


@dataclass(frozen=True, slots=True)
class Listed:
    """The objects whose ids a JSON column lists, in that order."""

    column: str


@dataclass(frozen=True, slots=True)
class OrderBy:
    """What a list is sorted by; ties by id. A null counts as `null_as`, so that cursors can pass it."""

    column: str
    null_as: str | int | None = None


NEWEST_FIRST = OrderBy("created")


@dataclass(frozen=True, slots=True)
class Children:
    """The rows that point back at this one."""

    where: "Callable[[Scope, Scope, Arguments], ColumnElement[bool]]"
    """The condition, given the scope of the parent and that of the child."""
    order: OrderBy = NEWEST_FIRST
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Connection:
    """A list that is paged by keyset."""

    where: "Callable[[Scope | None, Scope, Arguments], ColumnElement[bool]]"
    filters: Mapping[str, Condition] = field(default_factory=dict)
    orders: Mapping[str, OrderBy] = field(default_factory=lambda: {"CREATED": NEWEST_FIRST})
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Picked:
    """One row, or none, chosen among the rows that belong to this one."""

    where: "Callable[[Scope, Scope, Arguments], ColumnElement[bool]]"
    order: "Callable[[Scope, Arguments], list[ColumnElement[Any]]]"
    table: type[Mirrored] | None = None
    """Given where the GraphQL type is not a mirrored one, but says something about the picked row."""
    otherwise: Mapping[str, Any] | None = None
    """What a type that is never null says when there is no row."""


@dataclass(frozen=True, slots=True)
class Root:
    """One row of a type, found by a condition on the arguments, where the caller may see it."""

    where: "Callable[[Scope, Arguments], ColumnElement[bool]]"
    reads_through: bool = False
    """Whether operators are answered what is at Stripe and not here: the customer whose `id` is given."""


@dataclass(frozen=True, slots=True)
class NodeById:
    """One row of any type that has ids, by its id; `many` for a list of ids."""

    many: bool = False


@dataclass(frozen=True, slots=True)
class Plain:
    """A value that is in the surrounding data under the field's own name. An id stands for a mirrored object."""


@dataclass(frozen=True, slots=True)
class Late:
    """What SQL cannot know. The statement fetches what it needs, and the function answers with plain data."""

    resolve: Callable[[Context, Any, Arguments], Awaitable[Any]]
    needs: "Callable[[Scope], ColumnElement[Any]] | None" = None


Source = (
    Column
    | Path
    | Amount
    | Expression
    | Embedded
    | Reference
    | Listed
    | Children
    | Connection
    | Picked
    | Root
    | NodeById
    | Plain
    | Late
)


@dataclass(frozen=True, slots=True)
class MirroredType:
    """A GraphQL type whose objects are rows of a table."""

    table: type[Mirrored]
    visible: "Callable[[Scope], ColumnElement[bool]]"
    """Which rows a subscriber sees at a root. What their own objects refer to is theirs to see as well."""
    prefixes: tuple[str, ...] = ()
    """How Stripe's ids of this type begin; empty where people choose the ids."""
    keeps_deleted: bool = False
    """Whether a deleted one is still answered, with its mark."""


@dataclass(frozen=True, slots=True)
class Declarations:
    """Everything that the schema declares about its types and fields, by their GraphQL names."""

    types: Mapping[str, MirroredType]
    fields: Mapping[tuple[str, str], Source]
