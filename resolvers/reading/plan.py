"""A compiled operation: one statement, and what its values are read from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Select
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import asyncpg

from resolvers.reading.compiler import Compiler
from resolvers.reading.finishing import unfinished
from resolvers.reading.limits import Cost, Limits
from resolvers.reading.scope import Shape
from resolvers.reading.selection import TYPENAME, Selected
from resolvers.reading.sources import Connection, Declarations, Late, NodeById, Root
from resolvers.reading.values import Frame, Get, Given

WRITERS: dict[str, Any] = {
    "postgresql": asyncpg.dialect(),  # type: ignore[no-untyped-call]
    # By name, since one value is bound in many places.
    "sqlite": sqlite.dialect(paramstyle="named"),
}
SHORT = 5_000
"""What a statement may cost that is answered without a thread of its own, on SQLite."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is the same for all runs of one shape."""

    sql: str
    """Empty where nothing is read, and `constant` is the answer."""
    constant: str
    values: Sequence[tuple[str, Get]]
    """What is bound, by name and in order."""
    cost: Cost
    locales: Sequence[Given]
    asks: bool
    """Whether a field asks elsewhere while the operation runs."""
    tells_types: bool
    """Whether objects of the answer tell their type, for those who complete it."""
    short: bool
    """Whether few rows are read, whatever there is."""
    reads_through: Sequence[tuple[str, Given]]
    """Response keys and ids of customers that Stripe is asked for when they were never here."""

    @property
    def bytes(self) -> int:
        """About how many bytes it keeps."""
        return 2 * len(self.sql) + 500 * len(self.values) + 4_000

    def bound(self, frame: Frame) -> list[Any]:
        """The values of a run, in order. Raises GraphQLError for what cannot be asked."""
        return [get(frame) for _, get in self.values]


def compile_operation(
    fields: Sequence[Selected], declarations: Declarations, shape: Shape, limits: Limits, frame: Frame, cost: Cost
) -> Plan:
    """The plan of a query. Raises GraphQLError for what cannot be asked."""
    compiler = Compiler(declarations, shape, limits, frame)
    constant = constant_of(fields)
    sql, values = ("", []) if constant else written(compiler.operation(fields), compiler)
    sources = [declarations.fields.get((field.parent.name, field.name)) for field in fields]
    asks = _asks(fields, declarations)
    return Plan(
        sql,
        constant,
        values,
        cost,
        compiler.locales,
        asks,
        any(isinstance(source, NodeById) for source in sources),
        not any(isinstance(source, Connection) for source in sources) and cost.of(frame) <= SHORT,
        [
            (field.response_key, field.arguments["id"])
            for field, source in zip(fields, sources, strict=True)
            if isinstance(source, Root) and source.reads_through and shape.is_operator
        ],
    )


def constant_of(fields: Sequence[Selected]) -> str:
    """The answer where nothing but the root's type is asked for."""
    if any(field.name != TYPENAME for field in fields):
        return ""
    return orjson.dumps({field.response_key: field.parent.name for field in fields}).decode()


def written(statement: Select[Any], compiler: Compiler) -> tuple[str, list[tuple[str, Get]]]:
    """The statement as text, and what it is bound to."""
    written = statement.compile(dialect=WRITERS[compiler.request.dialect.name])
    constants = written.params
    names = written.positiontup if written.positiontup is not None else list(constants)
    gets = compiler.request.slots.gets
    values = [(name, gets.get(name) or _constant(constants[name])) for name in names]
    return str(written), values


def _constant(value: Any) -> Get:
    return lambda _frame: value


def lacking(plan: Plan, text: str, frame: Frame) -> dict[str, str]:
    """Ids of the customers that the answer is null for, by response key."""
    # Nearly always the text tells without being read.
    if not any(f'"{key}":null' in text for key, _ in plan.reads_through):
        return {}
    data = unfinished(text)
    return {key: given.get(frame) for key, given in plan.reads_through if data[key] is None}


def _asks(fields: Sequence[Selected], declarations: Declarations) -> bool:
    for field in fields:
        if isinstance(declarations.fields.get((field.parent.name, field.name)), Late):
            return True
        if _asks(list(field.below_on_any_type()), declarations):
            return True
    return False
