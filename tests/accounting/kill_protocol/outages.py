"""How a database and a disk are taken away from a service that runs, and given back."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol

from tests.support.postgres import PostgreSQL

JOURNALS_MB = 64
LOCK_PATIENCE = 20.0
BLOCKS = (1 << 16, 1 << 10, 1)


class Database(Protocol):
    def goes_away(self, seconds: float, *, restarts: bool) -> None:
        """For so long; `restarts` is how, where there are two ways."""


class LockedSQLite:
    """Somebody else has the only lock."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def goes_away(self, seconds: float, *, restarts: bool) -> None:
        with closing(sqlite3.connect(self._file, timeout=LOCK_PATIENCE, isolation_level=None)) as database:
            database.execute("BEGIN EXCLUSIVE")
            time.sleep(seconds)
            database.execute("ROLLBACK")


class LostPostgreSQL:
    """The server ends as if its machine had lost its power, or it hangs with all connections open."""

    def __init__(self, server: PostgreSQL) -> None:
        self._server = server

    def goes_away(self, seconds: float, *, restarts: bool) -> None:
        if restarts:
            self._server.stop()
            time.sleep(seconds)
            self._server.start()
        else:
            self._hang(seconds)

    def _hang(self, seconds: float) -> None:
        postmaster = int((self._server.data / "postmaster.pid").read_text().split()[0])
        processes = [postmaster, *children(postmaster)]
        for process in processes:
            send(process, signal.SIGSTOP)
        time.sleep(seconds)
        for process in processes:
            send(process, signal.SIGCONT)


class Disk(Protocol):
    def fill(self, workers: Sequence[int]) -> None: ...

    def free(self) -> None: ...


class SmallDisk:
    """A disk of its own for the journals, full to the last byte."""

    def __init__(self, folder: Path) -> None:
        self._filler = folder / "filler"

    def fill(self, workers: Sequence[int]) -> None:
        with self._filler.open("wb", buffering=0) as file:
            for size in BLOCKS:
                try:
                    while file.write(bytes(size)) == size:
                        pass
                except OSError:
                    continue

    def free(self) -> None:
        self._filler.unlink()


class NoGrowth:
    """Where no disk can be mounted: the processes may write nothing beyond the first page of a file."""

    def fill(self, workers: Sequence[int]) -> None:
        self._limited = [worker for worker in workers if limited(worker, 4096)]

    def free(self) -> None:
        for worker in self._limited:
            limited(worker, None)


@contextmanager
def disk(journals: Path) -> Iterator[Disk]:
    """A disk for the journals, where this process may mount one."""
    journals.mkdir(mode=0o700, parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={JOURNALS_MB}m,mode=700", "tmpfs", str(journals)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        yield NoGrowth()
        return
    try:
        yield SmallDisk(journals)
    finally:
        subprocess.run(["umount", "--lazy", str(journals)], check=True)


def limited(process: int, size: int | None) -> bool:
    """Let its files have that size, or again any; False where it is gone."""
    try:
        _, most = resource.prlimit(process, resource.RLIMIT_FSIZE)
        resource.prlimit(process, resource.RLIMIT_FSIZE, (most if size is None else size, most))
    except ProcessLookupError:
        return False
    return True


def send(process: int, sent: signal.Signals) -> bool:
    """Whether the process was there."""
    try:
        os.kill(process, sent)
    except ProcessLookupError:
        return False
    return True


def children(process: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        found.extend(map(int, task.read_text().split()))
    return found
