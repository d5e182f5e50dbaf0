"""From an event of Stripe's to the mirror: keep it, then apply it."""

import re
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from db import inbox
from db.inbox import EventState, Taken
from mirror.apply import Mirror, UnknownObject
from mirror.measures import UNMEASURED, Measures
from mirror.order import Seen
from mirror.stored import Key

log = structlog.get_logger()

CLIENT_SECRET = re.compile(rb'("client_secret"\s*:\s*)"[^"]*"')
ENDS_WITHOUT_BEING_DELETED = frozenset({"customer.subscription.deleted"})
"""What the subscription is now is said by its status."""
CHANGES_TOO = {"dispute": "charge"}
"""Objects whose events are the only word that another one has changed: what it is, and the key that names it."""
LEASE_MS = 60_000
"""How long whoever stores or takes an event has for applying it, before others may."""
PAUSES_SECONDS = (5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800)
"""Before each further try, some 16 hours in all."""


class Inbox:
    """Events as they arrive, each kept once by its id before anything is done with it."""

    def __init__(self, engine: AsyncEngine, mirror: Mirror, measures: Measures = UNMEASURED) -> None:
        self._engine = engine
        self._measures = measures
        self._mirror = mirror
        self.account = mirror.account

    async def keep(self, event: Mapping[str, Any], body: bytes) -> bool:
        """Store the event with its body, untouched but for client secrets. False when it is there already, applied.

        Whoever stores it applies it; should that not happen, it is due when the lease is over.
        """
        async with self._engine.begin() as connection:
            states = await inbox.keep(connection, [self._row(event, body)], pause_ms=LEASE_MS)
        return states[event["id"]] != EventState.APPLIED

    async def keep_many(self, events: Sequence[Mapping[str, Any]]) -> int:
        """Store those that are not there yet, due at once. How many of them are still to be applied."""
        if not events:
            return 0
        rows = [self._row(event, orjson.dumps(event)) for event in events]
        async with self._engine.begin() as connection:
            states = await inbox.keep(connection, rows, pause_ms=0)
        return sum(state == EventState.PENDING for state in states.values())

    async def take(self, most: int) -> list[Taken]:
        """Up to so many that are due, for the caller alone to apply within the lease."""
        async with self._engine.begin() as connection:
            return await inbox.take(connection, self.account, most=most, lease_ms=LEASE_MS)

    async def apply(self, event: Mapping[str, Any], *, tried: int = 0) -> bool:
        """Apply a kept event, and keep with it how that went: `tried` is how often it was tried before.

        False when it has to be tried again, or never will be. Never raises for what the event holds.
        """
        try:
            await self._apply(event)
        except Exception as error:
            await self._failed(event, error, tried)
            return False
        async with self._engine.begin() as connection:
            await inbox.applied(connection, self.account, event["id"])
        self._measures.event("applied")
        return True

    async def apply_taken(self, taken: Taken) -> bool:
        """Apply one that was taken."""
        return await self.apply(orjson.loads(taken.body), tried=taken.attempts)

    async def _apply(self, event: Mapping[str, Any]) -> None:
        if event.get("object") == "v2.core.event":
            if (related := related_object(event)) is not None:
                await self._mirror.refresh(*related)
            return
        stripe_object = event["data"].get("object")
        if not isinstance(stripe_object, Mapping) or not isinstance(stripe_object.get("object"), str):
            return
        second = _seconds(event.get("created"))
        deleted = event["type"].endswith(".deleted") and event["type"] not in ENDS_WITHOUT_BEING_DELETED
        await self._mirror.arrive(stripe_object, Seen(second, second, event.get("api_version") or ""), deleted=deleted)
        changed = CHANGES_TOO.get(stripe_object["object"])
        if changed is not None and isinstance(id := stripe_object.get(changed), str):
            await self._mirror.refresh(changed, id)

    async def _failed(self, event: Mapping[str, Any], error: Exception, tried: int) -> None:
        reason = f"{type(error).__name__}: {error}"
        # What Stripe never heard of will not appear by asking again.
        last = tried >= len(PAUSES_SECONDS) or isinstance(error, UnknownObject)
        log.warning(
            "An event could not be applied." if last else "An event could not be applied yet.",
            type=event["type"],
            error=type(error).__name__,
            tries=tried + 1,
        )
        self._measures.event("failed" if last else "put_off")
        async with self._engine.begin() as connection:
            if last:
                await inbox.give_up(connection, self.account, event["id"], reason)
            else:
                pause = PAUSES_SECONDS[tried] * 1_000
                await inbox.put_off(connection, self.account, event["id"], reason, pause_ms=pause)

    def _row(self, event: Mapping[str, Any], body: bytes) -> dict[str, Any]:
        return {
            "account": self.account.id,
            "livemode": self.account.livemode,
            "id": event["id"],
            "type": event["type"],
            "api_version": event.get("api_version"),
            "created": _seconds(event.get("created")),
            "received_at": int(time.time()),
            "body": CLIENT_SECRET.sub(rb"\1null", body),
        }


def related_object(thin_event: Mapping[str, Any]) -> Key | None:
    """What a thin event is about, None where it is about nothing that has a type and an id."""
    related = thin_event.get("related_object")
    if not isinstance(related, Mapping):
        return None
    type, id = related.get("type"), related.get("id")
    return Key(type, id) if isinstance(type, str) and isinstance(id, str) else None


def _seconds(created: Any) -> int:
    """Whole seconds, UTC. Thin events write their time as text; it decides nothing, since they are hints to fetch."""
    if isinstance(created, str):
        try:
            return int(datetime.fromisoformat(created).timestamp())
        except ValueError:
            return int(time.time())
    return created if isinstance(created, int) else int(time.time())
