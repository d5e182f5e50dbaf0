"""JSON text in SQL: what SQLite and PostgreSQL have in common, such that both give the same bytes.

Statements answer with finished JSON. Objects are written as text: their keys are literals, and their values are tokens,
which is what a value looks like in JSON.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    Text,
    case,
    cast,
    func,
    literal_column,
)
from sqlalchemy.types import TypeEngine

from resolvers.money import THREE_DECIMAL, ZERO_DECIMAL
from resolvers.reading.sources import Source

Keys = tuple[str, ...]
Part = str | ColumnElement[Any]
Parts = list[Part]
"""A text in pieces: literals, and expressions that are never null and print as they should."""

NULL = "null"
UNFINISHED = '{"\\u0055":'
"""How an object begins that stands for a value with which something is wrong.

Its key is a U that is escaped without need: no database and no library writes it so, hence no value looks like it.
"""
MISSING = UNFINISHED + "null}"
"""Stands where there is a null and none may be."""
UNRECOGNIZED = "UNRECOGNIZED"
EXPONENTS = {0: ZERO_DECIMAL, 3: THREE_DECIMAL}
"""How many decimals currencies have that have not two."""


class Kind(Enum):
    TEXT = "text"
    SAFE = "text in which nothing has to be escaped"
    NUMBER = "a number"
    INT = "a number that must have 32 bits"
    BOOLEAN = "a boolean"
    SECONDS = "seconds since 1970, shown as a moment"
    ENUM = "an enum as Stripe writes it: in lower case"
    DECIMAL = "a decimal number as text"
    JSON = "text that is JSON"


@dataclass(frozen=True, slots=True)
class Token:
    """A value on its way into the answer."""

    kind: Kind
    value: ColumnElement[Any]
    none: str | None = NULL
    """What stands for null; None where the value cannot be null."""
    names: tuple[str, ...] = ()
    """Of an enum: what it may be, in upper case."""
    column: ColumnElement[Any] | None = None
    """What is null where the value is, if that is found out with less work."""


Member = Token | Parts
"""The value of a member of an object."""


@dataclass(frozen=True, slots=True)
class Aggregate:
    """What is told of a column of many rows: its "texts" with commas between, "count", "min" or "max"."""

    name: str
    of: str
    column: str
    within: ColumnElement[int] | None = None
    """Only of the rows up to this `m`."""


class Dialect(Protocol):
    name: str
    depth: int
    """How deep statements may be nested, in the measures of `one`, `many`, `page` and `need`."""
    one: int
    """What a sub-select of one row adds."""
    many: int
    """What a sub-select of a list adds."""
    page: int
    """What a sub-select of a page adds that tells what lies around it."""

    wide: int
    """What an object adds that has many members."""

    def need(self, source: Source) -> int:
        """How deep the value of a field reaches."""

    def parts(self, token: Token) -> Parts:
        """The token as text."""

    def object(self, members: Sequence[tuple[str, Member]]) -> Parts:
        """A JSON object."""

    def join(self, parts: Parts) -> ColumnElement[str]:
        """The text as one expression."""

    def aggregate(self, rows: FromClause, aggregate: Aggregate) -> Any:
        """Of rows that come in order."""

    def grouped(self, rows: Subquery, aggregates: Sequence[Aggregate], *, reverse: bool) -> Select[Any]:
        """The aggregates of the rows of each `parent`, in the order of `n`, or in reverse."""

    def place(self, n: ColumnElement[Any]) -> ColumnElement[str]:
        """A number in a list as text of six digits."""

    def hexadecimal(self, text: ColumnElement[Any]) -> ColumnElement[str]: ...

    def list_type(self) -> TypeEngine[Any]:
        """The type of a bound list of texts."""

    def bindable(self, values: Any) -> Any:
        """A list of texts as the driver takes it."""

    def within(self, value: ColumnElement[Any], values: ColumnElement[Any]) -> ColumnElement[bool]:
        """Whether the value is one of a bound list of texts."""

    def members(self, values: ColumnElement[Any]) -> tuple[FromClause, ColumnElement[Any], ColumnElement[Any]]:
        """A bound list of texts as rows: what to select from, the text, and its place."""

    def text_at(self, document: ColumnElement[Any], keys: Keys) -> ColumnElement[Any]: ...

    def integer_at(self, document: ColumnElement[Any], keys: Keys) -> ColumnElement[Any]: ...

    def boolean_at(self, document: ColumnElement[Any], keys: Keys) -> ColumnElement[Any]:
        """A boolean of SQL."""

    def json_at(self, document: ColumnElement[Any], keys: Keys) -> ColumnElement[Any]:
        """JSON; null also for the null of JSON."""

    def elements(self, array: ColumnElement[Any]) -> tuple[FromClause, ColumnElement[Any], ColumnElement[Any]]:
        """A JSON array as rows: what to select from, the element as JSON, and its place."""

    def texts(self, array: ColumnElement[Any]) -> tuple[FromClause, ColumnElement[Any], ColumnElement[Any]]:
        """Text that holds a JSON array of strings, as rows: what to select from, the string, and its place."""

    def only_keys(self, text: ColumnElement[Any], keys: Sequence[str]) -> ColumnElement[Any]:
        """Text that holds a flat JSON object, with no other keys than these."""

    def as_text(self, json: ColumnElement[Any]) -> ColumnElement[str]: ...

    def by_code_point(self, text: ColumnElement[Any]) -> ColumnElement[Any]:
        """Text that is not a column of the mirror's, which compares so anyway."""


