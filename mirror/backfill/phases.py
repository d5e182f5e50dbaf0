"""Which types are listed together, and in which order. Pure."""

from collections.abc import Collection

from mirror.stored import KEPT_WHEN_ABSENT

FOLLOWERS: dict[str, frozenset[str]] = {
    "customer": frozenset({"customer"}),
    "invoiceitem": frozenset({"invoiceitem"}),
    "invoice_payment": frozenset({"invoice_payments"}),
}
"""Types that others change without an event, and what the door asks for because of that.

They are listed when the others are in: what changed before is in their list, and what changes after it has an event
that is newer than the list of the others.
"""


def phases(types: Collection[str]) -> list[tuple[frozenset[str], frozenset[str]]]:
    """Which types are listed together, and what the door need not ask for since it is listed after them.

    First those that come inside of others too, and there without all of their fields.
    """
    first = frozenset(KEPT_WHEN_ABSENT).intersection(types)
    followers = frozenset(FOLLOWERS).intersection(types)
    coming = frozenset(question for type in followers for question in FOLLOWERS[type])
    return [(first, coming), (frozenset(types) - first - followers, coming), (followers, frozenset())]
