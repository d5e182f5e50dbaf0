"""Fill typed rows again from the stored JSON: a column or a table that was added later, and what somebody broke."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from db import rederivations
from db.accounts import Account
from db.engine import reading
from db.rederivations import Reached
from db.schema_version import REVISIONS
from db.tables import RESOURCES, StoredObject
from mirror.derive import derive
from mirror.stored import Key

AT_ONCE = 500
"""Objects a transaction: few enough that a server beside it does not wait long for their locks."""


@dataclass(frozen=True, slots=True)
class Derived:
    """How far one type is: `objects` of `of` are done, and `changed` rows were not what their JSON says."""

    type: str
    objects: int
    of: int
    changed: int
    resumed_at: int = 0
    """How many an earlier run had done."""


class Rederive:
    """Goes on where one of the same schema and settings was stopped. A server may run beside it."""

    def __init__(self, engine: AsyncEngine, account: Account, *, subscriber_key: str) -> None:
        self._engine = engine
        self._account = account
        self._subscriber_key = subscriber_key
        self._basis = f"{REVISIONS[-1]} {subscriber_key}"

    async def run(self, types: Sequence[str] = ()) -> AsyncIterator[Derived]:
        """Of the given types (by Stripe's names), or of all: how far each is, after every batch."""
        wanted = [table.object_name for table in RESOURCES if table.object_name in types or not types]
        for type in wanted:
            async for derived in self._of(type):
                yield derived
        async with self._engine.begin() as connection:
            await rederivations.forget(connection, self._account, wanted)

    async def _of(self, type: str) -> AsyncIterator[Derived]:
        async with reading(self._engine).connect() as connection:
            before = await rederivations.reached(connection, self._account, type, self._basis)
            of = await connection.scalar(select(func.count()).select_from(StoredObject).where(*self._own(type))) or 0
        now, changed = before or Reached("", 0), 0
        resumed_at = now.objects
        going_on = True
        while going_on:
            async with self._engine.begin() as connection:
                ids = await connection.scalars(
                    select(StoredObject.id)
                    .where(*self._own(type), *([StoredObject.id > now.id] if now.objects else []))
                    .order_by(StoredObject.id)
                    .limit(AT_ONCE)
                )
                keys = [Key(type, id) for id in ids]
                if keys:
                    changed += await derive(connection, self._account, keys, subscriber_key=self._subscriber_key)
                    now = Reached(keys[-1].id, now.objects + len(keys))
                    await rederivations.keep(connection, self._account, type, self._basis, now)
            going_on = len(keys) == AT_ONCE
            yield Derived(type, now.objects, max(of, now.objects), changed, resumed_at)

    def _own(self, type: str) -> tuple[ColumnElement[bool], ...]:
        return (
            StoredObject.account == self._account.id,
            StoredObject.livemode == self._account.livemode,
            StoredObject.type == type,
        )
