"""What it means that the mirror is right, written once. Pure.

It holds the stored form of what Stripe would answer now, and its typed rows are what the stored JSON says.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from db.row import typed_columns
from db.tables import Mirrored
from mirror.stored import SECRETS, Key, Stored, with_what_was_known

HIDDEN = "(a secret)"
WHOLE_ROW = "(the whole row)"
SILENT: Mapping[str, frozenset[str]] = {
    "customer": frozenset({"next_invoice_sequence"}),
    # A copy of the item's price, from the time before prices: a price that changes is told of as a price.
    "subscription_item": frozenset({"plan.active", "plan.metadata", "plan.nickname"}),
}
"""What Stripe changes without an event and nothing here reads, by dotted paths: different, but no sign that the mirror
fell behind. All else that changes silently is asked for when its cause arrives (mirror/silent.py)."""
SILENT_ON_DRAFTS = frozenset({"customer_tax_ids"})
"""Until it is finalized, an invoice shows its customer as it is, and tax ids are not mirrored, to be compared with."""
OWNERS: Mapping[str, tuple[str, str]] = {
    "subscription_item": ("subscription", "items"),
    "line_item": ("invoice", "lines"),
}
"""By the type of a part: the type of what lists it, which is also the name of its reference, and the list's name."""


class Absent(Enum):
    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT
"""Not there at all, which is not null."""


class Unreadable(Exception):
    """Stored JSON that is nothing that Stripe ever sent."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field, by its dotted path. Secrets are not shown."""

    path: str
    right: Any
    """What Stripe says; of a typed column, what the stored JSON says. ABSENT where it is not there."""
    held: Any
    silent: bool = False
    """Whether Stripe changes it without an event and nothing here reads it."""


@dataclass(frozen=True, slots=True)
class Held:
    """What the mirror holds of one object, with what its typed row depends on besides its own JSON."""

    key: Key
    data: Mapping[str, Any]
    deleted: bool
    observed_at: int
    """Whole seconds, UTC: the latest moment at which this copy was true."""
    table: type[Mirrored] | None
    """None for a type without typed columns."""
    row: Mapping[str, Any] | None
    """Its typed row by column name; None where there is none."""
    claimed_subscriber: str | None = None
    """Of a customer: the subscriber id in its metadata."""
    owner: Mapping[str, Any] | None = None
    """Of a part: the JSON of what should list it, where that is here and not deleted."""
    items: tuple[Mapping[str, Any], ...] = ()
    """Of a subscription: the JSON of those of its items that are here and not deleted."""


def differing_fields(form: Stored, data: Mapping[str, Any], *, deleted: bool) -> list[Difference]:
    """How what is stored differs from what Stripe answered. What is only there when expanded may be absent."""
    if form.deleted or deleted:
        return [] if form.deleted == deleted else [Difference("deleted", form.deleted, deleted)]
    right = with_what_was_known(form, data)
    silent = _silent_fields(right)
    return [
        Difference(path, _shown(path, one), _shown(path, other), silent=_is_below(path, silent))
        for path, one, other in _differing(right, data, "")
    ]


def differing_columns(held: Held) -> list[Difference]:
    """How the typed row differs from what the stored JSON says."""
    if held.table is None:
        return []
    if held.row is None:
        return [Difference(WHOLE_ROW, "a row", ABSENT)]
    row = held.row
    try:
        columns = right_columns(held)
    except Unreadable as unreadable:
        return [Difference(WHOLE_ROW, "what the JSON says", str(unreadable))]
    return [Difference(name, value, row[name]) for name, value in columns.items() if not _same(value, row[name])]


def first_to_end(items: Iterable[Mapping[str, Any]]) -> tuple[Any, Any]:
    """Begin and end of the period of the item whose period ends first; one without an end comes last."""

    def place(item: Mapping[str, Any]) -> tuple[bool, int, str]:
        end = item.get("current_period_end")
        return end is None, end or 0, item.get("id") or ""

    first = min(items, key=place, default={})
    return first.get("current_period_start"), first.get("current_period_end")


def right_columns(held: Held) -> dict[str, Any]:
    """The typed row that the stored JSON makes, by column name; the place of a part only where its owner is here.

    Raises Unreadable.
    """
    assert held.table is not None
    try:
        columns = typed_columns(held.table, held.data)
    except (AttributeError, KeyError, TypeError) as error:
        raise Unreadable("JSON that cannot be read") from error
    columns |= {"deleted": held.deleted, "observed_at": held.observed_at}
    if held.key.type == "customer":
        columns["claimed_subscriber"] = held.claimed_subscriber
    if held.key.type == "subscription":
        columns["current_period_start"], columns["current_period_end"] = first_to_end(held.items)
    listed = _listed(held.owner, OWNERS[held.key.type][1]) if held.owner is not None else None
    if listed is not None:
        columns["deleted"] = held.key.id not in listed
        if held.key.id in listed:
            columns["position"] = listed.index(held.key.id)
    return columns


def _listed(owner: Mapping[str, Any], name: str) -> list[str] | None:
    listed = owner.get(name)
    return listed if isinstance(listed, list) else None


def _silent_fields(data: Mapping[str, Any]) -> frozenset[str]:
    if data.get("object") == "invoice" and data.get("status") == "draft":
        return SILENT_ON_DRAFTS
    return SILENT.get(data.get("object", ""), frozenset())


def _differing(one: Any, other: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for name in sorted(one.keys() | other.keys()):
            yield from _differing(one.get(name, ABSENT), other.get(name, ABSENT), f"{path}.{name}" if path else name)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, (each, its) in enumerate(zip(one, other, strict=True)):
            yield from _differing(each, its, f"{path}.{place}")
    elif not _same(one, other):
        yield path, one, other


def _is_below(path: str, names: Iterable[str]) -> bool:
    return any(path == name or path.startswith(f"{name}.") for name in names)


def _same(one: Any, other: Any) -> bool:
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _shown(path: str, value: Any) -> Any:
    if value is not ABSENT and value is not None and path.rpartition(".")[2] in SECRETS:
        return HIDDEN
    if isinstance(value, Mapping):
        return {name: _shown(name, each) for name, each in value.items()}
    return [_shown("", each) for each in value] if isinstance(value, list) else value
