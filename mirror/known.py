"""What the mirror holds of objects."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.accounts import Account
from db.given import owned, owner, pair_among, pairs
from db.tables import RESOURCES, Mirrored, StoredObject
from mirror.order import Seen
from mirror.stored import Key

TABLES: Mapping[str, type[Mirrored]] = {table.object_name: table for table in RESOURCES}


def claim_of(customer: Any, subscriber_key: str) -> str | None:
    """The subscriber that a customer names in its metadata. JSON that was broken by hand names none."""
    metadata = customer.get("metadata") if isinstance(customer, Mapping) else None
    return (metadata.get(subscriber_key) or None) if isinstance(metadata, Mapping) else None


@dataclass(frozen=True, slots=True)
class Known:
    """What the mirror holds of one object."""

    seen: Seen
    revision: int
    deleted: bool
    data: dict[str, Any]


async def known_objects(connection: AsyncConnection, account: Account, keys: Collection[Key]) -> dict[Key, Known]:
    """What is stored under the keys, in one statement; those that are not there are left out."""
    if not keys:
        return {}
    dialect = connection.dialect.name
    found = await connection.execute(_by_keys(dialect), owner(account) | pairs(dialect, list(keys)))
    return {
        Key(type, id): Known(Seen(earliest, latest, version), revision, deleted, data)
        for type, id, earliest, latest, version, revision, deleted, data in found
    }


@cache
def _by_keys(dialect: str) -> Any:
    columns = StoredObject.__table__.c
    return select(
        columns.type,
        columns.id,
        columns.earliest,
        columns.latest,
        columns.api_version,
        columns.revision,
        columns.deleted,
        columns.data,
    ).where(*owned(columns), pair_among(dialect, (columns.type, columns.id)))
