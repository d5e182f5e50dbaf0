"""Objects that the next statement reads, so that no statement is nested too deeply for its database."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from db.tables import Mirrored
from resolvers.reading.selection import Selected


@dataclass(frozen=True, slots=True)
class Deferred:
    """The same fields of several rows of one table, by their ids."""

    table: type[Mirrored]
    fields: Sequence[Selected]
    places: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    """Where in the answer the objects belong: empty ones, to be filled. What stays here was not found."""

    def place(self, id: str | None) -> dict[str, Any] | None:
        if id is None:
            return None
        empty: dict[str, Any] = {}
        self.places[id].append(empty)
        return empty

    def fill(self, rows: Iterable[tuple[str, dict[str, Any]]]) -> None:
        """Fill the places of the rows that were found."""
        for id, value in rows:
            for place in self.places.pop(id):
                place.update(value)
