"""Amounts as the answer shows them: exact, and for people in their own style."""

from typing import Any

import pytest

from tests.resolvers.reading.stripe_objects import charge, customer
from tests.resolvers.reading.world import World

BIG = 2**53 + 1


def amount(world: World, units: int, currency: str, selection: str) -> dict[str, Any]:
    world.put(customer(), charge(amount=units, currency=currency))
    answer: dict[str, Any] = world.ask(f'{{ charge(id: "ch_1") {{ amount {{ {selection} }} }} }}')["amount"]
    return answer


@pytest.mark.parametrize(
    ("units", "currency", "decimal", "formatted"),
    [
        (1000, "usd", "10.00", "$10.00"),
        (1, "usd", "0.01", "$0.01"),
        (-5, "usd", "-0.05", "-$0.05"),
        (500, "jpy", "500", "¥500"),
        (1230, "kwd", "1.230", "KWD1.230"),
        (50000, "isk", "500.00", "ISK500"),
        (50050, "rsd", "500.50", "RSD500.50"),
        (50000, "rsd", "500.00", "RSD500"),
        (BIG, "usd", "90071992547409.93", "$90,071,992,547,409.93"),
    ],
)
def test_an_amount_is_exact_in_every_currency(
    world: World, units: int, currency: str, decimal: str, formatted: str
) -> None:
    assert amount(world, units, currency, "minorUnits currency decimal formatted") == {
        "minorUnits": units,
        "currency": currency.upper(),
        "decimal": decimal,
        "formatted": formatted,
    }


@pytest.mark.parametrize(
    ("locale", "formatted"),
    [
        ("de-DE", "1.234,50\xa0€"),
        ("de_DE", "1.234,50\xa0€"),
        ("fr", "1\u202f234,50\xa0€"),
        ("en-IN", "€1,234.50"),
        ("zh-Hant-TW", "€1,234.50"),
    ],
)
def test_people_read_amounts_in_the_style_of_their_locale(world: World, locale: str, formatted: str) -> None:
    assert amount(world, 123450, "eur", f'formatted(locale: "{locale}")') == {"formatted": formatted}


def test_several_locales_can_be_asked_for_at_once(world: World) -> None:
    selection = 'de: formatted(locale: "de-DE") en: formatted again: formatted(locale: "de-DE")'
    assert amount(world, 100, "eur", selection) == {"de": "1,00\xa0€", "en": "€1.00", "again": "1,00\xa0€"}


@pytest.mark.parametrize("locale", ["", "xx-YY", "C", "../../etc", "-", "en--US", "日本", "e" * 10_000, "en\\u0000"])
def test_an_unknown_locale_is_an_error_of_that_field_alone(world: World, locale: str) -> None:
    world.put(customer(), charge())
    # The text is never null, so that the amount goes, and with it the first parent that may be null.
    answer = world.answer(
        f'{{ charge(id: "ch_1") {{ id amount {{ why: formatted(locale: "{locale}") }} }} '
        'customer(id: "cus_1") { id } }'
    )
    assert answer["data"] == {"charge": None, "customer": {"id": "cus_1"}}
    (error,) = answer["errors"]
    assert error["path"] == ["charge", "amount", "why"]
    assert error["extensions"] == {"code": "INVALID_INPUT"}
    assert "such as en-US" in error["message"]


def test_an_unknown_locale_deep_in_lists_tells_where(world: World) -> None:
    world.put(customer(balance=None), charge("ch_1"))
    answer = world.answer(
        '{ customer(id: "cus_1") { charges { edges { node { amount { formatted(locale: "nope") } } } } } }'
    )
    (error,) = answer["errors"]
    assert error["path"] == ["customer", "charges", "edges", 0, "node", "amount", "formatted"]
    assert answer["data"] == {"customer": None}


def test_a_locale_comes_by_variable_and_null_is_refused(world: World) -> None:
    world.put(customer(), charge(currency="eur"))
    question = 'query ($l: String! = "de") { charge(id: "ch_1") { amount { formatted(locale: $l) } } }'
    assert world.ask(question) == {"amount": {"formatted": "10,00\xa0€"}}
    assert world.ask(question, l="en") == {"amount": {"formatted": "€10.00"}}
    assert "'$l' has invalid value" in world.refusal(question, l=None)["message"]
    nullable = question.replace("String!", "String")
    assert "'locale' has invalid value" in world.refusal(nullable, l=None)["message"]
