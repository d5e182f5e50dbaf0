"""From an event of Stripe's to the mirror: keep it, then apply it."""

import re
import time
from collections.abc import Mapping
from typing import Any

import structlog
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from db.inbox import EventState, InboxEvent
from db.upsert import insert
from mirror.apply import Mirror
from mirror.order import Seen

log = structlog.get_logger()

CLIENT_SECRET = re.compile(rb'("client_secret"\s*:\s*)"[^"]*"')
ENDS_WITHOUT_BEING_DELETED = frozenset({"customer.subscription.deleted"})
"""What the subscription is now is said by its status."""


class Inbox:
    """Events as they arrive, each kept once by its id before anything is done with it."""

    def __init__(self, engine: AsyncEngine, mirror: Mirror) -> None:
        self._engine = engine
        self._mirror = mirror
        self._account = mirror.account

    async def keep(self, event: Mapping[str, Any], body: bytes) -> bool:
        """Store the event with its body, untouched but for client secrets. False when it is there already, applied."""
        row = {
            "account": self._account.id,
            "livemode": self._account.livemode,
            "id": event["id"],
            "type": event["type"],
            "api_version": event.get("api_version"),
            "created": _seconds(event.get("created")),
            "received_at": int(time.time()),
            "body": CLIENT_SECRET.sub(rb"\1null", body),
            "state": EventState.PENDING,
            "attempts": 0,
        }
        async with self._engine.begin() as connection:
            statement = insert(connection, InboxEvent).values(row)
            # Writing the id over itself makes RETURNING tell the state of an event that was here before.
            again = statement.on_conflict_do_update(
                index_elements=["account", "livemode", "id"], set_={"id": statement.excluded.id}
            )
            state = (await connection.execute(again.returning(InboxEvent.state))).scalar_one()
        return bool(state != EventState.APPLIED)

    async def apply(self, event: Mapping[str, Any]) -> None:
        """Apply a kept event, and keep with it how that went. Never raises for what the event holds."""
        try:
            await self._apply(event)
        except Exception as error:
            log.warning("An event was kept but could not be applied.", type=event["type"], error=type(error).__name__)
            await self._mark(event["id"], EventState.FAILED, error=f"{type(error).__name__}: {error}")
        else:
            await self._mark(event["id"], EventState.APPLIED, error=None)

    async def _apply(self, event: Mapping[str, Any]) -> None:
        if event.get("object") == "v2.core.event":
            related = event.get("related_object") or {}
            if related.get("type") and related.get("id"):
                await self._mirror.refresh(related["type"], related["id"])
            return
        stripe_object = event["data"]["object"]
        if not isinstance(stripe_object, Mapping) or not isinstance(stripe_object.get("object"), str):
            return
        second = _seconds(event.get("created"))
        deleted = event["type"].endswith(".deleted") and event["type"] not in ENDS_WITHOUT_BEING_DELETED
        await self._mirror.arrive(stripe_object, Seen(second, second, event.get("api_version") or ""), deleted=deleted)

    async def _mark(self, id: str, state: EventState, *, error: str | None) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(
                update(InboxEvent)
                .where(InboxEvent.account == self._account.id, InboxEvent.livemode == self._account.livemode)
                .where(InboxEvent.id == id)
                .values(state=state, error=error, attempts=InboxEvent.attempts + 1)
            )


def _seconds(created: Any) -> int:
    # Thin events write their time as text; they are hints to fetch, and their time decides nothing.
    return created if isinstance(created, int) else int(time.time())
