"""What the mirror holds of objects: their JSON, their typed rows, and what those depend on besides."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from db.accounts import Account
from db.find import find
from mirror.equality import OWNERS, Held
from mirror.known import TABLES, claim_of, known_objects
from mirror.stored import Key


async def held_objects(
    connection: AsyncConnection, account: Account, keys: Iterable[Key], *, subscriber_key: str
) -> dict[Key, Held]:
    """What is held under the keys; those that are not there are left out."""
    wanted = set(keys)
    known = await known_objects(connection, account, wanted)
    rows = await _typed_rows(connection, account, wanted)
    owners = {key: owner for key in known if (owner := _owner(key, known[key].data))}
    items = {key: _items(known[key].data) for key in known if key.type == "subscription"}
    near = {*owners.values(), *(item for listed in items.values() for item in listed)}
    known_too = known | await known_objects(connection, account, near - known.keys())

    def alive(key: Key) -> Iterable[Mapping[str, Any]]:
        each = known_too.get(key)
        return [] if each is None or each.deleted else [_readable(each.data)]

    return {
        key: Held(
            key,
            data=_readable(each.data),
            deleted=each.deleted,
            observed_at=each.seen.latest,
            table=TABLES.get(key.type),
            row=rows.get(key),
            claimed_subscriber=claim_of(each.data, subscriber_key) if key.type == "customer" else None,
            owner=next(iter(alive(owners[key])), None) if key in owners else None,
            items=tuple(data for item in items.get(key, ()) for data in alive(item)),
        )
        for key, each in known.items()
    }


async def owners_of(connection: AsyncConnection, account: Account, keys: Iterable[Key]) -> set[Key]:
    """What should list the parts among the keys."""
    known = await known_objects(connection, account, [key for key in keys if key.type in OWNERS])
    return {owner for key, each in known.items() if (owner := _owner(key, each.data))}


async def _typed_rows(
    connection: AsyncConnection, account: Account, keys: Iterable[Key]
) -> dict[Key, Mapping[str, Any]]:
    by_type: dict[str, list[str]] = defaultdict(list)
    for key in keys:
        by_type[key.type].append(key.id)
    found: dict[Key, Mapping[str, Any]] = {}
    for type in by_type.keys() & TABLES.keys():
        names = tuple(str(column.name) for column in TABLES[type].__table__.columns)
        rows = await find(connection, account, TABLES[type], names, "id", by_type[type])
        found |= {Key(type, row.id): dict(row._mapping) for row in rows}
    return found


def _owner(key: Key, data: Any) -> Key | None:
    """What should list a part."""
    if key.type not in OWNERS:
        return None
    type, _ = OWNERS[key.type]
    id = _readable(data).get(type)
    return Key(type, id) if isinstance(id, str) else None


def _items(data: Any) -> list[Key]:
    listed = _readable(data).get("items")
    return [Key("subscription_item", id) for id in listed if isinstance(id, str)] if isinstance(listed, list) else []


def _readable(data: Any) -> Mapping[str, Any]:
    """JSON that was broken by hand need not be an object."""
    return data if isinstance(data, Mapping) else {}
