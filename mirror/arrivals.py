"""The objects that are on their way in, and what is decided about each. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mirror.order import Decision, Seen, decide
from mirror.stored import PART_TYPES, Key, Stored, with_what_was_known
from mirror.write import Known


@dataclass(frozen=True, slots=True)
class Arrival:
    form: Stored
    seen: Seen
    asked_after: int | None = None
    """The revision that was known when Stripe was asked for this (0: none was); None where nobody asked."""


def revision(known: Known | None) -> int:
    return known.revision if known else 0


class Arrivals:
    """The newest arrival of each object."""

    def __init__(self, pinned_version: str) -> None:
        self._pinned_version = pinned_version
        self._by_key: dict[Key, Arrival] = {}

    def take(self, forms: Iterable[Stored], seen: Seen, *, known: Mapping[Key, Known | None]) -> None:
        """`known` is what had been looked up before Stripe was asked; empty where nobody asked."""
        for form in forms:
            waiting = self._by_key.get(form.key)
            if waiting is not None and seen.latest < waiting.seen.earliest:
                continue
            if waiting is not None:
                self._discard_parts_of(form.key)
            asked_after = revision(known[form.key]) if form.key in known else None
            self._by_key[form.key] = Arrival(form, seen, asked_after)

    def parts_of(self, owner: Key) -> list[Stored]:
        return [
            arrival.form
            for key, arrival in self._by_key.items()
            if key.type in PART_TYPES and arrival.form.parent == owner
        ]

    def _discard_parts_of(self, owner: Key) -> None:
        """Another form of the owner brings its own parts; those that it does not list any more must not stay."""
        for part in self.parts_of(owner):
            del self._by_key[part.key]

    def keys(self) -> list[Key]:
        return list(self._by_key)

    def __contains__(self, key: Key) -> bool:
        return key in self._by_key

    def __getitem__(self, key: Key) -> Arrival:
        return self._by_key[key]

    def decided(self, known: Mapping[Key, Known | None]) -> dict[Key, Decision]:
        decisions = {key: self._decide(arrival, known.get(key)) for key, arrival in self._by_key.items()}
        for key, arrival in self._by_key.items():
            owner = arrival.form.parent if key.type in PART_TYPES else None
            # An owner that is old news brings parts that it may have lost since.
            if owner is not None and known.get(key) is None and decisions.get(owner) is Decision.DROP:
                decisions[key] = Decision.DROP
        return decisions

    def _decide(self, arrival: Arrival, known: Known | None) -> Decision:
        if known is not None and known.deleted and arrival.form.key.type not in PART_TYPES:
            return Decision.DROP
        if arrival.form.deleted or arrival.asked_after == revision(known):
            return Decision.APPLY
        decision = decide(arrival.seen, known.seen if known else None, pinned_version=self._pinned_version)
        if decision is Decision.REFETCH and known is not None and self._says_the_same(arrival, known):
            return Decision.DROP
        return decision

    def _says_the_same(self, arrival: Arrival, known: Known) -> bool:
        same_version = arrival.seen.api_version == known.seen.api_version
        return same_version and with_what_was_known(arrival.form, known.data) == known.data
