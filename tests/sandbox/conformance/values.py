"""Plain values: text, numbers, booleans, and words of which there are only a few."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tests.sandbox.conformance.findings import FINE, Check, Findings, brief, wrong

DECIMAL = re.compile(r"^-?\d+(\.\d+)?$")


def is_integer(value: Any) -> bool:
    return type(value) is int


def is_number(value: Any) -> bool:
    return type(value) in (int, float)


def is_decimal(value: Any) -> bool:
    """Stripe sends exact numbers as text."""
    return isinstance(value, str) and DECIMAL.match(value) is not None


PLAIN: dict[type, tuple[str, Callable[[Any], bool]]] = {
    bool: ("a boolean", lambda value: isinstance(value, bool)),
    int: ("a whole number", is_integer),
    float: ("a number", is_number),
    str: ("text", lambda value: isinstance(value, str)),
    Decimal: ("a decimal number as text", is_decimal),
}


def anything(value: Any) -> Findings:
    return FINE


def plain(kind: type) -> Check:
    """A value of one of the plain types."""
    name, fits = PLAIN[kind]

    def check(value: Any) -> Findings:
        return FINE if fits(value) else wrong(f"{brief(value)} is not {name}")

    return check


def one_of(words: tuple[Any, ...]) -> Check:
    """One of a few values; `True` is not 1."""
    allowed = {(type(word), word) for word in words}

    def check(value: Any) -> Findings:
        if isinstance(value, bool | int | str) and (type(value), value) in allowed:
            return FINE
        return wrong(f"{brief(value)} is not one of {', '.join(map(str, words))}")

    return check
