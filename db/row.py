"""From Stripe's object in its stored form to the row of its typed table. Pure."""

from collections.abc import Callable, Mapping
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple

from db.columns import Read
from db.tables.mirrored import Mirrored


class _Columns(NamedTuple):
    names: tuple[str, ...]
    """Of those that are filled from a key of the object itself."""
    keys: tuple[str, ...]
    all_of_them: Callable[[Mapping[str, Any]], tuple[Any, ...]]
    """What is under the keys; most objects have every one."""
    others: tuple[tuple[str, Read], ...]


def typed_columns(table: type[Mirrored], stripe_object: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the columns that are filled from the object, by column name."""
    columns = _columns(table)
    try:
        values = columns.all_of_them(stripe_object)
    except KeyError:
        values = tuple([stripe_object.get(key) for key in columns.keys])
    row = dict(zip(columns.names, values, strict=True))
    for name, read in columns.others:
        row[name] = read(stripe_object)
    return row


@cache
def _columns(table: type[Mirrored]) -> _Columns:
    # Some names of SQLAlchemy's are more than text, and JSON takes only text for keys.
    filled = {str(each.name): each.info for each in table.__table__.columns if "read" in each.info}
    keys = {name: info["key"] for name, info in filled.items() if "key" in info}
    others = tuple((name, info["read"]) for name, info in filled.items() if name not in keys)
    # Of a single key it would give the bare value.
    all_of_them = (
        itemgetter(*keys.values()) if len(keys) > 1 else lambda each: tuple(each[key] for key in keys.values())
    )
    return _Columns(tuple(keys), tuple(keys.values()), all_of_them, others)
