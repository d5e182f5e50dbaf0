"""The scalars of the contract, and how they are written and read."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

BigInt = NewType("BigInt", int)
Currency = NewType("Currency", str)
JSON = NewType("JSON", object)


def _write_datetime(value: datetime | int | str) -> str:
    """Reads from the mirror are text already; plain data holds seconds or moments."""
    if isinstance(value, str):
        return value
    moment = datetime.fromtimestamp(value, UTC) if isinstance(value, int) else value.astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _read_datetime(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise GraphQLError('A DateTime is text such as "2026-10-28T09:30:00Z".') from None
    if moment.tzinfo is None:
        raise GraphQLError('A DateTime needs its offset, such as the Z in "2026-10-28T09:30:00Z".')
    return moment.astimezone(UTC)


def _read_decimal(value: Any) -> Decimal:
    if not isinstance(value, str):
        raise GraphQLError('A Decimal is text, so that it stays exact: "10.00".')
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise GraphQLError(f"{value!r} is not a decimal number.") from None
    if not number.is_finite():
        raise GraphQLError(f"{value!r} is not a decimal number.")
    return number


def _read_whole_number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise GraphQLError("A BigInt is a whole number.")
    return value


def _same(value: Any) -> Any:
    return value


SCALARS: Mapping[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description='A moment after RFC 3339, always in UTC: "2026-10-28T09:30:00Z".',
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=_write_datetime,
        parse_value=_read_datetime,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description='A decimal number as text, exact: "10.00".',
        serialize=str,
        parse_value=_read_decimal,
    ),
    BigInt: strawberry.scalar(
        name="BigInt",
        description="A whole number that may pass 2^31, as a JSON number.",
        serialize=int,
        parse_value=_read_whole_number,
    ),
    Currency: strawberry.scalar(
        name="Currency",
        description="A currency after ISO 4217, in upper case: USD.",
        serialize=_same,
        parse_value=_same,
    ),
    JSON: strawberry.scalar(
        name="JSON",
        description="Any JSON value.",
        serialize=_same,
        parse_value=_same,
    ),
}
