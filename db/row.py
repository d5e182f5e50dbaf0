"""From Stripe's object in its stored form to the row of its typed table. Pure."""

from collections.abc import Mapping
from typing import Any

from db.tables.mirrored import Mirrored


def typed_columns(table: type[Mirrored], stripe_object: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the columns that are filled from the object, by column name."""
    return {
        column.name: column.info["read"](stripe_object) for column in table.__table__.columns if "read" in column.info
    }
