"""From what a statement tells to what is answered: nearly always that is the same."""

import re
import secrets
from collections.abc import Sequence
from typing import Any

import orjson

from resolvers.reading.dialect import UNFINISHED
from resolvers.reading.money import FORMATTED, TO_BE_FORMATTED, UnknownLocale, formatted
from resolvers.reading.scalars import exact
from resolvers.reading.selection import TYPE
from resolvers.reading.values import Frame, Given

TOLD_TYPE = re.compile(r'"\\u0054":("\w+")(,?)')
# Keys of metadata are any text, so those of our own must not be guessed.
UNFINISHED_KEY, FORMATTED_KEY = secrets.token_hex(16), secrets.token_hex(16)


def finished(text: str, frame: Frame, locales: Sequence[Given], *, tells_types: bool) -> str | None:
    """The answer's text; None where values are left with which something is wrong, so that errors have to be told."""
    if UNFINISHED in text:
        return None
    if locales:
        text = _with_amounts(text, [given.get(frame) for given in locales])
        if FORMATTED in text:
            return None
    return TOLD_TYPE.sub("", text) if tells_types else text


def _with_amounts(text: str, locales: Sequence[str]) -> str:
    def write(match: re.Match[str]) -> str:
        place, units, currency = match.groups()
        try:
            amount = formatted(int(units), orjson.loads(f'"{currency}"'), locales[int(place)])
        except UnknownLocale:
            return match[0]
        return orjson.dumps(amount).decode()

    return TO_BE_FORMATTED.sub(write, text)


def unfinished(text: str) -> Any:
    """The answer as data that graphql-core is to complete, with nulls and numbers where something is wrong with them.

    An amount that people read is [minor units, currency], and an object of an abstract type tells it under TYPE.
    """
    text = text.replace(UNFINISHED, f'{{"{UNFINISHED_KEY}":').replace(FORMATTED, f'{{"{FORMATTED_KEY}":')
    return _plain(orjson.loads(TOLD_TYPE.sub(rf'"\\u{ord(TYPE):04x}":\1\2', text)))


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if not isinstance(value, dict):
        return value
    if UNFINISHED_KEY in value:
        raw = value[UNFINISHED_KEY]
        return exact(raw) if isinstance(raw, str) else raw
    if FORMATTED_KEY in value:
        _, units, currency = value[FORMATTED_KEY]
        return [units, _plain(currency)]
    return {key: _plain(each) for key, each in value.items()}
