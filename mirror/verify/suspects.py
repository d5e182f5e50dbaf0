"""What seems to differ, until it is certain."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncEngine

from mirror.stored import Key
from mirror.verify.finding import Finding, Problem
from mirror.verify.local import LINK, Local
from mirror.verify.look import Look
from mirror.verify.repair import Repair
from mirror.verify.waiting import waiting

AT_ONCE = 500
"""Suspects that are looked at again together: the pause before that is theirs together too."""
SIDE_BY_SIDE = 8
PAUSE_SECONDS = 2.0
"""Before another look: the event that tells of a change may be on its way."""
LOOKS = 4
"""What differs in another way each time is changing, and followed."""

Found = list[Finding]


@dataclass(slots=True)
class Verdicts:
    """How many problems of objects there are. One object may have one with Stripe, and one with its typed columns."""

    drift: int = 0
    """Not mended."""
    mended: int = 0
    waiting: int = 0
    """An event about the object is stored and not applied yet."""
    silent: int = 0
    """Only in what Stripe changes without an event and nothing here reads."""


class Suspects:
    def __init__(
        self,
        engine: AsyncEngine,
        look: Look,
        local: Local,
        repair: Repair | None,
        report: Callable[[Finding], None],
        *,
        pause_seconds: float,
    ) -> None:
        self._engine = engine
        self._look = look
        self._local = local
        self._repair = repair
        self._report = report
        self._pause_seconds = pause_seconds
        self._waiting: dict[tuple[Key, bool], Found] = {}
        """By what to ask Stripe for, and whether it is only about typed columns."""
        self.verdicts = Verdicts()

    async def add(self, asked: Key, found: Found) -> None:
        """Look again, soon, at what may differ. Nothing found means that nobody has looked yet."""
        columns = bool(found) and all(finding.problem is Problem.COLUMNS for finding in found)
        self._waiting.setdefault((asked, columns), []).extend(found)
        if len(self._waiting) >= AT_ONCE:
            await self.settle()

    async def settle(self) -> None:
        """Look again until all is certain. Raises the gateway's errors."""
        for _ in range(LOOKS):
            if not self._waiting:
                return
            await asyncio.sleep(self._pause_seconds)
            before, self._waiting = self._waiting, {}
            certain: list[tuple[Key, Found]] = []
            for (asked, columns), now in (await self._look_again(before)).items():
                lasting = _lasting(before[asked, columns], now)
                if lasting:
                    certain.append((asked, lasting))
                elif now:
                    self._waiting[asked, columns] = now
            await self._decide(certain)
        self._waiting.clear()

    async def _look_again(self, suspects: Mapping[tuple[Key, bool], Found]) -> dict[tuple[Key, bool], Found]:
        room = asyncio.Semaphore(SIDE_BY_SIDE)

        async def again(asked: Key, found: Found) -> Found:
            async with room:
                return await self._once_more(asked, found)

        looks = await asyncio.gather(
            *(again(asked, found) for (asked, _), found in suspects.items()), return_exceptions=True
        )
        for look in looks:
            if isinstance(look, BaseException):
                raise look
        return dict(zip(suspects, looks, strict=True))  # type: ignore[arg-type]

    async def _once_more(self, asked: Key, found: Found) -> Found:
        if asked.type == LINK:
            return [finding async for finding in self._local.links(asked.id)]
        problems = {finding.problem for finding in found}
        if problems == {Problem.COLUMNS}:
            return list((await self._look.at_columns([asked])).values())
        if problems == {Problem.MISSING}:
            # Stripe has it; what may have changed is that it is here by now.
            missing = await self._look.missing([finding.key for finding in found])
            return [finding for finding in found if finding.key in missing]
        return await self._look.at(asked)

    async def _decide(self, certain: Sequence[tuple[Key, Found]]) -> None:
        coming = await waiting(self._engine, self._look.account, {key for key, _ in certain}) if certain else set()
        for asked, found in certain:
            told = [
                replace(finding, waiting=asked in coming and finding.problem is not Problem.COLUMNS)
                for finding in found
            ]
            if self._repair is not None and await self._mended(self._repair, asked, found):
                told = [replace(finding, mended=True) for finding in told]
            for finding in told:
                self._count(finding)
                self._report(finding)

    async def _mended(self, repair: Repair, asked: Key, found: Found) -> bool:
        await repair.mend(asked, found)
        if asked.type == LINK:
            left = [finding async for finding in self._local.links(asked.id)]
        else:
            columns = await self._look.at_columns([finding.key for finding in found])
            left = [*columns.values(), *(await self._look.at(asked))]
        return not any(not finding.silent for finding in left)

    def _count(self, finding: Finding) -> None:
        verdicts = self.verdicts
        if finding.mended:
            verdicts.mended += 1
        elif finding.waiting:
            verdicts.waiting += 1
        elif finding.silent:
            verdicts.silent += 1
        else:
            verdicts.drift += 1


def _lasting(before: Found, now: Found) -> Found:
    """What is there again: the same fields of the same objects, with the same right values."""
    known = frozenset[tuple[str, ...]]().union(*(finding.traits() for finding in before))
    lasting: Found = []
    for finding in now:
        again = tuple(each for each in finding.differences if finding.trait(each) in known)
        if again or (not finding.differences and finding.traits() <= known):
            lasting.append(replace(finding, differences=again))
    return lasting
