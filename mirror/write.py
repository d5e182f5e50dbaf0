"""Write stored forms into the tables, within a transaction of the caller's."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.accounts import Account
from db.row import typed_columns
from db.subscribers import Subscriber
from db.tables import RESOURCES, Customer, Mirrored, StoredObject, Subscription, SubscriptionItem
from db.upsert import insert
from mirror.order import Seen
from mirror.stored import PARTS, Key, Stored, with_what_was_known

TABLES: Mapping[str, type[Mirrored]] = {table.object_name: table for table in RESOURCES}
PART_TABLES: Mapping[str, type[Mirrored]] = {"items": TABLES["subscription_item"], "lines": TABLES["line_item"]}
UNREAD = -1
"""The revision of a row that only holds a place, so that two writers of a new object meet at its lock."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the mirror holds of one object."""

    seen: Seen
    revision: int
    deleted: bool
    data: dict[str, Any]


async def known_objects(
    connection: AsyncConnection, account: Account, keys: Iterable[Key], *, lock: bool = False
) -> dict[Key, Known]:
    """What is stored under the keys; those that are not there are left out.

    With `lock`, rows stay locked until the transaction ends, new ones too, always in the same order, so that writers
    wait for each other and never deadlock.
    """
    ordered = sorted(set(keys))
    if not ordered:
        return {}
    if lock and connection.dialect.name == "postgresql":
        await _hold_places(connection, account, ordered)
    statement = (
        select(StoredObject)
        .where(
            StoredObject.account == account.id,
            StoredObject.livemode == account.livemode,
            tuple_(StoredObject.type, StoredObject.id).in_([tuple(key) for key in ordered]),
        )
        .order_by(StoredObject.type, StoredObject.id)
    )
    if lock:
        statement = statement.with_for_update()
    rows = await connection.execute(statement)
    return {
        Key(row.type, row.id): Known(
            Seen(row.earliest, row.latest, row.api_version), row.revision, row.deleted, row.data
        )
        for row in rows
        if row.revision != UNREAD
    }


async def _hold_places(connection: AsyncConnection, account: Account, keys: Sequence[Key]) -> None:
    place = {"data": {}, "api_version": "", "earliest": 0, "latest": 0, "revision": UNREAD, "deleted": False}
    statement = insert(connection, StoredObject).on_conflict_do_nothing()
    await connection.execute(
        statement.values(
            [{"account": account.id, "livemode": account.livemode, **key._asdict(), **place} for key in keys]
        )
    )


