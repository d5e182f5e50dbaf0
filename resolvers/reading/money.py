"""Money in the answer: exact in minor units, in the major unit, and for people."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.numbers import format_currency
from graphql import GraphQLError

from resolvers.money import exponent_of
from resolvers.reading.selection import Selected


def show_money(value: Mapping[str, Any] | None, fields: list[Selected]) -> dict[str, Any] | None:
    """The selected fields of an amount, given as {"minorUnits": 1000, "currency": "usd"}; null without an amount."""
    if value is None or value["minorUnits"] is None:
        return None
    units, currency = int(value["minorUnits"]), str(value["currency"]).upper()
    answer: dict[str, Any] = {}
    for field in fields:
        match field.name:
            case "minorUnits":
                answer[field.response_key] = units
            case "currency":
                answer[field.response_key] = currency
            case "decimal":
                answer[field.response_key] = format(major_unit(units, currency), "f")
            case "formatted":
                answer[field.response_key] = formatted(units, currency, field.arguments["locale"], field)
    return answer


def major_unit(units: int, currency: str) -> Decimal:
    return Decimal(units).scaleb(-exponent_of(currency))


def formatted(units: int, currency: str, locale: str, field: Selected) -> str | GraphQLError:
    """An error in the place of the text becomes the field's error."""
    try:
        known = Locale.parse(locale, sep="-" if "-" in locale else "_")
    except (UnknownLocaleError, ValueError):
        sentence = f"There is no locale {locale!r}. Give one such as en-US or de-DE."
        return GraphQLError(sentence, field.nodes, extensions={"code": "INVALID_INPUT"})
    return format_currency(major_unit(units, currency), currency, locale=known)
