"""Questions to Stripe about single objects, each under way once at a time."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from mirror.errors import Unavailable
from mirror.gateway import Answer, Gateway
from mirror.order import Seen
from mirror.stored import Key, is_cut_short

AT_ONCE = 16
"""How many questions of one process are under way."""


class Asking:
    """Those who ask the same thing share an answer, if it was asked for after they wanted to know.

    What is under way already may have left Stripe before the need arose, so a newcomer waits for the next answer, and
    shares it with all who come until that one is asked for.
    """

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._room = asyncio.Semaphore(AT_ONCE)
        self._under_way: dict[Key, asyncio.Task[list[Answer]]] = {}
        self._next: dict[Key, asyncio.Task[list[Answer]]] = {}

    async def ask(self, question: Key) -> list[Answer]:
        """The object as it is now, with all of its parts; for `invoice_payments` those of the invoice with that id.

        Raises the gateway's errors.
        """
        task = self._next.get(question)
        if task is None:
            before = self._under_way.get(question)
            task = asyncio.create_task(self._answer(question, before), context=self._gateway.without_deadline())
            task.add_done_callback(_look_at)
            self._next[question] = task
        try:
            async with asyncio.timeout_at(self._gateway.deadline):
                return await asyncio.shield(task)
        except TimeoutError:
            raise Unavailable("Stripe did not answer in time.") from None

    async def close(self) -> None:
        """End what is under way."""
        tasks = [*self._under_way.values(), *self._next.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _answer(self, question: Key, before: asyncio.Task[list[Answer]] | None) -> list[Answer]:
        try:
            if before is not None:
                await asyncio.wait([before])
            await self._room.acquire()
        finally:
            # From here on, whoever comes is too late for this answer.
            task = self._next.pop(question)
        self._under_way[question] = task
        try:
            return await self._fetch(question)
        finally:
            self._room.release()
            if self._under_way.get(question) is task:
                del self._under_way[question]

    async def _fetch(self, question: Key) -> list[Answer]:
        if question.type == "invoice_payments":
            return [page async for page in self._gateway.invoice_payments(invoice=question.id)]
        answer = await self._gateway.fetch(question.type, question.id)
        return [await self._whole(answer) if is_cut_short(answer.data) else answer]

    async def _whole(self, answer: Answer) -> Answer:
        id = answer.data["id"]
        if answer.data["object"] == "subscription":
            name, pages = "items", self._gateway.subscription_items(id)
        else:
            name, pages = "lines", self._gateway.invoice_lines(id)
        members, read_at = await _members(pages)
        seen = Seen(answer.seen.earliest, max(answer.seen.latest, read_at), answer.seen.api_version)
        return Answer({**answer.data, name: {"object": "list", "data": members}}, seen, answer.request_id)


async def _members(pages: AsyncIterator[Answer]) -> tuple[list[dict[str, Any]], int]:
    members: list[dict[str, Any]] = []
    read_at = 0
    async for page in pages:
        members.extend(page.data["data"])
        read_at = page.seen.latest
    return members, read_at


def _look_at(task: asyncio.Task[Any]) -> None:
    """An answer that nobody waits for any more is no fault."""
    if not task.cancelled():
        task.exception()
