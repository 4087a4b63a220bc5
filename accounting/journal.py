"""The journal of one process: two files, the first of which is written before anything else happens to a request.

    NAME.slots      the requests that run
    NAME.sqlite3    those that ended, until they are copied into the table
    NAME.reserve    space for closings on a full disk
    NAME.lock       locked as long as the process lives

What is in either survives the process's end at any moment; a commit with a closing also survives a power failure.
SQLite brings what a file of our own would need for that: torn writes, a reader beside the writer. A request leaves its
slot when its row is committed, so it may be in both; then the row counts. The lock is a file of its own, because SQLite
finds its `-wal` and `-shm` by the database's name.
"""

from __future__ import annotations

import os
import re
import secrets
import socket
import sqlite3
from collections.abc import Sequence
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
"""Rows without a closing, and with output tokens, are in journals that an older version left behind."""
MOST_ROWS = 100
CLOSE = "INSERT INTO request (change, id, opening, closing) VALUES {rows} ON CONFLICT (id) DO NOTHING"
FORGET = "DELETE FROM request WHERE id IN (VALUES {rows})"
CHANGED = "SELECT change, opening, output_tokens, closing FROM request WHERE change > ? ORDER BY change LIMIT ?"


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

    def write(self, closed: Sequence[tuple[bytes, str, str]], forgotten: Sequence[bytes] = ()) -> None:
        """Everything in one transaction; forced to the disk when requests (key, opening, closing) end in it."""
        connection = self._writing
        self._synchronize("FULL" if closed else "NORMAL")
        connection.execute("BEGIN IMMEDIATE")
        try:
            self._execute(CLOSE, [(change, *request) for change, request in enumerate(closed, self.change + 1)])
            self._execute(FORGET, [(key,) for key in forgotten])
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        self.change += len(closed)

    def changed_after(self, change: int, limit: int) -> list[Entry]:
        """The entries with the oldest changes after that one, in the order of their changes."""
        return [decode(*row) for row in self._reading.execute(CHANGED, (change, limit)).fetchall()]

    def in_flight(self, after: int = 0) -> list[Entry]:
        """The entries of requests that run, begun after that one; one that has just ended may be among them."""
        running = self.slots.in_flight(after)
        return [decode(slot.number, slot.content, slot.output_tokens, None) for slot in running]

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
