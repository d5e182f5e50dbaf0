"""From an event of Stripe's to the mirror: keep it, and apply it, many at a time."""

import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import orjson
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import inbox
from db.engine import writing_once
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


@dataclass(frozen=True)
class Kept:
    """A stored event that is to be applied. `tried` is how often it was tried before."""

    event: Mapping[str, Any]
    tried: int = 0

    @cached_property
    def delivery(self) -> Delivery:
        """Raises whatever an event that is not as it should be gives rise to."""
        return delivery_of(self.event)


AlsoForKept = Callable[[AsyncConnection, Sequence[Kept]], Awaitable[None]]


class Inbox:
    """Events as they arrive, each stored once by its id."""

    def __init__(self, engine: AsyncEngine, mirror: Mirror, measures: Measures = UNMEASURED) -> None:
        self._engine = engine
        self._measures = measures
        self._mirror = mirror
        self.account = mirror.account
        self.background = mirror.background

    async def store(self, arrived: Sequence[Arrived]) -> list[Kept]:
        """Store events with their bodies, untouched but for client secrets, in one transaction.

        They are stored pending, and are the caller's to apply; should that not happen, they are due when the lease is
        over. Those that were applied before are left out. Raises the database's errors, and then none is stored.
        """
        newest = {each.event["id"]: each for each in arrived}
        rows = [self._row(each.event, each.body) for each in newest.values()]
        states: dict[str, EventState] = {}
        async with writing_once(self._engine) as connection:
            if await inbox.keep(connection, rows, pause_ms=LEASE_MS) != len(rows):
                states = await inbox.states(connection, self.account, list(newest))
        return [Kept(each.event) for id, each in newest.items() if states.get(id) != EventState.APPLIED]

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

    async def apply(self, kept: Sequence[Kept]) -> None:
        """Apply stored events, and keep with each how that went.

        Never raises for what events hold, and one never keeps the others from being applied.
        """
        await self.apply_asking(await self.apply_without_asking(kept))

    async def apply_without_asking(self, kept: Sequence[Kept]) -> list[Kept]:
        """The same for those that Stripe need not be asked about; the others are returned, and are not applied."""
        failed = await self._enter(kept, self._applied, may_ask=False)
        have_to_ask = {place for place, error in failed.items() if isinstance(error, HasToAsk)}
        await self._note(kept, {place: error for place, error in failed.items() if place not in have_to_ask})
        return [kept[place] for place in sorted(have_to_ask)]

    async def apply_asking(self, kept: Sequence[Kept]) -> None:
        """The same for those that Stripe has to be asked about: they wait for its answers together."""
        await self._note(kept, await self._enter(kept, self._applied, may_ask=True))

    async def _note(self, kept: Sequence[Kept], failed: Mapping[int, Exception]) -> None:
        if failed:
            # What an event brings itself does not wait for what it only names.
            await self._enter([kept[place] for place in failed], _nothing, may_ask=False, named=False)
            await self._failed([(kept[place], error) for place, error in sorted(failed.items())])

    async def _applied(self, connection: AsyncConnection, entered: Sequence[Kept]) -> None:
        await inbox.applied(connection, self.account, [each.event["id"] for each in entered])

    async def _enter(
        self, kept: Sequence[Kept], also: AlsoForKept, *, may_ask: bool, named: bool = True
    ) -> dict[int, Exception]:
        failed: dict[int, Exception] = {}
        readable: list[int] = []
        deliveries: list[Delivery] = []
        for place, each in enumerate(kept):
            try:
                deliveries.append(each.delivery if named else replace(each.delivery, hint=None))
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
