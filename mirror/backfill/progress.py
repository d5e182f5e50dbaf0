"""How far a sync has come, for whoever watches it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from db.syncs import Window
from mirror.backfill.windows import STRIPE_BEGAN
from mirror.gateway.lists import TABLE_NAMES


@dataclass
class ListProgress:
    """One resource. `expected` is a guess at how many there are in all; None where there is no ground for one."""

    name: str
    objects: int = 0
    """With those of before, when the sync goes on from there."""
    before: int = 0
    expected: int | None = None
    done: bool = False


@dataclass
class Progress:
    """`step` is what is being done, a few words; `looked_at` of `to_look_at` objects of a step that is not a list."""

    step: str = ""
    looked_at: int = 0
    to_look_at: int = 0
    gone: int = 0
    """Found to be gone at Stripe, or changed without a word."""
    failed: int = 0
    """Objects that could not be taken over."""
    lists: dict[str, ListProgress] = field(default_factory=dict)
    """By type."""
    _windows: dict[tuple[str, int], Window] = field(default_factory=dict)
    _newest: dict[str, int] = field(default_factory=dict)

    def begin_list(self, type: str, windows: Iterable[Window]) -> None:
        self.lists[type] = ListProgress(TABLE_NAMES[type])
        self.moved(windows)
        self.lists[type].before = self.lists[type].objects

    @property
    def oldest(self) -> int | None:
        """When the oldest object was made of what was listed so far (whole seconds, UTC), None before there is one."""
        return min((window.reached for window in self._windows.values() if window.reached is not None), default=None)

    def moved(self, windows: Iterable[Window]) -> None:
        """Windows have come so far."""
        types = set()
        for window in windows:
            self._windows[window.type, window.number] = window
            types.add(window.type)
            if window.reached is not None:
                self._newest[window.type] = max(self._newest.get(window.type, 0), window.latest or window.reached)
        for type in types:
            own = [window for (each, _), window in self._windows.items() if each == type]
            found = self.lists[type]
            found.objects = sum(window.objects for window in own)
            found.done = all(window.done for window in own)
            found.expected = found.objects if found.done else self._expected(found.objects, type, own)

    def _expected(self, objects: int, type: str, windows: list[Window]) -> int | None:
        """As many more to a second of what is left as there were to one of what was walked."""
        newest = self._newest.get(type)
        if newest is None or not objects:
            return None
        left = walked = 0
        for window in windows:
            top = newest if window.latest is None else window.latest
            reached = top if window.reached is None else window.reached
            walked += top - reached
            if not window.done:
                left += max(0, reached - max(window.earliest, STRIPE_BEGAN))
        return objects + round(objects * left / walked) if walked > 0 else None
