"""Amounts as people write them, and as Stripe counts them. https://docs.stripe.com/currencies"""

from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal, Inexact, localcontext
from functools import cache

from babel.core import get_global

ZERO_DECIMAL = frozenset(
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"]
)
THREE_DECIMAL = frozenset(["BHD", "JOD", "KWD", "OMR", "TND"])
WHOLE_ONLY = frozenset(["ISK", "UGX"])
"""Without decimals for people, yet counted in hundredths by Stripe, which takes 00 only."""
LARGEST = 10**12


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount in the major unit, as a caller gave it: Decimal("10.00") and "USD"."""

    decimal: Decimal
    currency: str


class InexactAmount(ValueError):
    """The amount cannot be told to Stripe exactly. The message says why, for people."""


class UnknownCurrency(ValueError):
    """Not a currency in use."""


@cache
def currencies() -> frozenset[str]:
    """ISO 4217 codes of the currencies that are legal tender somewhere now."""
    today = date.today()  # noqa: DTZ011
    return frozenset(
        code
        for held in get_global("territory_currencies").values()
        for code, _, end, tender in held
        if tender and (end is None or date(*end) >= today)
    )


def stripe_currency(currency: str) -> str:
    """The currency as Stripe writes it: lower case. Raises UnknownCurrency."""
    code = currency.upper()
    if code not in currencies():
        raise UnknownCurrency(f"{currency!r} is not a currency. Give an ISO 4217 code such as USD.")
    return code.lower()


def exponent_of(currency: str) -> int:
    """How many decimals Stripe counts a currency in, in upper or lower case."""
    code = currency.upper()
    return 0 if code in ZERO_DECIMAL else 3 if code in THREE_DECIMAL else 2


def minor_units(amount: Amount) -> int:
    """The amount in the currency's smallest unit as Stripe counts it, exactly. Never rounds.

    Raises UnknownCurrency, and InexactAmount for more decimals than the currency has.
    """
    currency = stripe_currency(amount.currency).upper()
    if not amount.decimal.is_finite() or abs(amount.decimal) >= LARGEST:
        raise InexactAmount("The amount is too large.")
    decimals = 0 if currency in WHOLE_ONLY or currency in ZERO_DECIMAL else 2
    try:
        # Decimal's usual context rounds what has more than 28 digits; this one refuses to.
        with localcontext(Context(prec=32, traps=[Inexact])):
            whole = int(amount.decimal.scaleb(decimals).to_integral_exact())
    except Inexact:
        raise InexactAmount(f"Amounts in {currency} have at most {decimals} decimals; this one has more.") from None
    return int(whole * 10 ** (exponent_of(currency) - decimals))


def major_unit(units: int, currency: str) -> Decimal:
    """The inverse: 1000 of USD is Decimal("10.00")."""
    return Decimal(units).scaleb(-exponent_of(currency))
