"""The sandbox's own time: real time plus an offset, or held still while the clock is being advanced."""

import heapq
import time

Timer = tuple[int, int, str, str]


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

    def set(self, clock: str, due: int, action: str, id: str) -> None:
        """Remembers to do something to an object at a time."""
        self._sequence += 1
        heapq.heappush(self._heaps.setdefault(clock, []), (due, self._sequence, action, id))

    def next_due(self, clock: str) -> int | None:
        """When the next one is due."""
        heap = self._heaps.get(clock)
        return heap[0][0] if heap else None

    def take(self, clock: str) -> Timer:
        """Takes the next one out."""
        return heapq.heappop(self._heaps[clock])

    def drop(self, clock: str) -> None:
        """Forgets those of a test clock that is deleted."""
        self._heaps.pop(clock, None)
