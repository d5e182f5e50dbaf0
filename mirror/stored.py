"""The one stored form of Stripe's objects. Pure.

Every nested object of a kind that is mirrored is put away on its own and leaves its id behind. What is only there when
it was expanded (payments, tiers) does not count as absent when it was not. Client secrets are left out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import NoneType
from typing import Any, NamedTuple

from db.tables import RESOURCES

MIRRORED_TYPES = frozenset(table.object_name for table in RESOURCES)
SECRETS = frozenset({"client_secret", "confirmation_secret"})
PLAIN = frozenset({NoneType, bool, int, float})
"""What is stored as it is."""
LISTED_ON_THEIR_OWN: Mapping[str, frozenset[str]] = {
    "customer": frozenset({"sources", "subscriptions", "tax_ids", "cash_balance", "invoice_credit_balance"}),
    "invoice": frozenset({"payments"}),
    "charge": frozenset({"refunds"}),
}
KEPT_WHEN_ABSENT: Mapping[str, frozenset[str]] = {
    "price": frozenset({"tiers", "currency_options"}),
    "coupon": frozenset({"applies_to", "currency_options"}),
}
PARTS: Mapping[str, frozenset[str]] = {
    "subscription": frozenset({"items"}),
    "invoice": frozenset({"lines"}),
}
"""Lists whose members exist only as long as their parent lists them."""
PART_TYPES = frozenset({"subscription_item", "line_item"})


class Key(NamedTuple):
    """Stripe's ids are unique per type only; an object without an id has the id ""."""

    type: str
    id: str


@dataclass(frozen=True, slots=True)
class Stored:
    """One object in its stored form."""

    key: Key
    data: dict[str, Any]
    deleted: bool = False
    parent: Key | None = None
    """The object that it came inside of, None for the outermost."""
    position: int | None = None
    """Place in the parent's list of parts, from 0."""
    expanded: frozenset[str] = field(default_factory=frozenset)
    """Which of the lists that are put away on their own came with it."""
    cut_short: bool = False
    """Whether a list of its parts holds only the first of them, as Stripe's nested lists do."""


def stored_forms(stripe_object: Mapping[str, Any]) -> Iterator[Stored]:
    """The object and everything mirrored inside it, the outermost first. A list yields its members."""
    if stripe_object.get("object") == "list":
        for member in stripe_object["data"]:
            yield from stored_forms(member)
    elif not is_preview(stripe_object):
        yield from _take_apart(stripe_object, parent=None, position=None)


def _take_apart(stripe_object: Mapping[str, Any], *, parent: Key | None, position: int | None) -> Iterator[Stored]:
    key = Key(_text(stripe_object["object"]), _text(stripe_object.get("id") or ""))
    apart = LISTED_ON_THEIR_OWN.get(key.type, frozenset())
    nested: list[Stored] = []
    data = {
        name: value if type(value) in PLAIN else _collapse(value, key, nested)
        for name, value in stripe_object.items()
        if name not in SECRETS and not (name in apart and _is_list(value))
    }
    for name in apart & stripe_object.keys():
        _collapse(stripe_object[name], key, nested)
    yield Stored(
        key=key,
        data=data,
        deleted=stripe_object.get("deleted") is True,
        parent=parent,
        position=position,
        expanded=frozenset(name for name in apart if _is_list(stripe_object.get(name))),
        cut_short=is_cut_short(stripe_object),
    )
    yield from nested


def _text(value: str) -> str:
    """PostgreSQL takes no NUL; the untouched body of an event is kept as bytes."""
    return value.replace("\x00", "\ufffd") if "\x00" in value else value


def _is_list(value: Any) -> bool:
    return isinstance(value, dict) and value.get("object") == "list"


def _collapse(value: Any, parent: Key, nested: list[Stored]) -> Any:
    # Most of what a page of a list brings passes here: how often a function is called is what it costs.
    if isinstance(value, str):
        return _text(value) if "\x00" in value else value
    if isinstance(value, dict):
        return _collapse_object(value, parent, nested)
    return [_collapse(member, parent, nested) for member in value] if isinstance(value, list) else value


def _collapse_object(value: dict[str, Any], parent: Key, nested: list[Stored]) -> Any:
    kind = value.get("object")
    if kind == "list":
        for position, member in enumerate(value["data"]):
            if isinstance(member, dict) and member.get("object") in MIRRORED_TYPES:
                nested.extend(_take_apart(member, parent=parent, position=position))
        return [member["id"] if isinstance(member, dict) else member for member in value["data"]]
    if isinstance(kind, str) and kind in MIRRORED_TYPES and value.get("id"):
        nested.extend(_take_apart(value, parent=parent, position=None))
        return value["id"]
    return {
        _text(name): each if type(each) in PLAIN else _collapse(each, parent, nested)
        for name, each in value.items()
        if name not in SECRETS
    }


def is_preview(stripe_object: Mapping[str, Any]) -> bool:
    """Whether it is an invoice that does not exist: a preview, as the event invoice.upcoming carries it."""
    return stripe_object.get("object") == "invoice" and (stripe_object.get("id") or "upcoming_").startswith("upcoming_")


def is_cut_short(stripe_object: Mapping[str, Any]) -> bool:
    """Whether a list of parts holds only its first members, as Stripe's nested lists do."""
    names = PARTS.get(stripe_object["object"], frozenset())
    return any(_is_list(value := stripe_object.get(name)) and bool(value and value.get("has_more")) for name in names)


def with_what_was_known(form: Stored, known: Mapping[str, Any]) -> dict[str, Any]:
    """The data to store, given what is stored: absent is never null."""
    if form.deleted:
        return {**known, **form.data}
    kept = KEPT_WHEN_ABSENT.get(form.key.type, frozenset())
    return {**{name: known[name] for name in kept if name in known}, **form.data}
