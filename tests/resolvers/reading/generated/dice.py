"""Chance, and what it chooses from."""

import random
from collections.abc import Sequence
from typing import Any, TypeVar

from tests.resolvers.reading.stripe_objects import DAY, NOW

T = TypeVar("T")
TEXTS = [
    "",
    " ",
    "plain",
    "O'Brien",
    'quoted "text"',
    "back\\slash",
    "tab\tline\r\nend",
    "\x01\x1f\x7f",
    "nul\0inside",
    "\u2028 and \u2029",
    "👩‍💻🏳️‍🌈",
    "\U0010ffff\ufffe",
    "\u202ertl \u05d0",
    "é or e\u0301",
    "'; DROP TABLE customers; --",
    "%s :name $1 ? {} @cursor",
    "</script>&amp;",
    "null",
    '[1, {"a": "b"}]',
    "0123",
    "ß" * 3000,
]
AMOUNTS = [0, 0, 1, 5, 99, 100, 2500, 2500, 2501, 12_345, 50_050, 2**31 - 1, 2**31, 10**12, 2**53 + 1, 2**62]
COUNTS = [0, 1, 1, 2, 7, 2**31 - 1]
TOO_LARGE = 2**31
"""For GraphQL's Int."""
CURRENCIES = ["usd", "usd", "eur", "jpy", "kwd", "isk", "rsd", "clp", "zzz"]
PAST = [0, NOW - 400 * DAY, NOW - 30 * DAY, NOW - 30 * DAY, NOW - 2 * DAY, NOW - DAY, NOW - DAY, NOW - 1, NOW]
FUTURE = [NOW + 1, NOW + DAY, NOW + DAY, NOW + 31 * DAY, 4_102_444_799, 253_402_300_799]


class Dice:
    """A source of chance with a memory for ids, so that none comes twice."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)
        self._made = 0

    def happens(self, percent: float) -> bool:
        return self._random.random() * 100 < percent

    def upto(self, most: int, least: int = 0) -> int:
        return self._random.randint(least, most)

    def pick(self, among: Sequence[T]) -> T:
        return self._random.choice(among)

    def maybe(self, among: Sequence[T], percent: float = 60) -> T | None:
        """One of them, or None."""
        return self.pick(among) if self.happens(percent) else None

    def several(self, among: Sequence[T], most: int, *, at_least: int = 0) -> list[T]:
        """Some of them, in any order."""
        return self._random.sample(among, min(self.upto(most, at_least), len(among)))

    def shuffled(self, among: Sequence[T]) -> list[T]:
        return self._random.sample(among, len(among))

    def text(self) -> str:
        return self.pick(TEXTS)

    def amount(self, *, negative: bool = False) -> int:
        return -self.pick(AMOUNTS) if negative and self.happens(40) else self.pick(AMOUNTS)

    def count(self) -> int:
        return TOO_LARGE if self.happens(2) else self.pick(COUNTS)

    def metadata(self) -> dict[str, str]:
        names = ["shown", "hidden", 'odd "key\\', "", "zz", "Shown", "ключ"]
        return {name: self.text() for name in self.several(names, 4)}

    def id(self, prefix: str) -> str:
        """A new id of Stripe's; ids do not sort as they were made."""
        self._made += 1
        return f"{prefix}_{self.pick('aAbBzZ_019')}{self._made}"

    def missing(self, id: Any, percent: float = 6) -> Any:
        """The id, or one of something that is not here."""
        return f"{id}_gone" if self.happens(percent) else id
