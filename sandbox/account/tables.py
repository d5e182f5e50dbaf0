"""Objects of one kind, newest first, with indexes; changes can be undone until they are committed.

A row may carry a "_" entry: what the sandbox itself has to remember about it, never sent to anyone.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from sandbox.account.attempts import Attempt
from sandbox.account.objects import Object, clone
from sandbox.account.replicas import Cold

Key = tuple[int, int, str]
Index = Callable[[Object], str | None]
FIRST_COPY = -1_000_000_000


class Journal:
    """What would have to be done to take back the changes since the last commit."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], None]] = []
        self._touched: dict[tuple[str, str], None] = {}
        self._edited: set[tuple[str, str]] = set()
        self.answered: dict[str, Attempt] = {}
        self.keep: Callable[[Iterable[tuple[str, str]], dict[str, Attempt]], None] | None = None
        """Told at each commit which rows, by kind and id, have changed, and which idempotency keys were answered."""

    def note(self, kind: str, id: str, undo: Callable[[], None]) -> None:
        """Remembers how to take back one change of a row."""
        self._undo.append(undo)
        self._touched[kind, id] = None

    def first_edit(self, kind: str, id: str) -> bool:
        """Whether a row is edited for the first time since the last commit."""
        if (kind, id) in self._edited:
            return False
        self._edited.add((kind, id))
        return True

    def commit(self) -> None:
        """Makes the changes final."""
        if self.keep is not None:
            self.keep(self._touched, self.answered)
        self.answered.clear()
        self._undo.clear()
        self._touched.clear()
        self._edited.clear()

    def rollback(self) -> None:
        """Takes the changes back, the last one first."""
        while self._undo:
            self._undo.pop()()
        self._touched.clear()
        self._edited.clear()


class Rows(dict[str, Any]):
    """Rows by id; a cold one becomes a row of its own when it is asked for, and `warmed` is told."""

    def __init__(self, warmed: Callable[[Object], None]) -> None:
        super().__init__()
        self._warmed = warmed

    def __getitem__(self, id: str) -> Object:
        row: Object | Cold = super().__getitem__(id)
        if isinstance(row, Cold):
            row = row.row()
            super().__setitem__(id, row)
            self._warmed(row)
        return row

    def get(self, id: str, default: Any = None) -> Any:
        return self[id] if super().__contains__(id) else default

    def values(self) -> list[Object]:  # type: ignore[override] # a list: warming would disturb a view
        return [self[id] for id in self]

    def warm(self) -> list[str]:
        """The ids of the rows that are not cold."""
        return [id for id, row in dict.items(self) if not isinstance(row, Cold)]

    def chill(self, id: str, cold: Cold) -> None:
        """Puts in a row that is worked out when it is needed."""
        super().__setitem__(id, cold)

    def peek(self, id: str) -> Object:
        """A row to look at and forget; cold ones stay cold."""
        row: Object | Cold = super().__getitem__(id)
        return row.row() if isinstance(row, Cold) else row


