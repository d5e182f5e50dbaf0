"""Mend what differs: through the one door, after taking away what would keep it shut."""

from collections.abc import Sequence
from contextlib import suppress

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.tables import StoredObject
from db.upsert import insert
from mirror.apply import Mirror, UnknownObject
from mirror.derive import derive, mark_deleted
from mirror.errors import NotFetchable
from mirror.known import known_objects
from mirror.stored import Key
from mirror.verify.finding import Finding, Problem
from mirror.verify.local import LINK
from mirror.write import Writer


class Repair:
    def __init__(self, engine: AsyncEngine, mirror: Mirror, subscriber_key: str) -> None:
        self._engine = engine
        self._mirror = mirror
        self._account = mirror.account
        self._subscriber_key = subscriber_key

    async def mend(self, asked: Key, findings: Sequence[Finding]) -> None:
        """Mend one object with its parts. Raises the gateway's errors."""
        if asked.type == LINK:
            async with self._engine.begin() as connection:
                await Writer(connection, self._account, {}, self._subscriber_key).link([asked.id])
            return
        if any(finding.problem is not Problem.COLUMNS for finding in findings):
            async with self._engine.begin() as connection:
                await self._open_the_door(connection, asked, findings)
            # Neither Stripe nor the mirror need know what a part was a part of.
            with suppress(UnknownObject, NotFetchable):
                await self._mirror.refresh(*asked)
            await self._bury([finding.key for finding in findings if finding.problem is Problem.GONE])
        async with self._engine.begin() as connection:
            keys = [finding.key for finding in findings]
            await derive(connection, self._account, keys, subscriber_key=self._subscriber_key)

    async def _open_the_door(self, connection: AsyncConnection, asked: Key, findings: Sequence[Finding]) -> None:
        """A mark of deletion is final to the door, and it cannot bury what it never had."""
        for finding in findings:
            if finding.problem is Problem.BURIED:
                await mark_deleted(connection, self._account, finding.key, deleted=False)
        if any(finding.key == asked and finding.problem is Problem.GONE for finding in findings):
            known = await known_objects(connection, self._account, [asked])
            if asked not in known:
                await connection.execute(insert(connection, StoredObject).values(self._place(asked)))

    async def _bury(self, keys: Sequence[Key]) -> None:
        """The door marks what it has the JSON of."""
        async with self._engine.begin() as connection:
            for key in keys:
                await mark_deleted(connection, self._account, key)

    def _place(self, key: Key) -> dict[str, object]:
        return {
            "account": self._account.id,
            "livemode": self._account.livemode,
            **key._asdict(),
            "data": {"id": key.id, "object": key.type},
            "api_version": "",
            "earliest": 0,
            "latest": 0,
            "revision": 1,
            "deleted": False,
        }
