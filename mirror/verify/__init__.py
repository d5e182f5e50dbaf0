"""Compare the mirror with Stripe, both ways, and mend it."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from mirror.apply import Mirror
from mirror.gateway import Gateway
from mirror.gateway.lists import COMES_WITH, Listing
from mirror.stored import Key
from mirror.verify.finding import Finding, Problem
from mirror.verify.local import Local
from mirror.verify.look import Look
from mirror.verify.repair import Repair
from mirror.verify.sample import Sample
from mirror.verify.suspects import PAUSE_SECONDS, Suspects, Verdicts
from mirror.verify.walk import Unlisted, listed

__all__ = ["Finding", "Problem", "Verdicts", "Verification"]

Progress = Callable[[str, int], None]


class Verification:
    """Walks resources at Stripe and here. What differs counts only when it differs in the same way a second time."""

    def __init__(
        self,
        engine: AsyncEngine,
        gateway: Gateway,
        mirror: Mirror,
        *,
        subscriber_key: str,
        report: Callable[[Finding], None],
        progress: Progress = lambda _type, _compared: None,
        repair: bool = False,
        pause_seconds: float = PAUSE_SECONDS,
    ) -> None:
        self._engine = engine
        self._gateway = gateway
        self._account = mirror.account
        self._progress = progress
        self._local = Local(engine, mirror.account)
        self._look = Look(engine, gateway, mirror.account, subscriber_key)
        self._suspects = Suspects(
            engine,
            self._look,
            self._local,
            Repair(engine, mirror, subscriber_key) if repair else None,
            report,
            pause_seconds=pause_seconds,
        )

    async def run(self, listings: Sequence[Listing], *, sample: int | None = None) -> Verdicts:
        """Compare all of some resources, or so many objects of each at random. Raises the gateway's errors.

        Each object that differs is reported as soon as that is certain, and after it was mended where that was asked.
        """
        for listing in listings:
            if sample is None:
                await self._walk(listing)
                await self._look_here(listing)
            else:
                await self._sample(listing, Sample(self._engine, self._gateway, self._account, sample))
        await self._suspects.settle()
        if sample is None and any(listing.type == "customer" for listing in listings):
            # Links are made from what customers say, which is mended by now.
            async for finding in self._local.links():
                await self._suspects.add(finding.key, [finding])
            await self._suspects.settle()
        return self._suspects.verdicts

    async def _walk(self, listing: Listing) -> None:
        compared = 0
        unlisted = Unlisted(self._engine, self._account, listing.type)
        async for page in listed(self._gateway, self._account, listing):
            await self._compare(page)
            for id in await unlisted.after(page):
                await self._suspects.add(Key(listing.type, id), [])
            compared += len(page)
            self._progress(listing.type, compared)
        async for ids in unlisted.rest():
            for id in ids:
                await self._suspects.add(Key(listing.type, id), [])
        self._progress(listing.type, compared)

    async def _look_here(self, listing: Listing) -> None:
        for type in _with_parts(listing):
            async for orphans in self._local.orphans(type):
                for asked in orphans:
                    await self._suspects.add(asked, [])
            async for keys in self._local.keys(type):
                await self._compare_columns(keys)

    async def _sample(self, listing: Listing, sample: Sample) -> None:
        held = await sample.held(listing.type)
        await self._compare_columns(held)
        compared = 0
        for key in held:
            if found := await self._look.at(key):
                await self._suspects.add(key, found)
            compared += 1
            self._progress(listing.type, compared)
        async for page in sample.listed(listing):
            await self._compare(page)
            compared += len(page)
            self._progress(listing.type, compared)

    async def _compare(self, page: list[dict[str, Any]]) -> None:
        for asked, found in (await self._look.at_page(page)).items():
            await self._suspects.add(asked, found)

    async def _compare_columns(self, keys: Sequence[Key]) -> None:
        for key, finding in (await self._look.at_columns(keys)).items():
            await self._suspects.add(key, [finding])


def _with_parts(listing: Listing) -> tuple[str, ...]:
    """The resource and what comes with it; what may come with several, with the first of them."""
    return listing.type, *(part for part, owners in COMES_WITH.items() if owners[0] == listing.type)
