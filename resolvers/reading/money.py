"""Money in the answer: exact in minor units, in the major unit, and for people."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.numbers import format_currency, get_currency_precision
from graphql import GraphQLError
from sqlalchemy import ColumnElement, case

from resolvers.money import major_unit
from resolvers.reading.dialect import MISSING, Kind, Member, Parts, Token, decimal_of, quoted
from resolvers.reading.scalars import column_of, none_of, upper
from resolvers.reading.scope import Scope
from resolvers.reading.selection import TYPENAME, Selected
from resolvers.reading.values import Given

FORMATTED = '{"\\u0046":'
"""How an amount begins that is still to be written for people, an F: which locale, minor units, currency."""
TO_BE_FORMATTED = re.compile(r'\{"\\u0046":\[(\d+),(-?\d+),"((?:[^"\\]|\\.)*)"\]\}')
REMEMBERED = 4_096


class UnknownLocale(ValueError):
    """Not a locale. The message says so, for people."""


def money(
    scope: Scope, field: Selected, units: ColumnElement[Any], currency: ColumnElement[Any], locales: list[Given]
) -> Parts:
    """The selected fields of an amount. `locales` learns in which locales amounts are still to be written."""
    dialect = scope.request.dialect
    members: list[tuple[str, Member]] = []
    for each in field.below():
        members.append((each.response_key, _member(scope, each, units, currency, locales)))
    amount = dialect.join(dialect.object(members))
    return [case((units.is_not(None), amount), else_=quoted(none_of(field.type)))]


def _member(
    scope: Scope, field: Selected, units: ColumnElement[Any], currency: ColumnElement[Any], locales: list[Given]
) -> Member:
    match field.name:
        case "minorUnits":
            return Token(Kind.NUMBER, units, none=None)
        case "currency":
            return Token(Kind.TEXT, upper(scope, currency), MISSING, column=column_of(currency))
        case "decimal":
            return Token(Kind.SAFE, decimal_of(scope.request.dialect, units, currency), none=None)
        case "formatted":
            locales.append(field.arguments["locale"])
            token = Token(Kind.TEXT, upper(scope, currency), MISSING)
            head = f"{FORMATTED}[{len(locales) - 1},"
            return [head, units, ",", *scope.request.dialect.parts(token), "]}"]
    assert field.name == TYPENAME
    return Token(Kind.SAFE, quoted(field.parent.name), none=None)


def show_money(value: Mapping[str, Any] | None, fields: Sequence[Selected]) -> dict[str, Any] | None:
    """The selected fields of an amount, given as {"minorUnits": 1000, "currency": "usd"}; null without an amount.

    What people read is left as minor units and currency: graphql-core asks `formatted` for it, which may fail.
    """
    if value is None or value["minorUnits"] is None:
        return None
    units, currency = int(value["minorUnits"]), str(value["currency"]).upper()
    shown = {
        "minorUnits": units,
        "currency": currency,
        "decimal": format(major_unit(units, currency), "f"),
        "formatted": [units, currency],
    }
    return {field.response_key: shown[field.name] for field in fields if field.name in shown}


@lru_cache(REMEMBERED)
def formatted(units: int, currency: str, locale: str) -> str:
    """The amount as people write it. Raises UnknownLocale."""
    amount = major_unit(units, currency)
    # People write some currencies without the decimals that Stripe counts them in: those are shown where there are any.
    usual = amount == round(amount, get_currency_precision(currency))
    return format_currency(amount, currency, locale=_locale(locale), currency_digits=usual)


@lru_cache(REMEMBERED)
def _locale(name: str) -> Locale:
    try:
        return Locale.parse(name, sep="-" if "-" in name else "_")
    except (UnknownLocaleError, ValueError):
        raise UnknownLocale(f"There is no locale {name!r}. Give one such as en-US or de-DE.") from None


def refuse_locale(error: UnknownLocale) -> GraphQLError:
    return GraphQLError(str(error), extensions={"code": "INVALID_INPUT"})
