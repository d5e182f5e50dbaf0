"""Which other objects an object points at. Pure."""

from collections.abc import Iterable

from mirror.known import TABLES
from mirror.stored import MIRRORED_TYPES, Key, Stored


def missing_references(forms: Iterable[Stored]) -> set[Key]:
    """The references of the objects to what did not come along with them."""
    here = {form.key for form in forms}
    found: set[Key] = set()
    for form in forms:
        table = TABLES.get(form.key.type)
        if table is None or form.deleted:
            continue
        for column in table.__table__.columns:
            to = column.info.get("to")
            if to in MIRRORED_TYPES and (id := column.info["read"](form.data)):
                found.add(Key(to, id))
    return {key for key in found - here if key.type != "discount"}