def quoted(text: str) -> ColumnElement[str]:
    """A string literal of SQL. Only for what the product itself spells: keys, names of fields, formats."""
    return literal_column("'" + text.replace("'", "''") + "'", Text)


def whole(number: int) -> ColumnElement[int]:
    """A whole number as a literal of SQL."""
    return literal_column(str(number), BigInteger)


def among(value: ColumnElement[Any], names: Iterable[str]) -> ColumnElement[bool]:
    """Whether the value is one of some that the product itself spells."""
    return value.in_([quoted(name) for name in names])


def or_else(value: ColumnElement[Any], none: str | None) -> ColumnElement[Any]:
    return value if none is None else func.coalesce(value, quoted(none))


def in_quotes(value: ColumnElement[Any]) -> ColumnElement[Any]:
    return quoted('"').concat(value).concat(quoted('"'))


def pieces(parts: Parts) -> list[ColumnElement[Any]]:
    """The parts as expressions, no two literals side by side."""
    merged: Parts = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        else:
            merged.append(part)
    return [quoted(part) if isinstance(part, str) else part for part in merged] or [quoted("")]


def chunks(parts: Sequence[Any], size: int) -> list[Sequence[Any]]:
    return [parts[at : at + size] for at in range(0, len(parts), size)]


def object_text(dialect: Dialect, members: Sequence[tuple[str, Member]]) -> Parts:
    text: Parts = ["{"]
    for key, member in members:
        text.append(f'{"," if len(text) > 1 else ""}"{key}":')
        text.extend(dialect.parts(member) if isinstance(member, Token) else member)
    return [*text, "}"]


def boolean_text(value: ColumnElement[Any], none: str | None) -> ColumnElement[Any]:
    if none is None:
        return case((value, quoted("true")), else_=quoted("false"))
    answers: dict[Any, Any] = {literal_column(word, Boolean): quoted(word) for word in ("true", "false")}
    return case(answers, value=value, else_=quoted(none))


def enum_text(token: Token) -> ColumnElement[Any]:
    """The name in quotes."""
    known: dict[Any, Any] = {quoted(name.lower()): quoted(f'"{name}"') for name in token.names}
    other: ColumnElement[Any] = quoted(f'"{UNRECOGNIZED}"')
    if token.none is not None:
        other = case((token.value.is_(None), quoted(token.none)), else_=other)
    return case(known, value=token.value, else_=other)


def int_text(dialect: Dialect, token: Token) -> ColumnElement[Any]:
    """GraphQL's Int has 32 bits: what does not fit is unfinished."""
    value = token.value
    wrong = dialect.join([UNFINISHED, value, "}"])
    fits = value.between(whole(-(2**31)), whole(2**31 - 1))
    return case((fits, cast(value, Text)), (value.is_not(None), wrong), else_=quoted(token.none or NULL))


def decimal_of(dialect: Dialect, units: ColumnElement[Any], currency: ColumnElement[Any]) -> ColumnElement[str]:
    """Minor units in the major unit, exact: "10.00". The currency is in lower case."""
    odd = [
        (among(currency, sorted(code.lower() for code in codes)), _scaled(units, exponent))
        for exponent, codes in EXPONENTS.items()
    ]
    return case(*odd, else_=_scaled(units, 2))


def _scaled(units: ColumnElement[Any], exponent: int) -> ColumnElement[str]:
    if exponent == 0:
        return cast(units, Text)
    power = 10**exponent
    sign = case((units < whole(0), quoted("-")), else_=quoted(""))
    # A number that begins with 1 keeps the zeros behind it.
    below = func.substr(cast(func.abs(units) % whole(power) + whole(power), Text), whole(2))
    above = cast(func.abs(units).op("/", precedence=8)(whole(power)), Text)
    return sign.concat(above).concat(quoted(".")).concat(below)
