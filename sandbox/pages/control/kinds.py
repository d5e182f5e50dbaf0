"""The kinds of objects in words, and where each object has its page."""

from urllib.parse import quote

from sandbox.account.objects import Object
from sandbox.account.state import PREFIXES, State
from sandbox.pages.control.visits import ROOT

WORDS = {"invoiceitem": "invoice item", "line_item": "invoice line"}


def singular(kind: str) -> str:
    """`Payment intent`"""
    words = WORDS.get(kind) or kind.removeprefix("test_helpers.").replace("_", " ").replace(".", " ")
    return words[:1].upper() + words[1:]


def plural(kind: str) -> str:
    """`Payment intents`"""
    word = singular(kind)
    return f"{word[:-1]}ies" if word.endswith("y") else word if word.endswith("s") else f"{word}s"


def counted(kind: str, number: int) -> str:
    """The word that goes after a number of them."""
    return singular(kind) if number == 1 else plural(kind)


def url_of(kind: str, id: str) -> str:
    """The page of an object."""
    if kind == "event":
        return f"{ROOT}/events/{quote(id, safe='')}"
    return f"{ROOT}/objects/{kind}/{quote(id, safe='')}"


def find(state: State, id: str) -> Object | None:
    """The object with an id, deleted ones too."""
    for table in state.tables.values():
        row = table.look(id)
        if row is not None:
            return row
    return None


def link_of(state: State, name: str, value: str) -> str | None:
    """Where the value of a field leads, if it is the id of an object.

    Ids that look like any word, as those of coupons may, count only in fields that are named after their kind.
    """
    for kind, table in state.tables.items():
        if value in table.rows or value in table.gone:
            prefix = PREFIXES[kind]
            if (prefix and value.startswith(f"{prefix}_")) or name in ("id", kind):
                return url_of(kind, value)
    return None
