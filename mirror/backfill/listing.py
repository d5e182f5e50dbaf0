"""Walk along Stripe's lists."""

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from db.syncs import Window
from mirror.apply import read
from mirror.backfill.lane import Lane, Page
from mirror.backfill.patience import persistently
from mirror.backfill.run import Run
from mirror.backfill.windows import STRIPE_BEGAN, Windows, created, rest_of
from mirror.errors import Refused
from mirror.gateway import Answer
from mirror.gateway.lists import LISTED, Listing, page_of

MEETING = frozenset({"customer", "payment_method", "invoice", "invoiceitem", "subscription"})
"""Transactions with these, and with discounts, would wait for each other: mirror/silent.py tells at what they meet."""
COMES_ANYWAY = {"data.payments": "invoice_payment"}
"""What is expanded and has a list of its own, by the type of that list."""


class Walk:
    """Some windows walked to their ends: several workers fetch, and what they fetched is put away in lanes.

    Pages of one type stay in their order, since the next one is never kept as walked before the one before it is here.
    """

    def __init__(
        self, run: Run, windows: Iterable[Window], *, coming: frozenset[str], concurrency: int, one_writer: bool
    ) -> None:
        """`coming` are the types that are listed after these, so that the door need not ask for them.

        `one_writer` tells that the database knows no transactions that write side by side.
        """
        self._run = run
        self._windows = Windows(windows, began=run.progress.oldest or STRIPE_BEGAN)
        self._concurrency = concurrency
        first = Lane(run, coming)
        self._lanes = (first, first if one_writer else Lane(run, coming))
        self._listings = {type: _without_what_comes(LISTED[type], run.types) for type in run.types}

    async def walk(self) -> None:
        async with asyncio.TaskGroup() as group:
            lanes = set(self._lanes)
            for lane in lanes:
                group.create_task(lane.put_away())
            async with asyncio.TaskGroup() as workers:
                for _ in range(self._concurrency):
                    workers.create_task(self._work())
            for lane in lanes:
                await lane.end()

    async def _work(self) -> None:
        while (window := await self._windows.take()) is not None:
            await self._walk(window)
            await self._windows.walked()

    async def _walk(self, window: Window) -> None:
        lane = self._lanes[window.type in MEETING]
        while not window.done:
            answer = await self._fetch(window)
            rest = rest_of(window, answer.data)
            halves = None if rest.done else self._windows.cut(rest, answer.data)
            page = _trimmed(answer, window, self._run.types)
            await lane.put(Page(page, read(page), (rest,) if halves is None else halves))
            window = rest
            if halves is not None:
                window, older = halves
                # Not before: what is walked must not be kept before that it is there.
                await self._windows.offer(older)

    async def _fetch(self, window: Window) -> Answer:
        listing = self._listings[window.type]

        def ask(after: str | None, latest: int | None) -> Any:
            call = page_of(
                listing,
                earliest=window.earliest or None,
                latest=latest,
                after=after,
                test_clock=window.test_clock or None,
            )
            return persistently(lambda: self._run.gateway.send(call), self._run.say)

        try:
            answer: Answer = await ask(window.after, window.latest)
        except Refused as error:
            if window.after is None or error.refusal.param != "starting_after":
                raise
            # What was listed last is gone: what was made in the same second is listed again.
            answer = await ask(None, window.latest if window.reached is None else window.reached)
        return answer


def _without_what_comes(listing: Listing, types: Collection[str]) -> Listing:
    return replace(listing, expand=tuple(each for each in listing.expand if COMES_ANYWAY.get(each) not in types))


def _trimmed(page: Answer, window: Window, types: Collection[str]) -> Answer:
    """Without what is too old, and without what is inside and has a list of its own, which is read too."""
    objects: list[dict[str, Any]] = page.data["data"]
    if not LISTED[window.type].by_created:
        objects = [each for each in objects if (created(each) or window.earliest) >= window.earliest]
    for each in objects:
        if window.type == "payment_intent" and "payment_method" in types:
            for owner in (each, each.get("last_payment_error") or {}):
                # Those that no customer keeps are in no list.
                method = owner.get("payment_method")
                if isinstance(method, dict) and method.get("customer"):
                    owner["payment_method"] = method["id"]
        if window.type == "subscription" and "price" in types:
            for item in each["items"]["data"]:
                _only_named(item, "price")
        if window.type in ("subscription", "invoice") and "coupon" in types:
            for discount in each.get("discounts") or ():
                if isinstance(discount, dict):
                    _only_named(discount.get("source"), "coupon")
    return replace(page, data={**page.data, "data": objects})


def _only_named(owner: Any, name: str) -> None:
    if isinstance(owner, dict) and isinstance(owner.get(name), dict):
        owner[name] = owner[name]["id"]
