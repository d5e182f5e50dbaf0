"""From Stripe's object in its stored form to the row of its typed table. Pure."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from db.columns import Read
from db.tables.mirrored import Mirrored


def typed_columns(table: type[Mirrored], stripe_object: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the columns that are filled from the object, by column name."""
    return {name: read(stripe_object) for name, read in _readers(table)}


@cache
def _readers(table: type[Mirrored]) -> tuple[tuple[str, Read], ...]:
    # Some names of SQLAlchemy's are more than text, and JSON takes only text for keys.
    return tuple((str(each.name), each.info["read"]) for each in table.__table__.columns if "read" in each.info)
