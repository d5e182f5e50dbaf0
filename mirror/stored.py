"""The one stored form of Stripe's objects. Pure.

Every nested object of a kind that is mirrored is put away on its own and leaves its id behind. What is only there when
it was expanded (payments, tiers) does not count as absent when it was not. Client secrets are left out.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from db.tables import RESOURCES

MIRRORED_TYPES = frozenset(table.object_name for table in RESOURCES)
SECRETS = frozenset({"client_secret", "confirmation_secret"})
FREE = frozenset({"metadata"})
"""What people fill as they like: it may say that it is an object, and is none."""
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
NOTHING: frozenset[str] = frozenset()


class Key(NamedTuple):
    """Stripe's ids are unique per type only; an object without an id has the id ""."""

    type: str
    id: str


class Stored(NamedTuple):
    """One object in its stored form."""

    key: Key
    data: dict[str, Any]
    deleted: bool = False
    parent: Key | None = None
    """The object that it came inside of, None for the outermost."""
    position: int | None = None
    """Place in the parent's list of parts, from 0."""
    expanded: frozenset[str] = frozenset()
    """Which of the lists that are put away on their own came with it."""
    cut_short: bool = False
    """Whether a list of its parts holds only the first of them, as Stripe's nested lists do."""


def stored_forms(stripe_object: dict[str, Any]) -> Iterator[Stored]:
    """The object and everything mirrored inside it, the outermost first. A list yields its members."""
    if stripe_object.get("object") == "list":
        for member in stripe_object["data"]:
            yield from stored_forms(member)
    elif not is_preview(stripe_object):
        yield from _take_apart(stripe_object, parent=None, position=None)


def _take_apart(stripe_object: dict[str, Any], *, parent: Key | None, position: int | None) -> Iterator[Stored]:
    key = Key(_text(stripe_object["object"]), _text(stripe_object.get("id") or ""))
    nested: list[Stored] = []
    data = _collapse_fields(stripe_object, key, nested)
    apart = LISTED_ON_THEIR_OWN.get(key.type, NOTHING)
    expanded = frozenset([name for name in apart if _is_list(stripe_object.get(name))]) if apart else NOTHING
    if expanded:
        data = {name: value for name, value in data.items() if name not in expanded}
    yield Stored(
        key=key,
        data=data,
        deleted=stripe_object.get("deleted") is True,
        parent=parent,
        position=position,
        expanded=expanded,
        cut_short=key.type in PARTS and is_cut_short(stripe_object),
    )
    yield from nested


def _text(value: str) -> str:
    """PostgreSQL takes no NUL; the untouched body of an event is kept as bytes."""
    return value.replace("\x00", "\ufffd") if "\x00" in value else value


def _is_list(value: Any) -> bool:
    return isinstance(value, dict) and value.get("object") == "list"


def _collapse_fields(fields: dict[str, Any], owner: Key, nested: list[Stored]) -> dict[str, Any]:
    """The fields as they are stored: the same dict where nothing of it has to change."""
    # All that a page of a list brings passes here: what is called for each field is what it costs.
    changed: dict[str, Any] = {}
    for name, value in fields.items():
        kind = type(value)
        if kind is str:
            if "\x00" in value:
                changed[name] = _text(value)
        elif kind is dict:
            collapsed = _cleaned(value) if name in FREE else _collapse_dict(value, owner, nested)
            if collapsed is not value:
                changed[name] = collapsed
        elif kind is list and value:
            changed[name] = _collapse(value, owner, nested)
    if changed:
        fields = {**fields, **changed}
    if "client_secret" in fields or "confirmation_secret" in fields:
        return {name: value for name, value in fields.items() if name not in SECRETS}
    return fields


def _collapse_dict(value: dict[str, Any], owner: Key, nested: list[Stored]) -> Any:
    if "object" not in value:
        return _collapse_fields(value, owner, nested) if value else value
    kind = value["object"]
    if kind == "list":
        for position, member in enumerate(value["data"]):
            if isinstance(member, dict) and member.get("object") in MIRRORED_TYPES:
                nested.extend(_take_apart(member, parent=owner, position=position))
        return [member["id"] if isinstance(member, dict) else member for member in value["data"]]
    if isinstance(kind, str) and kind in MIRRORED_TYPES and value.get("id"):
        nested.extend(_take_apart(value, parent=owner, position=None))
        return value["id"]
    return _collapse_fields(value, owner, nested)


def _collapse(value: Any, owner: Key, nested: list[Stored]) -> Any:
    if isinstance(value, dict):
        return _collapse_dict(value, owner, nested)
    if isinstance(value, list):
        return [_collapse(member, owner, nested) for member in value]
    return _text(value) if isinstance(value, str) else value


def _cleaned(value: Any) -> Any:
    """What people fill in: only there may names hold what a database refuses."""
    if isinstance(value, dict):
        return {_text(name): _cleaned(each) for name, each in value.items()}
    return _text(value) if isinstance(value, str) else value


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
    kept = {name: known[name] for name in KEPT_WHEN_ABSENT.get(form.key.type, NOTHING) if name in known}
    return {**kept, **form.data} if kept else form.data
