"""Money is exact, in every currency and in both directions."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.money import (
    THREE_DECIMAL,
    WHOLE_ONLY,
    ZERO_DECIMAL,
    Amount,
    InexactAmount,
    UnknownCurrency,
    currencies,
    exponent_of,
    major_unit,
    minor_units,
)

any_currency = st.sampled_from(sorted(currencies()))
people_write = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9)


def step_of(currency: str) -> int:
    return 100 if currency in WHOLE_ONLY else 10 if currency in THREE_DECIMAL else 1


@given(any_currency, st.integers(-(10**11), 10**11))
def test_what_stripe_counts_survives_the_way_there_and_back(currency: str, count: int) -> None:
    units = count * step_of(currency)
    assert minor_units(Amount(major_unit(units, currency), currency)) == units


@given(any_currency, people_write)
def test_an_amount_is_told_exactly_or_refused(currency: str, decimal: Decimal) -> None:
    try:
        units = minor_units(Amount(decimal, currency))
    except InexactAmount:
        assert decimal * 10 ** exponent_of(currency) % step_of(currency) != 0
    else:
        assert major_unit(units, currency) == decimal
        assert units % step_of(currency) == 0


@pytest.mark.parametrize(
    ("decimal", "currency", "units"),
    [
        ("10.00", "USD", 1000),
        ("10", "usd", 1000),
        ("-0.01", "eur", -1),
        ("500", "JPY", 500),
        ("500.00", "JPY", 500),
        ("1.23", "KWD", 1230),
        ("1.230", "KWD", 1230),
        ("100", "ISK", 10000),
        ("1E+3", "USD", 100000),
        ("0.1000000000000000000000000000000000000", "USD", 10),
    ],
)
def test_amounts_are_counted_as_stripe_counts_them(decimal: str, currency: str, units: int) -> None:
    assert minor_units(Amount(Decimal(decimal), currency)) == units


@pytest.mark.parametrize(
    ("decimal", "currency"),
    [
        ("10.001", "USD"),
        ("500.5", "JPY"),
        ("1.234", "KWD"),
        ("100.50", "ISK"),
        ("0.1000000000000000000000000000000000001", "USD"),
        ("1E-30", "USD"),
        ("1E+30", "USD"),
        ("NaN", "USD"),
        ("Infinity", "USD"),
    ],
)
def test_an_amount_that_stripe_cannot_count_is_never_rounded(decimal: str, currency: str) -> None:
    with pytest.raises(InexactAmount):
        minor_units(Amount(Decimal(decimal), currency))


@pytest.mark.parametrize("currency", ["XXX", "DEM", "", "US", "dollars", "US$", "\x00"])
def test_what_is_no_currency_in_use_is_refused(currency: str) -> None:
    with pytest.raises(UnknownCurrency):
        minor_units(Amount(Decimal(1), currency))


def test_every_currency_with_its_own_count_is_known() -> None:
    assert currencies() >= ZERO_DECIMAL | THREE_DECIMAL | WHOLE_ONLY
