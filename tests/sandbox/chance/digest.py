"""All that a sandbox remembers of its objects, in a few numbers; and whether its indexes are what the rows say."""

from collections.abc import Sequence

import orjson

from sandbox.account.state import State
from sandbox.account.tables import Key, Table


def oldest(table: Table) -> Sequence[Key]:
    """Where the rows stand, oldest first."""
    return table.keys()


def digest(state: State) -> dict[str, int]:
    """By kind; changes with anything about any object. Events are only ever added, so that their number tells."""
    told = {
        kind: hash(orjson.dumps([[table.rows[key[2]] for key in oldest(table)], [*table.gone.values()]]))
        for kind, table in state.tables.items()
        if kind != "event"
    }
    return told | {"event": len(state.tables["event"])}


def index_troubles(state: State) -> list[str]:
    """Where the order or an index of a table does not say what its rows do."""
    found: list[str] = []
    for kind, table in state.tables.items():
        if sorted(key[2] for key in oldest(table)) != sorted(table.rows):
            found.append(f"the order of {kind}")
        places: dict[tuple[str, str], list[str]] = {}
        for key in oldest(table):
            for name, index in table._indexes.items():
                if (value := index(table.rows[key[2]])) is not None:
                    places.setdefault((name, value), []).append(key[2])
        shown = {place: [key[2] for key in table.keys(*place)] for place in table._lists}
        if shown != places:
            found.append(f"the indexes of {kind}")
    return found
