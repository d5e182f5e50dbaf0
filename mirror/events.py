"""From an event of Stripe's to the mirror: keep it, and apply it, many at a time."""

import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import inbox
from db.inbox import EventState
from mirror.apply import HasToAsk, Mirror, UnknownObject
from mirror.delivery import Delivery, delivery_of, seconds
from mirror.measures import UNMEASURED, Measures

log = structlog.get_logger()

CLIENT_SECRET = re.compile(rb'("client_secret"\s*:\s*)"[^"]*"')
LEASE_MS = 60_000
"""How long whoever stores or takes an event has for applying it, before others may."""
PAUSES_SECONDS = (5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800)
"""Before each further try, some 16 hours in all."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """An event as it came."""

    event: Mapping[str, Any]
    body: bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored event that is to be applied. `tried` is how often it was tried before."""

    event: Mapping[str, Any]
    tried: int = 0


AlsoForKept = Callable[[AsyncConnection, Sequence[Kept]], Awaitable[None]]


class Inbox:
    """Events as they arrive, each stored once by its id."""

    def __init__(self, engine: AsyncEngine, mirror: Mirror, measures: Measures = UNMEASURED) -> None:
        self._engine = engine
        self._measures = measures
        self._mirror = mirror
        self.account = mirror.account
        self.background = mirror.background

    async def receive(self, arrived: Sequence[Arrived], *, lease_ms: int = LEASE_MS) -> list[Kept]:
        """Store events with their bodies, untouched but for client secrets, and apply those that can be at once.

        Those are applied in the very transaction that stores them. The others are stored pending, and are the
        caller's to apply; should that not happen, they are due when the lease is over. Raises the database's errors,
        and then some are not stored.
        """
        newest = {each.event["id"]: each for each in arrived}
        async with self._engine.connect() as connection:
            states = await inbox.states(connection, self.account, list(newest))
        todo = [each for id, each in newest.items() if states.get(id) != EventState.APPLIED]
        rows = {each.event["id"]: self._row(each.event, each.body) for each in todo}
        kept = [Kept(each.event) for each in todo]

        async def store(connection: AsyncConnection, entered: Sequence[Kept]) -> None:
            ids = {each.event["id"] for each in entered}
            await inbox.keep(connection, [rows[id] for id in ids], pause_ms=lease_ms, applied=ids)

        failed = await self._enter(kept, store, may_ask=False)
        if not failed:
            return []
        left = [kept[place] for place in sorted(failed)]
        async with self._engine.begin() as connection:
            await inbox.keep(connection, [rows[each.event["id"]] for each in left], pause_ms=lease_ms)
        return left

    async def keep_many(self, events: Sequence[Mapping[str, Any]]) -> int:
        """Store those that are not there yet, due at once. How many of them are still to be applied."""
        if not events:
            return 0
        rows = {event["id"]: self._row(event, orjson.dumps(event)) for event in events}
        async with self._engine.begin() as connection:
            states = await inbox.states(connection, self.account, list(rows))
            strangers = [row for id, row in rows.items() if id not in states]
            await inbox.keep(connection, strangers, pause_ms=0)
        return len(strangers) + sum(state == EventState.PENDING for state in states.values())

    async def take(self, most: int) -> list[Kept]:
        """Up to so many that are due, for the caller alone to apply within the lease."""
        async with self._engine.begin() as connection:
            taken = await inbox.take(connection, self.account, most=most, lease_ms=LEASE_MS)
        return [Kept(orjson.loads(each.body), each.attempts) for each in taken]

    async def apply(self, kept: Sequence[Kept], *, have_to_ask: bool = False) -> int:
        """Apply stored events, and keep with each how that went. How many were applied.

        Those that are applied without asking Stripe do not wait for the others, unless all of them `have_to_ask`.
        Never raises for what events hold, and one never keeps the others from being applied.
        """

        async def mark(connection: AsyncConnection, entered: Sequence[Kept]) -> None:
            await inbox.applied(connection, self.account, [each.event["id"] for each in entered])

        failed: dict[int, Exception] = {}
        waiting = list(range(len(kept)))
        if not have_to_ask:
            failed = await self._enter(kept, mark, may_ask=False)
            waiting = [place for place, error in failed.items() if isinstance(error, HasToAsk)]
        again = await self._enter([kept[place] for place in waiting], mark, may_ask=True)
        for number, place in enumerate(waiting):
            failed.pop(place, None)
            if number in again:
                failed[place] = again[number]
        if failed:
            # What an event brings itself does not wait for what it only names.
            await self._enter([kept[place] for place in failed], _nothing, may_ask=False, named=False)
            await self._failed([(kept[place], error) for place, error in sorted(failed.items())])
        return len(kept) - len(failed)

    async def _enter(
        self, kept: Sequence[Kept], also: AlsoForKept, *, may_ask: bool, named: bool = True
    ) -> dict[int, Exception]:
        failed: dict[int, Exception] = {}
        readable: list[int] = []
        deliveries: list[Delivery] = []
        for place, each in enumerate(kept):
            try:
                delivery = delivery_of(each.event)
                deliveries.append(delivery if named else replace(delivery, hint=None))
                readable.append(place)
            except Exception as error:
                failed[place] = error

        async def enter(connection: AsyncConnection, places: Sequence[int]) -> None:
            await also(connection, [kept[readable[place]] for place in places])

        kept_out = await self._mirror.take_in(deliveries, enter, may_ask=may_ask)
        failed |= {readable[place]: why for place, why in kept_out.items()}
        for _ in range(len(kept) - len(failed) if named else 0):
            self._measures.event("applied")
        return failed

    async def _failed(self, failures: Sequence[tuple[Kept, Exception]]) -> None:
        async with self._engine.begin() as connection:
            for kept, error in sorted(failures, key=lambda each: str(each[0].event["id"])):
                reason = f"{type(error).__name__}: {error}"
                # What Stripe never heard of will not appear by asking again.
                last = kept.tried >= len(PAUSES_SECONDS) or isinstance(error, UnknownObject)
                log.warning(
                    "An event could not be applied." if last else "An event could not be applied yet.",
                    type=kept.event["type"],
                    error=type(error).__name__,
                    tries=kept.tried + 1,
                )
                self._measures.event("failed" if last else "put_off")
                if last:
                    await inbox.give_up(connection, self.account, kept.event["id"], reason)
                else:
                    pause = PAUSES_SECONDS[kept.tried] * 1_000
                    await inbox.put_off(connection, self.account, kept.event["id"], reason, pause_ms=pause)

    def _row(self, event: Mapping[str, Any], body: bytes) -> dict[str, Any]:
        version = event.get("api_version")
        return {
            "account": self.account.id,
            "livemode": self.account.livemode,
            "id": event["id"],
            "type": event["type"],
            "api_version": version if isinstance(version, str) else None,
            "created": seconds(event.get("created")),
            "received_at": int(time.time()),
            "body": CLIENT_SECRET.sub(rb"\1null", body) if b"client_secret" in body else body,
        }


async def _nothing(_connection: AsyncConnection, _entered: Sequence[Kept]) -> None:
    """Events that are not applied whole stay as they are."""
