"""What Stripe told: every object by its kind and id, taken out of the objects that it came in."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

Object = dict[str, Any]
PARTS = ("items", "lines")
"""What these list exists as long as it is listed."""
ONLY_WHEN_EXPANDED = ("tiers",)
"""What Stripe sends only to those who ask; an answer without it does not say that it is gone."""


@dataclass(frozen=True)
class Told:
    """One object: its plain data, with ids where other objects were."""

    kind: str
    id: str
    data: Object
    at: int
    """When it was known to be true."""
    deleted: bool = False


class Books:
    def __init__(self) -> None:
        self._told: dict[tuple[str, str], Told] = {}

    def put(self, stripe_objects: Iterable[Object], at: int) -> None:
        told: dict[tuple[str, str], Object] = {}
        for each in stripe_objects:
            _without_objects(each, told)
        for (kind, id), data in told.items():
            self._keep(Told(kind, id, data, at, deleted=data.get("deleted") is True))

    def find(self, kind: str, id: str | None) -> Told | None:
        return self._told.get((kind, id)) if id else None

    def of_kind(self, kind: str) -> Iterator[Told]:
        return (told for told in self._told.values() if told.kind == kind)

    def _keep(self, told: Told) -> None:
        known = self.find(told.kind, told.id)
        before = known.data if known else {}
        kept = before if told.deleted else {name: before[name] for name in ONLY_WHEN_EXPANDED if name in before}
        told = replace(told, data={**kept, **told.data})
        self._told[told.kind, told.id] = told
        for name in PARTS:
            for id in set(before.get(name) or ()) - set(told.data.get(name) or ()):
                del self._told["subscription_item" if name == "items" else "line_item", id]


def _without_objects(value: Any, told: dict[tuple[str, str], Object]) -> Any:
    """The value with ids in place of the objects in it, which go into `told`."""
    if isinstance(value, str):
        # No database keeps NUL; the mirror has this in its place.
        return value.replace("\0", "\ufffd")
    if isinstance(value, list):
        return [_without_objects(member, told) for member in value]
    if not isinstance(value, dict):
        return value
    if value.get("object") == "list":
        return [_without_objects(member, told) for member in value["data"]]
    data = {name: _without_objects(member, told) for name, member in value.items()}
    if "object" not in data or not data.get("id"):
        return data
    told[data["object"], data["id"]] = data
    return data["id"]
