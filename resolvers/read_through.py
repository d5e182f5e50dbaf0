"""Customers that exist at Stripe and were never here: asked for when somebody names them."""

import asyncio
import re
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from mirror.apply import Mirror
from mirror.errors import NotFound
from mirror.gateway import Answer, Gateway
from mirror.gateway.call import Call
from mirror.gateway.lists import LISTED, page_of

BELONGING = ("subscription", "payment_method", "invoice", "invoiceitem", "charge")
"""Without these, a customer that just came would look as if it had none."""
WELL_FORMED = re.compile(r"cus_[A-Za-z0-9_]{1,250}")
AT_FIRST = 20
"""Of each, newest first; the rest comes in the background."""
ABSENT_SECONDS = 60.0
"""How long Stripe's no is good for."""
MOST_ABSENT = 10_000
PATIENCE_SECONDS = 10.0


class ReadThrough:
    """Asks for each customer once at a time, whoever waits for it, and remembers for a while which do not exist."""

    def __init__(self) -> None:
        self._absent: dict[str, float] = {}
        self._under_way: dict[str, asyncio.Task[bool]] = {}

    async def customer(self, gateway: Gateway, mirror: Mirror, id: str, *, remembered: bool = True) -> bool:
        """Put the customer away with what belongs to it. False when Stripe has none of that id, or cannot have one.

        `remembered` allows a no of a moment ago. Raises the gateway's errors, and then nothing is put away.
        """
        if not WELL_FORMED.fullmatch(id):
            return False
        if remembered and self._absent.get(id, 0.0) > time.monotonic():
            return False
        task = self._under_way.get(id)
        if task is None:
            task = asyncio.create_task(self._fetch(gateway, mirror, id))
            self._under_way[id] = task
            task.add_done_callback(lambda _task: self._under_way.pop(id))
        # Who stops waiting does not end it for the others.
        return await asyncio.shield(task)

    async def _fetch(self, gateway: Gateway, mirror: Mirror, id: str) -> bool:
        with gateway.within(PATIENCE_SECONDS):
            try:
                customer = await gateway.fetch("customer", id)
            except NotFound:
                self._remember(id)
                return False
            belongings = [] if customer.data.get("deleted") else await first_pages(gateway, id)
            # All at once, so that nobody sees the customer without them.
            await mirror.settle([customer, *(page for _, page in belongings)])
        for call, page in belongings:
            if page.data.get("has_more"):
                mirror.background.start(_rest(gateway, mirror, call, page))
        return True

    def _remember(self, id: str) -> None:
        if len(self._absent) >= MOST_ABSENT:
            del self._absent[next(iter(self._absent))]
        self._absent.pop(id, None)
        self._absent[id] = time.monotonic() + ABSENT_SECONDS


async def first_pages(gateway: Gateway, customer: str) -> Sequence[tuple[Call, Answer]]:
    """The newest of what belongs to a customer, a page of each kind. Raises the gateway's errors."""
    calls = [_of(customer, page_of(LISTED[type], limit=AT_FIRST)) for type in BELONGING]
    pages = await asyncio.gather(*(gateway.send(call) for call in calls), return_exceptions=True)
    found: list[tuple[Call, Answer]] = []
    for call, page in zip(calls, pages, strict=True):
        if isinstance(page, BaseException):
            raise page
        found.append((call, page))
    return found


async def _rest(gateway: Gateway, mirror: Mirror, call: Call, page: Answer) -> None:
    last: Any = page.data["data"][-1]["id"]
    async for further in gateway.pages(replace(call, params={**call.params, "limit": 100, "starting_after": last})):
        if mirror.background.closing:
            return
        await mirror.settle([further])


def _of(customer: str, call: Call) -> Call:
    return replace(call, params={**call.params, "customer": customer})
