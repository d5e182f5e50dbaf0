"""Amounts, reckoned with whole numbers."""

from decimal import Decimal
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.numbers import format_currency, get_currency_precision
from graphql import GraphQLError

from tests.resolvers.reading.reference.thing import Shown

NO_DECIMALS = {"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"}
THREE_DECIMALS = {"BHD", "JOD", "KWD", "OMR", "TND"}


class Money(Shown):
    def __init__(self, units: int, currency: str | None) -> None:
        self.minor_units = units
        self.currency = currency.upper() if currency else None

    def decimal(self) -> str:
        digits = 0 if self.currency in NO_DECIMALS else 3 if self.currency in THREE_DECIMALS else 2
        whole, rest = divmod(abs(self.minor_units), 10**digits)
        sign = "-" if self.minor_units < 0 else ""
        return f"{sign}{whole}.{rest:0{digits}}" if digits else f"{sign}{whole}"

    def formatted(self, locale: str) -> str:
        """In the decimals that people write the currency with, unless that would hide something."""
        try:
            known = Locale.parse(locale.replace("-", "_"))
        except (UnknownLocaleError, ValueError) as error:
            raise GraphQLError(str(error)) from None
        amount, currency = Decimal(self.decimal()), self.currency or ""
        hides_something = amount % (Decimal(1).scaleb(-get_currency_precision(currency))) != 0
        return format_currency(amount, currency, locale=known, currency_digits=not hides_something)


def exact(value: Any) -> str:
    """A decimal number without an exponent and without zeros that say nothing."""
    whole, _, rest = f"{Decimal(str(value)):f}".partition(".")
    return f"{whole}.{rest}".rstrip("0").rstrip(".") if rest else whole
