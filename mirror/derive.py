"""Typed rows, made anew from the stored JSON. Stripe is not asked."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.accounts import Account
from db.given import owner, pairs
from db.tables import Mirrored, StoredObject
from db.upsert import upsert_many
from mirror.equality import Held, Unreadable, differing_columns, right_columns
from mirror.held import held_objects, owners_of
from mirror.known import TABLES
from mirror.stored import PART_TYPES, Key
from mirror.write import Writer, locking


async def derive(connection: AsyncConnection, account: Account, keys: Iterable[Key], *, subscriber_key: str) -> int:
    """Write the typed rows that are not what their JSON says, and the links of their subscribers. How many rows.

    The objects stay locked until the caller's transaction ends, in the order in which the door locks them, so that
    nothing newer is overwritten. JSON that cannot be read is left alone.
    """
    wanted = {key for key in keys if key.type in TABLES}
    # Whoever writes a part holds its owner.
    owners = await owners_of(connection, account, wanted)
    await _lock(connection, account, wanted | owners)
    held = await held_objects(connection, account, wanted, subscriber_key=subscriber_key)
    rows: dict[type[Mirrored], list[dict[str, Any]]] = defaultdict(list)
    unlisted: list[Key] = []
    for key in sorted(held):
        try:
            right = right_columns(held[key])
        except Unreadable:
            continue
        if differing_columns(held[key]):
            row = {"account": account.id, "livemode": account.livemode, "id": key.id, **right}
            # The place of a part that its owner does not list stays as it is.
            rows[TABLES[key.type]].append(row | {"position": right.get("position")} if key.type in PART_TYPES else row)
        if right["deleted"] != held[key].deleted:
            unlisted.append(key)
    for key in unlisted:
        await mark_deleted(connection, account, key)
    for table, batch in rows.items():
        await upsert_many(connection, table, batch, keeping=("position",))
    await Writer(connection, account, {}, subscriber_key).link(_claims(held.values()))
    return sum(map(len, rows.values()))


async def mark_deleted(connection: AsyncConnection, account: Account, key: Key, *, deleted: bool = True) -> None:
    """Write the mark of an object by hand."""
    await connection.execute(
        update(StoredObject)
        .where(StoredObject.account == account.id, StoredObject.livemode == account.livemode)
        .where(StoredObject.type == key.type, StoredObject.id == key.id, StoredObject.deleted.is_not(deleted))
        .values(deleted=deleted, revision=StoredObject.revision + 1)
    )
    if key.type in TABLES:
        table = TABLES[key.type]
        await connection.execute(
            update(table)
            .where(table.account == account.id, table.livemode == account.livemode, table.id == key.id)
            .values(deleted=deleted)
        )


def _claims(held: Iterable[Held]) -> list[str]:
    """Subscribers whose customers are among the objects, or were by their rows."""
    found = {claim for each in held for claim in (each.claimed_subscriber, (each.row or {}).get("claimed_subscriber"))}
    return sorted(claim for claim in found if claim)


async def _lock(connection: AsyncConnection, account: Account, keys: Collection[Key]) -> None:
    if keys:
        dialect = connection.dialect.name
        await connection.execute(locking(dialect), owner(account) | pairs(dialect, list(keys)))
