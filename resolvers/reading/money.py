"""Money in the answer: exact in minor units, in the major unit, and for people."""

from collections.abc import Mapping
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.numbers import format_currency, get_currency_precision
from graphql import GraphQLError

from resolvers.money import major_unit
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


def formatted(units: int, currency: str, locale: str, field: Selected) -> str | GraphQLError:
    """An error in the place of the text becomes the field's error."""
    try:
        known = Locale.parse(locale, sep="-" if "-" in locale else "_")
    except (UnknownLocaleError, ValueError):
        sentence = f"There is no locale {locale!r}. Give one such as en-US or de-DE."
        return GraphQLError(sentence, field.nodes, extensions={"code": "INVALID_INPUT"})
    amount = major_unit(units, currency)
    # People write some currencies without the decimals that Stripe counts them in: those are shown where there are any.
    usual = amount == round(amount, get_currency_precision(currency))
    return format_currency(amount, currency, locale=known, currency_digits=usual)
