"""The objects that are on their way in, and what is decided about each. Pure."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from mirror.known import Known
from mirror.order import Decision, Seen, decide
from mirror.stored import PART_TYPES, Key, Stored, with_what_was_known


class Arrival(NamedTuple):
    form: Stored
    seen: Seen
    asked_after: int | None = None
    """The revision that was known when Stripe was asked for this (0: none was); None where nobody asked."""
    disputed: bool = False
    """Whether another form of it is as new as this one."""


def revision(known: Known | None) -> int:
    return known.revision if known else 0


class Arrivals:
    """The newest arrival of each object."""

    def __init__(self, pinned_version: str) -> None:
        self._pinned_version = pinned_version
        self._by_key: dict[Key, Arrival] = {}
        self._parts: dict[Key, dict[Key, None]] = {}

    def hear(self, forms: Iterable[Stored], seen: Seen) -> None:
        """Take forms of which nobody knows whether they are newer than what was heard in the same second."""
        old_news: set[Key] = set()
        for form in forms:
            if form.parent in old_news and form.key.type in PART_TYPES:
                continue
            waiting = self._by_key.get(form.key)
            if waiting is None or (form.deleted and not waiting.form.deleted):
                self._put(Arrival(form, seen))
            elif waiting.form.deleted or seen.latest < waiting.seen.earliest:
                old_news.add(form.key)
            elif seen.earliest > waiting.seen.latest:
                self._put(Arrival(form, seen))
            elif form.data != waiting.form.data or seen.api_version != waiting.seen.api_version:
                self._put(Arrival(form, seen, disputed=True))

    def take(self, forms: Iterable[Stored], seen: Seen, *, known: Mapping[Key, Known | None]) -> None:
        """Take what Stripe answered, later than what was taken before.

        `known` is what had been looked up before Stripe was asked; empty where nobody asked.
        """
        for form in forms:
            waiting = self._by_key.get(form.key)
            if waiting is not None and seen.latest < waiting.seen.earliest:
                continue
            if waiting is not None and waiting.form.deleted and not form.deleted and form.key.type not in PART_TYPES:
                # An invoice still shows the discount that was on it, when that is gone.
                continue
            if waiting is not None:
                # What is only there when expanded stays, should this one be a part of another object.
                form = form._replace(data=with_what_was_known(form, waiting.form.data))
            self._put(Arrival(form, seen, revision(known[form.key]) if form.key in known else None))

    def parts_of(self, owner: Key) -> list[Stored]:
        return [self._by_key[part].form for part in self._parts.get(owner, ())]

    def _put(self, arrival: Arrival) -> None:
        key, parent = arrival.form.key, arrival.form.parent
        waiting = self._by_key.get(key)
        if waiting is not None:
            # Another form of an owner brings its own parts; those that it does not list any more must not stay.
            for part in self._parts.pop(key, ()):
                del self._by_key[part]
            if key.type in PART_TYPES and waiting.form.parent is not None:
                self._parts[waiting.form.parent].pop(key)
        self._by_key[key] = arrival
        if parent is not None and key.type in PART_TYPES:
            self._parts.setdefault(parent, {})[key] = None

    def forms(self) -> list[Stored]:
        return [arrival.form for arrival in self._by_key.values()]

    def __contains__(self, key: Key) -> bool:
        return key in self._by_key

    def __getitem__(self, key: Key) -> Arrival:
        return self._by_key[key]

    def decided(self, known: Mapping[Key, Known | None]) -> dict[Key, Decision]:
        decisions = {key: self._decide(arrival, known.get(key)) for key, arrival in self._by_key.items()}
        for key, arrival in self._by_key.items():
            owner = arrival.form.parent if key.type in PART_TYPES else None
            of_owner = decisions.get(owner) if owner is not None else None
            before = known.get(key)
            if of_owner is Decision.DROP:
                # An owner that is old news brings parts that it may have lost since, or had lost before.
                if before is None or before.deleted:
                    decisions[key] = Decision.DROP
            elif of_owner is Decision.APPLY and before is not None and self._says_no_more(arrival, before):
                # Its place in the list may be another one.
                decisions[key] = Decision.APPLY
        return decisions

    def _decide(self, arrival: Arrival, known: Known | None) -> Decision:
        if known is not None and known.deleted and arrival.form.key.type not in PART_TYPES:
            return Decision.DROP
        if arrival.form.deleted or arrival.asked_after == revision(known):
            return Decision.APPLY
        decision = decide(arrival.seen, known.seen if known else None, pinned_version=self._pinned_version)
        if arrival.disputed:
            return Decision.DROP if decision is Decision.DROP else Decision.REFETCH
        if decision is Decision.REFETCH and known is not None and self._says_no_more(arrival, known):
            return Decision.DROP
        return decision

    def _says_no_more(self, arrival: Arrival, known: Known) -> bool:
        """Whether it is no older than what is known, and the same."""
        same_version = arrival.seen.api_version == known.seen.api_version
        as_new = arrival.seen.latest >= known.seen.earliest and arrival.form.deleted is known.deleted
        return same_version and as_new and with_what_was_known(arrival.form, known.data) == known.data
