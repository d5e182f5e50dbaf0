"""Objects of one kind, newest first, with indexes; changes can be undone until they are committed.

A row may carry a "_" entry: what the sandbox itself has to remember about it, never sent to anyone.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator, Sequence

from sandbox.account.objects import Object, clone

Key = tuple[int, int, str]
Index = Callable[[Object], str | None]


class Journal:
    """What would have to be done to take back the changes since the last commit."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], None]] = []
        self._touched: set[tuple[int, str]] = set()

    def note(self, undo: Callable[[], None]) -> None:
        """Remembers how to take back one change."""
        self._undo.append(undo)

    def first_touch(self, table: "Table", id: str) -> bool:
        """Whether a row is changed for the first time since the last commit."""
        mark = (id_of(table), id)
        if mark in self._touched:
            return False
        self._touched.add(mark)
        return True

    def commit(self) -> None:
        """Makes the changes final."""
        self._undo.clear()
        self._touched.clear()

    def rollback(self) -> None:
        """Takes the changes back, the last one first."""
        while self._undo:
            self._undo.pop()()
        self._touched.clear()


def id_of(table: "Table") -> int:
    """Tables are told apart by identity."""
    return id(table)


class Table:
    """Rows by id, in the order of their creation time and then of their arrival."""

    def __init__(self, journal: Journal, indexes: dict[str, Index]) -> None:
        self.rows: dict[str, Object] = {}
        self.gone: dict[str, Object] = {}
        self.journal = journal
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
        return None if id is None else self.rows.get(id)

    def add(self, row: Object) -> Object:
        """Puts a new row in; its id must be free."""
        self._sequence += 1
        self._insert(row, (created_of(row), self._sequence, row["id"]))
        self.journal.note(lambda: self._take_out(row["id"]))
        return row

    def edit(self, id: str) -> Object:
        """The row to change in place, deleted or not; what it was comes back on rollback."""
        row = self.rows[id] if id in self.rows else self.gone[id]
        if self.journal.first_touch(self, id):
            before = clone(row)
            self.journal.note(lambda: self._restore(row, before))
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

        self.journal.note(undo)
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

    def _place(self, row: Object, key: Key) -> None:
        places = [(name, value) for name, index in self._indexes.items() if (value := index(row)) is not None]
        self._places[row["id"]] = places
        for place in places:
            insort(self._lists.setdefault(place, []), key)

    def _unplace(self, id: str) -> None:
        for place in self._places.pop(id):
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
