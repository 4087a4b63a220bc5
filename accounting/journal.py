"""The journal of one process: a small SQLite file, written before anything else happens to a request.

    NAME.lock       locked as long as the process lives
    NAME.sqlite3    one row per request, from its opening until it is closed and copied into the table
    NAME.slots      how far those requests have come that run
    NAME.reserve    space for closings on a full disk

SQLite brings what a file of our own would need: recovery after a crash, torn writes, a reader beside the writer. What
is committed survives the process's end at any moment; a commit with a closing also survives a power failure. The lock
is a file of its own, because SQLite finds its `-wal` and `-shm` by the database's name.
"""

from __future__ import annotations

import os
import re
import secrets
import socket
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from accounting.entries import Entry, decode
from accounting.lock import Lock
from accounting.reserve import Reserve
from accounting.slots import Slots

SCHEMA = """
    PRAGMA journal_mode = WAL;
    CREATE TABLE IF NOT EXISTS request (
        id BLOB PRIMARY KEY,
        change INTEGER NOT NULL,
        opening TEXT NOT NULL,
        output_tokens INTEGER NOT NULL DEFAULT 0,
        closing TEXT
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS request_by_change ON request (change);
"""
MOST_ROWS = 100
OPEN = "INSERT OR IGNORE INTO request (change, id, opening) VALUES {rows}"
CLOSE = (
    "UPDATE request SET change = new.column1, closing = new.column2 FROM (VALUES {rows}) AS new WHERE id = new.column3"
)
FORGET = "DELETE FROM request WHERE id IN (VALUES {rows})"
CHANGED = "SELECT id, change, opening, output_tokens, closing FROM request WHERE change > ? ORDER BY change LIMIT ?"
IN_FLIGHT = "SELECT id, change, opening, output_tokens, closing FROM request WHERE closing IS NULL"


@dataclass(slots=True)
class Changes:
    """What one transaction writes, each part with the values that its statement takes."""

    openings: Sequence[tuple[bytes, str]] = ()
    closings: Sequence[tuple[str, bytes]] = ()
    forgotten: Sequence[tuple[bytes]] = ()


class Journal:
    """A journal that this process has locked: its own, or one that a dead process left behind.

    `change` is the number of the last change that this process committed.
    """

    def __init__(self, lock: Lock) -> None:
        self._lock = lock
        self.directory = lock.path.parent
        self.name = lock.path.name.removesuffix(".new").removesuffix(".lock")
        self.reserve = Reserve(self.directory / f"{self.name}.reserve")
        self.slots = Slots(self.directory / f"{self.name}.slots")
        self.change = 0
        self._synchronous = ""
        self._writing, self._reading = self._connect(), self._connect()
        try:
            self._writing.executescript(SCHEMA)
        except sqlite3.Error:
            self.close()
            raise

    @classmethod
    def create(cls, directory: Path) -> Journal:
        """A journal of this process's own; raises OSError or sqlite3.Error where none can be written."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = Lock.prepare(directory / f"{new_name()}.lock")
        try:
            journal = cls(lock)
        except sqlite3.Error:
            lock.release()  # what is there of it is cleaned up like after a crash
            raise
        journal.reserve.hold()
        lock.publish()
        return journal

    def write(self, changes: Changes) -> None:
        """Everything in one transaction; forced to the disk when a request is closed in it."""
        first = self.change + 1
        openings = [(number, *opening) for number, opening in enumerate(changes.openings, first)]
        closings = [(number, *closing) for number, closing in enumerate(changes.closings, first + len(openings))]
        connection = self._writing
        self._synchronize("FULL" if closings else "NORMAL")
        connection.execute("BEGIN IMMEDIATE")
        try:
            self._execute(OPEN, openings)
            self._execute(CLOSE, closings)
            self._execute(FORGET, changes.forgotten)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        self.change += len(openings) + len(closings)

    def changed_after(self, change: int, limit: int) -> list[Entry]:
        """The entries with the oldest changes after that one, in the order of their changes."""
        return self._entries(CHANGED, (change, limit))

    def in_flight(self) -> list[Entry]:
        """The entries of requests that are not closed."""
        return self._entries(IN_FLIGHT)

    def close(self) -> None:
        """Close the file; the lock stays."""
        self._reading.close()
        self._writing.close()

    def abandon(self) -> None:
        """Leave the files to whoever adopts them."""
        self.close()
        self._lock.release()

    def remove(self) -> None:
        """Remove the files, the lock last: a crash in between leaves a journal that can be adopted once more."""
        self.close()
        self.slots.remove()
        for file in self.directory.glob(f"{self.name}.sqlite3*"):
            file.unlink(missing_ok=True)
        self.reserve.release()
        self._lock.remove()

    def _entries(self, statement: str, values: Sequence[int] = ()) -> list[Entry]:
        rows = self._reading.execute(statement, values).fetchall()
        come = {slot.content: slot.output_tokens for slot in self.slots.in_flight()}
        return [
            decode(change, opening, come.get(key, tokens), closing) for key, change, opening, tokens, closing in rows
        ]

    def _connect(self) -> sqlite3.Connection:
        file = self.directory / f"{self.name}.sqlite3"
        return sqlite3.connect(file, isolation_level=None, check_same_thread=False)

    def _execute(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        """One statement for many rows: after each one SQLite would let all other threads run, and wait for its turn."""
        for start in range(0, len(rows), MOST_ROWS):
            some = rows[start : start + MOST_ROWS]
            places = f"({', '.join('?' * len(some[0]))})"
            self._writing.execute(statement.format(rows=", ".join([places] * len(some))), [*chain(*some)])

    def _synchronize(self, mode: str) -> None:
        if mode != self._synchronous:
            self._writing.execute(f"PRAGMA synchronous = {mode}")
            self._synchronous = mode


def new_name() -> str:
    """A name that no other journal has, and that tells an operator whose it is."""
    host = re.sub(r"[^A-Za-z0-9.-]", "", socket.gethostname())[:30] or "host"
    return f"{host}-{os.getpid()}-{secrets.token_hex(4)}"
