"""Lists cut into windows by time of creation, so that several workers can walk along one list. Pure but for waiting."""

import asyncio
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from db.syncs import Window
from mirror.gateway.lists import LISTED

STRIPE_BEGAN = 1_262_304_000
"""2010: nothing is older, or nearly nothing."""
WORTH_CUTTING = 4
"""How many times as long as the last page what is left must be."""


def created(stripe_object: Mapping[str, Any]) -> int | None:
    """When Stripe's lists say that an object was made (whole seconds, UTC); invoice items call it `date`."""
    moment = stripe_object.get("created") or stripe_object.get("date")
    return moment if isinstance(moment, int) else None


def rest_of(window: Window, page: Mapping[str, Any]) -> Window:
    """What is left of a window after a page of it."""
    objects: Sequence[Mapping[str, Any]] = page["data"]
    if not objects:
        return replace(window, done=True)
    reached = created(objects[-1])
    too_old = not LISTED[window.type].by_created and reached is not None and reached < window.earliest
    return replace(
        window,
        reached=window.reached if reached is None else reached,
        after=objects[-1]["id"],
        objects=window.objects + len(objects),
        done=not page.get("has_more") or too_old,
    )


def cut(window: Window, page: Mapping[str, Any], number: int, began: int) -> tuple[Window, Window] | None:
    """What is left of a window in two: the newer half, which it goes on with, and the older one. None if not worth it.

    It is cut as if nothing were older than `began`; what is, is in the older half. A second belongs to one window
    whole, so that nothing is lost or listed twice between them.
    """
    newest = created(page["data"][0]) if page["data"] else None
    if window.test_clock or not LISTED[window.type].by_created or window.reached is None or newest is None:
        return None
    oldest = max(window.earliest, began if began < window.reached else STRIPE_BEGAN)
    left = window.reached - oldest
    if left < 2 or left < WORTH_CUTTING * (newest - window.reached):
        return None
    middle = oldest + left // 2 + 1
    older = Window(window.type, number, earliest=window.earliest, latest=middle - 1)
    return replace(window, earliest=middle), older


class Windows:
    """The windows that are still to be walked, for workers who take them and cut them."""

    def __init__(self, windows: Iterable[Window], *, began: int = STRIPE_BEGAN) -> None:
        """`began` is a guess at when the first of the objects were made (whole seconds, UTC)."""
        every = list(windows)
        self._began = began
        self._waiting = deque(window for window in every if not window.done)
        self._numbers = Counter({window.type: 0 for window in every})
        for window in every:
            self._numbers[window.type] = max(self._numbers[window.type], window.number)
        self._walked = 0
        self._idle = 0
        self._promised = 0
        self._change = asyncio.Condition()

    async def take(self) -> Window | None:
        """The next one; None when there is none any more, and nobody walks along one that could be cut."""
        async with self._change:
            self._idle += 1
            await self._change.wait_for(lambda: self._waiting or not self._walked)
            self._idle -= 1
            if not self._waiting:
                return None
            self._walked += 1
            return self._waiting.popleft()

    async def walked(self) -> None:
        """One that was taken has come to its end."""
        async with self._change:
            self._walked -= 1
            self._change.notify_all()

    def cut(self, window: Window, page: Mapping[str, Any]) -> tuple[Window, Window] | None:
        """Cut a window, if somebody has nothing to do. The older half is to be offered, once it is kept."""
        if self._idle <= len(self._waiting) + self._promised:
            return None
        halves = cut(window, page, self._numbers[window.type] + 1, self._began)
        if halves is not None:
            self._numbers[window.type] += 1
            self._promised += 1
        return halves

    async def offer(self, window: Window) -> None:
        async with self._change:
            self._promised -= 1
            self._waiting.append(window)
            self._change.notify()
