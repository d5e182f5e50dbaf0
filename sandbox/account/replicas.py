"""Very many customers: copies of a few who really lived, kept as patterns until somebody touches them.

A pattern is the JSON of one row with marks where copies differ; what a copy's rows are is worked out each time, so
that a hundred thousand customers with a past need little more memory than their keys.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

import orjson

from sandbox.account.objects import Object

# JSON has no raw control characters, so these stand for what is different in each copy.
TOKEN, PREFIX, NAME, EMAIL, SUBSCRIBER = "\x01", "\x02", "\x03", "\x04", "\x05"
MARKS = ((TOKEN, "token"), (PREFIX, "prefix"), (NAME, "name"), (EMAIL, "email"), (SUBSCRIBER, "subscriber"))
TOKEN_LENGTH = 8
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
# Seconds since 1970 have ten digits; no amount has more than nine.
MOMENT = re.compile(rb"(?<=[:,\[])(1\d{9})(?=[,}\]])")


@dataclass(frozen=True, slots=True)
class Replica:
    """What one copy has of its own: the end of its ids, invoice prefix, name, and seconds after the original."""

    token: str
    prefix: str
    name: str
    email: str
    subscriber: str
    shift: int

    def fill(self, text: str) -> str:
        """A text with the marks replaced."""
        return text.replace(TOKEN, self.token).replace(PREFIX, self.prefix)


class Pattern:
    """One row of the original."""

    def __init__(self, kind: str, id: str, created: int, places: list[tuple[str, str]], body: bytes) -> None:
        """`id`, the values of `places` (index and value) and `body` have marks in them."""
        self.kind = kind
        self.id = id
        self.created = created
        self.places = places
        self.body = body
        self.moments = [int(moment) for moment in MOMENT.findall(body)]
        self._format = MOMENT.sub(b"%d", body.replace(b"%", b"%%"))
        self._marks = [(mark.encode(), name) for mark, name in MARKS if mark.encode() in body]

    def row(self, replica: Replica) -> Object:
        """The row of a copy."""
        shift = replica.shift
        body = self._format % tuple([moment + shift for moment in self.moments])
        for mark, name in self._marks:
            body = body.replace(mark, getattr(replica, name).encode())
        made: Object = orjson.loads(body)
        return made


@dataclass(frozen=True, slots=True)
class Cold:
    """A row that nobody has touched yet."""

    pattern: Pattern
    replica: Replica

    def row(self) -> Object:
        """What it would be."""
        return self.pattern.row(self.replica)


def marked(body: bytes, ids: Iterable[str], texts: dict[str, str]) -> bytes:
    """JSON of an original with marks: the ends of its ids, and the texts that are replaced as a whole."""
    for id in ids:
        body = body.replace(id.encode(), (id[:-TOKEN_LENGTH] + TOKEN).encode())
    for text, mark in texts.items():
        body = body.replace(text.encode(), mark.encode())
    return body


def token_of(number: int) -> str:
    """Eight letters and digits that look drawn by lot; different for different numbers."""
    return written((number * 0x9E3779B97F4A7C15 + 0x5DEECE66D) % 62**TOKEN_LENGTH, DIGITS, TOKEN_LENGTH)


def prefix_of(number: int) -> str:
    """An invoice prefix of a copy."""
    return written((number * 0x2545F4914F6CDD1D + 0x1B873593) % 36**8, DIGITS[:36], 8).upper()


def scrambled(number: int) -> int:
    """A number as if drawn by lot; the same for the same."""
    return int.from_bytes(hashlib.blake2b(str(number).encode(), digest_size=6).digest())


def written(number: int, digits: str, length: int) -> str:
    """A number in a base, of so many digits."""
    base, text = len(digits), ""
    for _ in range(length):
        number, digit = divmod(number, base)
        text += digits[digit]
    return text
