"""Write stored forms into the tables, within a transaction of the caller's.

Writers never deadlock, since all of them take locks in one order: new rows of `objects`, then rows of `objects` that
are there, then rows of the typed tables, which are only written by who holds their object, then subscribers; each kind
sorted by its key. What else a transaction does to the inbox or to operations comes after all of these.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.accounts import Account
from db.find import find
from db.given import among, owned, owner, pair_among, pairs, values
from db.row import typed_columns
from db.subscribers import Subscriber
from db.tables import Customer, Mirrored, StoredObject, Subscription, SubscriptionItem
from db.upsert import insert_many, upsert_many
from mirror.equality import first_to_end
from mirror.known import TABLES, Known, claim_of
from mirror.needs import owner_of
from mirror.order import Seen
from mirror.stored import PART_TYPES, Key, Stored, with_what_was_known


class Outdated(Exception):
    """Another writer came first: what was known is not known any more."""


class Writer:
    """One transaction's writes, all of them decided on what was `known` of the objects."""

    def __init__(
        self,
        connection: AsyncConnection,
        account: Account,
        known: Mapping[Key, Known | None],
        subscriber_key: str,
    ) -> None:
        self._connection = connection
        self._dialect = connection.dialect.name
        self._account = account
        self._known = known
        self._subscriber_key = subscriber_key
        self._owner = {"account": account.id, "livemode": account.livemode}

    async def write(self, forms: Sequence[tuple[Stored, Seen]]) -> None:
        """Raises Outdated, and then the transaction must not be kept."""
        if not forms:
            return
        new: list[dict[str, Any]] = []
        changed: list[dict[str, Any]] = []
        rows: dict[type[Mirrored], list[dict[str, Any]]] = defaultdict(list)
        subscribers: set[str] = set()
        for form, seen in sorted(forms, key=lambda each: each[0].key):
            known = self._known.get(form.key)
            data = with_what_was_known(form, known.data if known else {})
            (changed if known else new).append(self._object(form, data, seen, known))
            table = TABLES.get(form.key.type)
            if table is None:
                continue
            row = self._row(table, form, data, seen)
            if table is Customer:
                row["claimed_subscriber"] = claim_of(data, self._subscriber_key)
                claims = (row["claimed_subscriber"], claim_of(known.data if known else {}, self._subscriber_key))
                subscribers.update(claim for claim in claims if claim)
            rows[table].append(row)
        if await insert_many(self._connection, StoredObject, new) != len(new):
            raise Outdated
        await self._lock([Key(each["type"], each["id"]) for each in changed], self._other_owners(forms))
        await upsert_many(self._connection, StoredObject, changed)
        await upsert_many(self._connection, SubscriptionItem, rows.pop(SubscriptionItem, []), keeping=("position",))
        await self._roll_up_periods(forms, rows[Subscription])
        for typed, batch in rows.items():
            await upsert_many(self._connection, typed, batch, keeping=("position",))
        await self.link(sorted(subscribers))

    async def _lock(self, keys: Sequence[Key], owners: Sequence[Key]) -> None:
        """Lock rows that are there until the transaction ends. Raises Outdated."""
        wanted = [*keys, *owners]
        if not wanted:
            return
        held = await self._connection.execute(
            locking(self._dialect), owner(self._account) | pairs(self._dialect, wanted)
        )
        revisions = {Key(type, id): revision for type, id, revision in held}
        for key in wanted:
            known = self._known.get(key)
            if known is None or revisions.get(key) != known.revision:
                raise Outdated
        if owners:
            # Whoever decided about an owner without its new parts has to look again.
            await self._connection.execute(_revised(self._dialect), owner(self._account) | pairs(self._dialect, owners))

    def _other_owners(self, forms: Sequence[tuple[Stored, Seen]]) -> list[Key]:
        """Owners of the parts that are known and not written themselves: their parts are theirs to lock."""
        owners = {owner_of(form) for form, _ in forms if form.key.type in PART_TYPES}
        return sorted(key for key in owners - {form.key for form, _ in forms} if self._known.get(key) is not None)

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
        row = typed_columns(table, data)
        row |= self._owner
        row["id"] = form.key.id
        row["deleted"] = form.deleted
        row["observed_at"] = seen.latest
        if form.key.type in PART_TYPES:
            row["position"] = form.position
        return row

    async def _roll_up_periods(
        self, forms: Sequence[tuple[Stored, Seen]], subscriptions: Sequence[dict[str, Any]]
    ) -> None:
        """Give subscriptions the period of the item that ends first: rows on their way, and rows that are there."""
        kinds = ("subscription", "subscription_item")
        ids = {of.id for form, _ in forms if form.key.type in kinds and (of := owner_of(form)).type == kinds[0]}
        if not ids:
            return
        items_of: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        names = ("subscription", "id", "current_period_start", "current_period_end")
        for item in await find(
            self._connection, self._account, SubscriptionItem, names, "subscription", ids, alive=True
        ):
            items_of[item.subscription].append(dict(item._mapping))
        periods = {}
        for id in ids:
            start, end = first_to_end(items_of[id])
            periods[id] = {"current_period_start": start, "current_period_end": end}
        for row in subscriptions:
            row.update(periods.pop(row["id"]))
        for id, period in sorted(periods.items()):
            await self._connection.execute(
                update(Subscription).where(*owned(Subscription), Subscription.id == id).values(period),
                owner(self._account),
            )

    async def link(self, subscribers: Sequence[str]) -> None:
        """The oldest live customer that carries a subscriber's id is the one; others stay mirrored, unlinked."""
        if not subscribers:
            return
        places = [{**self._owner, "subscriber": subscriber, "generation": 0} for subscriber in subscribers]
        await insert_many(self._connection, Subscriber, places)
        # Only who holds a subscriber may look who its customers are: two writers would each see their own alone.
        held = await self._connection.execute(
            _held(self._dialect), owner(self._account) | values(self._dialect, subscribers)
        )
        linked: dict[Any, Any] = dict(held.all())
        oldest: dict[Any, tuple[int, str]] = {}
        names = ("claimed_subscriber", "created", "id")
        for subscriber, created, id in await find(
            self._connection, self._account, Customer, names, "claimed_subscriber", subscribers, alive=True
        ):
            oldest[subscriber] = min(oldest.get(subscriber, (created, id)), (created, id))
        meant = {subscriber: oldest[subscriber][1] if subscriber in oldest else None for subscriber in subscribers}
        changed = [
            {**place, "customer": meant[subscriber]}
            for place, subscriber in zip(places, subscribers, strict=True)
            if linked[subscriber] != meant[subscriber]
        ]
        await upsert_many(self._connection, Subscriber, changed, replacing=("customer",))


@cache
def locking(dialect: str) -> Any:
    """Locks the rows of `objects` under the keys that `pairs` gives, in the one order; their names and revisions."""
    columns = StoredObject.__table__.c
    name = (columns.type, columns.id)
    statement = select(columns.type, columns.id, columns.revision).where(*owned(columns), pair_among(dialect, name))
    return statement.order_by(*name).with_for_update()


@cache
def _revised(dialect: str) -> Any:
    columns = StoredObject.__table__.c
    named = pair_among(dialect, (columns.type, columns.id))
    return update(StoredObject).where(*owned(columns), named).values(revision=columns.revision + 1)


@cache
def _held(dialect: str) -> Any:
    columns = Subscriber.__table__.c
    statement = select(columns.subscriber, columns.customer).where(*owned(columns), among(dialect, columns.subscriber))
    return statement.order_by(columns.subscriber).with_for_update()
