"""The account in a file: SQLite, written with every commit, so that a killed sandbox goes on where it was."""

import sqlite3
from collections.abc import Iterable
from dataclasses import asdict, astuple
from pathlib import Path
from typing import Any

import orjson

from sandbox.account.attempts import Attempt
from sandbox.account.clock import Kept
from sandbox.account.copies import Copies, read
from sandbox.account.state import Rules, State

FORMAT = 1
TABLES = """
    CREATE TABLE objects (
        kind TEXT NOT NULL, id TEXT NOT NULL, created INTEGER NOT NULL, sequence INTEGER NOT NULL,
        gone INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (kind, id)
    ) WITHOUT ROWID;
    CREATE TABLE timers (
        sequence INTEGER PRIMARY KEY, clock TEXT NOT NULL, due INTEGER NOT NULL, action TEXT NOT NULL, id TEXT NOT NULL
    );
    CREATE TABLE attempts (
        key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, request TEXT NOT NULL, expires INTEGER NOT NULL,
        status INTEGER NOT NULL, body BLOB NOT NULL
    );
    CREATE TABLE facts (name TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
"""


class BadFile(Exception):
    """A file that holds no sandbox; the text says what to do."""


class Store:
    """One file. It belongs to one sandbox at a time."""

    def __init__(self, path: Path) -> None:
        """Opens or makes the file. Raises BadFile."""
        try:
            self._connection = sqlite3.connect(path, timeout=1, isolation_level=None, check_same_thread=False)
            # Held until the end: two sandboxes on one file would undo each other.
            self._connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            (version,) = self._connection.execute("PRAGMA user_version").fetchone()
            (tables,) = self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            self.is_new = not tables
            if self.is_new:
                self._connection.executescript(f"BEGIN; {TABLES} PRAGMA user_version = {FORMAT}; COMMIT;")
        except sqlite3.Error as error:
            raise BadFile(
                f"{path} cannot be used for the sandbox's data ({error}). Name another file, or stop the sandbox that"
                " uses it."
            ) from None
        if not self.is_new and version != FORMAT:
            raise BadFile(f"{path} was not written by this version of the sandbox. Name another file.")
        self._facts: dict[str, bytes] = {}

    def close(self) -> None:
        """Lets go of the file."""
        self._connection.close()

    def load(self, state: State) -> None:
        """Fills a fresh state with what the file holds."""
        self._facts = dict(self._connection.execute("SELECT name, body FROM facts"))
        facts = {name: orjson.loads(body) for name, body in self._facts.items()}
        state.account, state.began = facts["account"]["id"], facts["account"]["began"]
        state.clock.offset = facts["offset"]
        state.rules = Rules(**facts["rules"])
        state.counts = facts["counts"]
        if "copies" in facts:
            read(facts["copies"]).put_into(state, timers=False)
        rows = self._connection.execute("SELECT kind, created, sequence, gone, body FROM objects ORDER BY sequence")
        for kind, created, sequence, gone, body in rows:
            state.table(kind).restore(orjson.loads(body), created, sequence, gone=bool(gone))
        state.timers.load(self._connection.execute("SELECT clock, due, sequence, action, id FROM timers"))
        attempts = self._connection.execute(
            "SELECT key, fingerprint, request, expires, status, body FROM attempts WHERE expires > ?",
            [state.clock.now()],
        )
        state.attempts |= {key: Attempt(*attempt) for key, *attempt in attempts}
        state.outbox += [row["id"] for row in state.table("event").oldest_first() if row["_"]["pending"]]

    def begin(self, state: State, copies: Copies | None) -> None:
        """Writes a whole state into a new file."""
        touched = [(kind, id) for kind, table in state.tables.items() for id in table.warm_ids()]
        self._write(state, touched, state.timers.waiting(), {} if copies is None else {"copies": copies.written})

    def follow(self, state: State) -> None:
        """From now on writes what is committed."""

        def keep(touched: Iterable[tuple[str, str]], answered: dict[str, Attempt]) -> None:
            self._write(state, touched, answered=answered)

        state.journal.keep = keep
        state.timers.record()

    def _write(
        self,
        state: State,
        touched: Iterable[tuple[str, str]],
        timers: list[Kept] | None = None,
        further: dict[str, bytes] | None = None,
        answered: dict[str, Attempt] | None = None,
    ) -> None:
        """One commit."""
        rows = [record(state, kind, id) for kind, id in touched]
        begun, taken = state.timers.recorded()
        facts = facts_of(state) | (further or {})
        facts = {name: body for name, body in facts.items() if self._facts.get(name) != body}
        attempts = [(key, *astuple(attempt)) for key, attempt in (answered or {}).items()]
        if not (rows or begun or taken or facts or attempts):
            return
        execute = self._connection.execute
        many = self._connection.executemany
        execute("BEGIN")
        many("INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?, ?)", [row for row in rows if len(row) > 2])
        many("DELETE FROM objects WHERE kind = ? AND id = ?", [row for row in rows if len(row) == 2])
        many("INSERT INTO timers (clock, due, sequence, action, id) VALUES (?, ?, ?, ?, ?)", [*begun, *(timers or ())])
        many("DELETE FROM timers WHERE sequence = ?", taken)
        many("INSERT OR REPLACE INTO attempts VALUES (?, ?, ?, ?, ?, ?)", attempts)
        many("INSERT OR REPLACE INTO facts VALUES (?, ?)", list(facts.items()))
        execute("COMMIT")
        self._facts |= facts


def record(state: State, kind: str, id: str) -> tuple[Any, ...]:
    """A row as it is kept; only kind and id when it is neither there nor gone."""
    table = state.table(kind)
    key = table.key(id)
    if key is not None:
        return kind, id, key[0], key[1], 0, orjson.dumps(table.rows[id])
    if id in table.gone:
        return kind, id, 0, 0, 1, orjson.dumps(table.gone[id])
    return kind, id


def facts_of(state: State) -> dict[str, bytes]:
    """What is not a row."""
    facts: dict[str, Any] = {
        "account": {"id": state.account, "began": state.began},
        "counts": state.counts,
        "offset": state.clock.offset,
        "rules": asdict(state.rules),
    }
    return {name: orjson.dumps(value) for name, value in facts.items()}
