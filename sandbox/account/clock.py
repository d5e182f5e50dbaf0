"""The sandbox's own time: real time plus an offset, or held still while the clock is being advanced."""

import heapq
import time
from collections.abc import Iterable

Timer = tuple[int, int, str, str]
Kept = tuple[str, int, int, str, str]


class Clock:
    """Seconds since 1970, UTC."""

    def __init__(self) -> None:
        self.offset = 0
        self.held: int | None = None

    def now(self) -> int:
        """The time for everything that is not bound to a test clock."""
        return self.held if self.held is not None else int(time.time()) + self.offset

    def release_at(self, moment: int) -> None:
        """Lets time run on from a moment."""
        self.held = None
        self.offset = moment - int(time.time())


class Timers:
    """What is to happen when, per test clock ("" is the sandbox's own time). Stale ones are ignored on firing."""

    def __init__(self) -> None:
        self._heaps: dict[str, list[Timer]] = {}
        self._sequence = 0
        self._set: list[Kept] = []
        self._taken: list[tuple[int]] = []
        self._recording = False

    def set(self, clock: str, due: int, action: str, id: str) -> None:
        """Remembers to do something to an object at a time."""
        self._sequence += 1
        heapq.heappush(self._heaps.setdefault(clock, []), (due, self._sequence, action, id))
        if self._recording:
            self._set.append((clock, due, self._sequence, action, id))

    def set_many(self, timers: Iterable[tuple[str, int, str, str]]) -> None:
        """The same for many at once, by clock, due, action and id."""
        first = self._sequence + 1
        self.load((clock, due, place, action, id) for place, (clock, due, action, id) in enumerate(timers, first))

    def load(self, timers: Iterable[Kept]) -> None:
        """Takes over timers that were kept elsewhere; they count as recorded."""
        for clock, due, sequence, action, id in timers:
            self._sequence = max(self._sequence, sequence)
            self._heaps.setdefault(clock, []).append((due, sequence, action, id))
        for heap in self._heaps.values():
            heapq.heapify(heap)

    def record(self) -> None:
        """From now on remembers what changes, for `recorded`."""
        self._recording = True

    def recorded(self) -> tuple[list[Kept], list[tuple[int]]]:
        """What was set and what was taken since the last time."""
        changes = self._set, self._taken
        self._set, self._taken = [], []
        return changes

    def waiting(self) -> list[Kept]:
        """All that is to come."""
        return [(clock, *timer) for clock, heap in self._heaps.items() for timer in heap]

    def next_due(self, clock: str) -> int | None:
        """When the next one is due."""
        heap = self._heaps.get(clock)
        return heap[0][0] if heap else None

    def count(self, clock: str) -> int:
        """How many are to come on a clock, stale ones included."""
        return len(self._heaps.get(clock, ()))

    def upcoming(self, clock: str, most: int) -> list[Timer]:
        """The next ones in their order, without looking at all of them: a timer is never due before its parent."""
        heap = self._heaps.get(clock, [])
        front = [(heap[0], 0)] if heap else []
        found: list[Timer] = []
        while front and len(found) < most:
            timer, place = heapq.heappop(front)
            found.append(timer)
            for child in (2 * place + 1, 2 * place + 2):
                if child < len(heap):
                    heapq.heappush(front, (heap[child], child))
        return found

    def take(self, clock: str) -> Timer:
        """Takes the next one out."""
        timer = heapq.heappop(self._heaps[clock])
        if self._recording:
            self._taken.append((timer[1],))
        return timer

    def drop(self, clock: str) -> None:
        """Forgets those of a test clock that is deleted."""
        dropped = self._heaps.pop(clock, [])
        if self._recording:
            self._taken += [(timer[1],) for timer in dropped]