class Table:
    """Rows by id, in the order of their creation time and then of their arrival."""

    def __init__(self, kind: str, journal: Journal, indexes: dict[str, Index], *, livemode: bool = False) -> None:
        """All rows of a table are of one mode."""
        self.kind = kind
        self.rows = Rows(self._note_places)
        self.gone: dict[str, Object] = {}
        self.journal = journal
        self._livemode = livemode
        self._sequence = 0
        self._order: list[Key] = []
        self._keys: dict[str, Key] = {}
        self._indexes = indexes
        self._lists: dict[tuple[str, str], list[Key]] = {}
        self._places: dict[str, list[tuple[str, str]]] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def get(self, id: str | None) -> Object | None:
        """The row to read, or None."""
        row: Object | None = None if id is None else self.rows.get(id)
        return row

    def look(self, id: str) -> Object | None:
        """The row to look at and forget, deleted or not, or None."""
        return self.rows.peek(id) if id in self.rows else self.gone.get(id)

    def add(self, row: Object) -> Object:
        """Puts a new row in; its id must be free."""
        if "livemode" in row:
            row["livemode"] = self._livemode
        self._sequence += 1
        self._insert(row, (created_of(row), self._sequence, row["id"]))
        self.journal.note(self.kind, row["id"], lambda: self._take_out(row["id"]))
        return row

    def warm_ids(self) -> list[str]:
        """The ids of all rows, deleted ones too, that are no untouched copies."""
        return [*self.rows.warm(), *self.gone]

    def forget(self, id: str) -> None:
        """Takes a row out for good, without noting it."""
        self._take_out(id)

    def restore(self, row: Object, created: int, sequence: int, *, gone: bool) -> None:
        """Puts a row in that was kept elsewhere, without noting it; one of that id makes room."""
        if row["id"] in self.rows:
            self._take_out(row["id"])
        self._sequence = max(self._sequence, sequence)
        if gone:
            self.gone[row["id"]] = row
        else:
            self._insert(row, (created, sequence, row["id"]))

    def add_copies(self, copies: Iterable[Cold]) -> None:
        """Puts in the rows of copies, all at once; they stand before what has arrived in the same second."""
        for sequence, cold in enumerate(copies, FIRST_COPY):
            pattern, replica = cold.pattern, cold.replica
            id = replica.fill(pattern.id)
            key = (pattern.created + replica.shift, sequence, id)
            self.rows.chill(id, cold)
            self._keys[id] = key
            self._order.append(key)
            for name, value in pattern.places:
                self._lists.setdefault((name, replica.fill(value)), []).append(key)
        self._order.sort()
        for keys in self._lists.values():
            keys.sort()

    def edit(self, id: str) -> Object:
        """The row to change in place, deleted or not; what it was comes back on rollback."""
        row = self.rows[id] if id in self.rows else self.gone[id]
        if self.journal.first_edit(self.kind, id):
            before = clone(row)
            self.journal.note(self.kind, id, lambda: self._restore(row, before))
        return row

    def reindex(self, id: str) -> None:
        """To be called when an indexed reference of a row has changed."""
        self._unplace(id)
        self._place(self.rows[id], self._keys[id])

    def remove(self, id: str) -> Object:
        """Takes a row out; it can still be read as `gone`."""
        row, key = self.rows[id], self._keys[id]
        self._take_out(id)
        self.gone[id] = row

        def undo() -> None:
            del self.gone[id]
            self._insert(row, key)

        self.journal.note(self.kind, id, undo)
        return row

    def keys(self, index: str = "", value: str = "") -> Sequence[Key]:
        """Oldest first: all of them, or those whose index has that value."""
        return self._lists.get((index, value), ()) if index else self._order

    def key(self, id: str) -> Key | None:
        """Where a row stands in the order."""
        return self._keys.get(id)

    def oldest_first(self, index: str = "", value: str = "") -> list[Object]:
        """The rows of an index, oldest first."""
        return [self.rows[key[2]] for key in self.keys(index, value)]

    def shown(self, index: str, value: str) -> list[Object]:
        """The rows of an index, oldest first, to look at and forget."""
        return [self.rows.peek(key[2]) for key in self.keys(index, value)]

    def newest_first(self, index: str = "", value: str = "") -> Iterator[Object]:
        """The rows of an index, newest first."""
        return (self.rows[key[2]] for key in reversed(self.keys(index, value)))

    def _insert(self, row: Object, key: Key) -> None:
        self.rows[row["id"]] = row
        self._keys[row["id"]] = key
        insort(self._order, key)
        self._place(row, key)

    def _take_out(self, id: str) -> None:
        self._unplace(id)
        del self.rows[id]
        discard(self._order, self._keys.pop(id))

    def _restore(self, row: Object, before: Object) -> None:
        row.clear()
        row.update(before)
        if row["id"] in self._keys:
            self.reindex(row["id"])

    def places_of(self, row: Object) -> list[tuple[str, str]]:
        """Under which values of which indexes a row stands."""
        return [(name, value) for name, index in self._indexes.items() if (value := index(row)) is not None]

    def _note_places(self, row: Object) -> None:
        self._places[row["id"]] = self.places_of(row)

    def _place(self, row: Object, key: Key) -> None:
        self._note_places(row)
        for place in self._places[row["id"]]:
            insort(self._lists.setdefault(place, []), key)

    def _unplace(self, id: str) -> None:
        places = self._places.pop(id, None)
        for place in self.places_of(self.rows.peek(id)) if places is None else places:
            discard(self._lists[place], self._keys[id])
            if not self._lists[place]:
                del self._lists[place]


def created_of(row: Object) -> int:
    """When an object came to be; invoice items call it `date`, discounts `start`."""
    created: int = row.get("created") or row.get("date") or row.get("start") or 0
    return created


def discard(keys: list[Key], key: Key) -> None:
    """Takes one key out of a sorted list."""
    del keys[bisect_left(keys, key)]