class Writer:
    """One transaction's writes. The rows that are replaced were read in it, locked."""

    def __init__(
        self, connection: AsyncConnection, account: Account, known: Mapping[Key, Known], subscriber_key: str
    ) -> None:
        self._connection = connection
        self._account = account
        self._known = known
        self._subscriber_key = subscriber_key
        self._owner = {"account": account.id, "livemode": account.livemode}

    async def write(self, forms: Sequence[tuple[Stored, Seen]]) -> None:
        objects: list[dict[str, Any]] = []
        rows: dict[tuple[type[Mirrored], bool], list[dict[str, Any]]] = defaultdict(list)
        subscribers: set[str] = set()
        for form, seen in sorted(forms, key=lambda each: each[0].key):
            known = self._known.get(form.key)
            data = with_what_was_known(form, known.data if known else {})
            objects.append(self._object(form, data, seen, known))
            table = TABLES.get(form.key.type)
            if table is None:
                continue
            row = self._row(table, form, data, seen)
            if table is Customer:
                row["claimed_subscriber"] = self._claim(data)
                subscribers |= {
                    claim for claim in (row["claimed_subscriber"], self._claim(known.data if known else {})) if claim
                }
            rows[table, "position" in row].append(row)
        await self._upsert(StoredObject, objects)
        for (typed, _), batch in rows.items():
            await self._upsert(typed, batch)
        await self._drop_parts_no_longer_listed(forms)
        await self._roll_up_periods(forms)
        for subscriber in sorted(subscribers):
            await self._link(subscriber)

    def _object(self, form: Stored, data: dict[str, Any], seen: Seen, known: Known | None) -> dict[str, Any]:
        return {
            **self._owner,
            "type": form.key.type,
            "id": form.key.id,
            "data": data,
            "api_version": seen.api_version,
            "earliest": seen.earliest,
            "latest": seen.latest,
            "revision": known.revision + 1 if known else 1,
            "deleted": form.deleted,
        }

    def _row(self, table: type[Mirrored], form: Stored, data: dict[str, Any], seen: Seen) -> dict[str, Any]:
        row = {**self._owner, "id": form.key.id, "deleted": form.deleted, "observed_at": seen.latest}
        row.update(typed_columns(table, data))
        if form.position is not None and "position" in table.__table__.columns:
            row["position"] = form.position
        return row

    def _claim(self, customer: Mapping[str, Any]) -> str | None:
        claim = (customer.get("metadata") or {}).get(self._subscriber_key)
        return claim or None

    async def _upsert(self, table: type[Mirrored] | type[StoredObject], rows: list[dict[str, Any]]) -> None:
        if not rows:
            return
        columns: Table = table.__table__  # type: ignore[assignment]
        key = [column.name for column in columns.primary_key]
        statement = insert(self._connection, table)
        changed = {name: statement.excluded[name] for name in rows[0] if name not in key}
        await self._connection.execute(statement.on_conflict_do_update(index_elements=key, set_=changed), rows)

    async def _drop_parts_no_longer_listed(self, forms: Sequence[tuple[Stored, Seen]]) -> None:
        for form, _ in forms:
            for name in PARTS.get(form.key.type, frozenset()):
                if form.deleted or not isinstance(form.data.get(name), list):
                    continue
                table = PART_TABLES[name]
                part = table.__table__
                gone = (
                    select(part.c.id)
                    .where(part.c.account == self._account.id, part.c.livemode == self._account.livemode)
                    .where(part.c[form.key.type] == form.key.id, part.c.deleted.is_(False))
                    .where(part.c.id.not_in(form.data[name]))
                )
                ids = (await self._connection.scalars(gone)).all()
                if ids:
                    await self._mark_deleted(table, ids)

    async def _mark_deleted(self, table: type[Mirrored], ids: Sequence[str]) -> None:
        for each, more in ((table, []), (StoredObject, [StoredObject.type == table.object_name])):
            await self._connection.execute(
                update(each)
                .where(
                    each.account == self._account.id, each.livemode == self._account.livemode, each.id.in_(ids), *more
                )
                .values(deleted=True)
            )

    async def _roll_up_periods(self, forms: Sequence[tuple[Stored, Seen]]) -> None:
        ids = {form.key.id for form, _ in forms if form.key.type == "subscription"} | {
            form.data["subscription"] for form, _ in forms if form.key.type == "subscription_item" and not form.deleted
        }
        if not ids:
            return
        first_to_end = (
            select(SubscriptionItem.current_period_start, SubscriptionItem.current_period_end)
            .where(SubscriptionItem.account == Subscription.account, SubscriptionItem.livemode == Subscription.livemode)
            .where(SubscriptionItem.subscription == Subscription.id, SubscriptionItem.deleted.is_(False))
            .order_by(SubscriptionItem.current_period_end, SubscriptionItem.id)
            .limit(1)
            .correlate(Subscription)
        )
        await self._connection.execute(
            update(Subscription)
            .where(Subscription.account == self._account.id, Subscription.livemode == self._account.livemode)
            .where(Subscription.id.in_(sorted(ids)))
            .values(
                current_period_start=first_to_end.with_only_columns(
                    SubscriptionItem.current_period_start
                ).scalar_subquery(),
                current_period_end=first_to_end.with_only_columns(
                    SubscriptionItem.current_period_end
                ).scalar_subquery(),
            )
        )

    async def _link(self, subscriber: str) -> None:
        """The oldest live customer that carries the subscriber's id is the one; others stay mirrored, unlinked."""
        oldest = (
            select(Customer.id)
            .where(Customer.account == self._account.id, Customer.livemode == self._account.livemode)
            .where(Customer.claimed_subscriber == subscriber, Customer.deleted.is_(False))
            .order_by(Customer.created, Customer.id)
            .limit(1)
        )
        customer = (await self._connection.scalars(oldest)).one_or_none()
        statement = insert(self._connection, Subscriber).values(
            **self._owner, subscriber=subscriber, generation=0, customer=customer
        )
        await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["account", "livemode", "subscriber"], set_={"customer": statement.excluded.customer}
            )
        )
