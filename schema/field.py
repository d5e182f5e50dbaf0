"""Declare a field of the contract: what it is, who may select it, and where its value comes from."""

from collections.abc import Callable
from typing import Any, cast

import strawberry
from strawberry.schema_directive import Location
from strawberry.types.unset import UNSET

from resolvers.reading.sources import Amount, Column, MirroredType, Path, Reference, Source


@strawberry.schema_directive(
    name="operator",
    locations=[Location.FIELD_DEFINITION, Location.INPUT_FIELD_DEFINITION, Location.ARGUMENT_DEFINITION],
    description="Only operators may select, give or call this.",
)
class Operator:
    """One declaration for the printed schema and for the refusal."""


def field(
    source: Source,
    description: str,
    *,
    arguments: Callable[..., None] | None = None,
    operator: bool = False,
) -> Any:
    """A field with its source. `arguments` is a function whose signature declares the field's arguments."""
    return strawberry.field(
        resolver=cast(Any, arguments),
        description=description,
        directives=[Operator()] if operator else [],
        metadata={"source": source},
    )


def given(description: str, *, operator: bool = False, **default: Any) -> Any:
    """A field of an input."""
    return strawberry.field(description=description, directives=[Operator()] if operator else [], **default)


def optional(description: str, *, operator: bool = False) -> Any:
    """A field of an input that may be left out; left out and null mean the same."""
    return given(description, operator=operator, default=UNSET)


def mirrored(table: Any, visible: Any, *prefixes: str, keeps_deleted: bool = False) -> MirroredType:
    """What stands as `__mirrored__` on a type whose objects are rows of a table."""
    return MirroredType(table, visible, prefixes, keeps_deleted)


def column(name: str, description: str, *, operator: bool = False) -> Any:
    return field(Column(name), description, operator=operator)


def path(*keys: str, description: str, operator: bool = False) -> Any:
    return field(Path(keys), description, operator=operator)


def money(name: str, description: str) -> Any:
    """An amount from the column, in the currency of the row."""
    return field(Amount(Column(name)), description)


def reference(name: Any, description: str) -> Any:
    return field(Reference(name), description)
