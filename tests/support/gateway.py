"""The real service as a process of its own: `manage.py serve` over a data folder, asked over its socket.

    with Gateway(folder, OPENAI_BASE_URL=backend.base_url) as gateway:
        …requests to `gateway.url` with the key CLIENT_KEY…
        gateway.manage("usage_report", "--csv")

Nothing of the tester's own environment or `.env` reaches it. `usage_records` reads the table that the admin shows.
"""

from __future__ import annotations

import csv
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from tests.support.postgres import free_port

MANAGE = Path(__file__).resolve().parent.parent.parent / "manage.py"
CLIENT_KEY = "key-of-the-tests-0123456789abcdefghij"
INHERITED = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")
START_TIMEOUT = 60.0
STOP_TIMEOUT = 30.0


class Gateway:
    """The service between `start` and `stop` (or inside `with`); it may be started again over the same data."""

    program = MANAGE

    def __init__(self, folder: Path, *options: str, **environment: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "serve.log"
        self._options = options
        self._environment = {
            **{name: os.environ[name] for name in INHERITED if name in os.environ},
            "PYTHON_DOTENV_DISABLED": "1",
            "PYTHONUNBUFFERED": "1",
            "DATA_DIR": str(folder / "data"),
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "ANTHROPIC_API_KEY": CLIENT_KEY,
            "OPENAI_API_KEY": "key-of-the-scripted-backend",
            "BIG_MODEL": "big",
            "MIDDLE_MODEL": "middle",
            "SMALL_MODEL": "small",
            **environment,
        }

    def start(self) -> Gateway:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, self.program, "serve", *self._options],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                start_new_session=True,
            )
        try:
            eventually(self.is_ready, START_TIMEOUT, lambda: f"the service is not ready:\n{self.output()}")
        except BaseException:
            self.kill()
            raise
        return self

    def stop(self) -> None:
        """Ask it to finish, as an init system does, and insist that it does so in order."""
        self._process.send_signal(signal.SIGTERM)
        try:
            status = self._process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the service did not stop within {STOP_TIMEOUT} s:\n{self.output()}") from None
        assert status in {0, -signal.SIGTERM}, f"the service ended with {status}:\n{self.output()}"

    def kill(self) -> None:
        """At once, with all of its workers."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def __enter__(self) -> Gateway:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def output(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def manage(self, *command: str) -> str:
        """What a management command prints, run over the same data."""
        run = subprocess.run(
            [sys.executable, MANAGE, *command],
            env=self._environment,
            capture_output=True,
            text=True,
            cwd=self.folder,
        )
        assert run.returncode == 0, f"{' '.join(command)} ended with {run.returncode}:\n{run.stdout}{run.stderr}"
        return run.stdout

    def usage_report(self, by: str) -> list[dict[str, str]]:
        return list(csv.DictReader(self.manage("usage_report", "--by", by, "--csv").splitlines()))

    def usage_records(self, count: int, **fields: object) -> list[dict[str, Any]]:
        """The finished records with these fields in the order of their start, once there are as many as `count`."""
        found: list[dict[str, Any]] = []

        def enough() -> bool:
            dumped = json.loads(self.manage("dumpdata", "accounting.usagerecord"))
            records = [{"id": record["pk"], **record["fields"]} for record in dumped]
            found[:] = [r for r in records if r["state"] != "open" and fields.items() <= r.items()]
            return len(found) >= count

        eventually(enough, STOP_TIMEOUT, lambda: f"{len(found)} of {count} usage records with {fields}: {found}")
        return sorted(found, key=lambda record: str(record["started_at"]))

    def accepts(self) -> bool:
        """Whether its port is open."""
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=5).close()
        except ConnectionRefusedError:
            return False
        return True

    def is_ready(self) -> bool:
        assert self._process.poll() is None, f"the service ended with {self._process.returncode}:\n{self.output()}"
        try:
            with urlopen(f"{self.url}/ready", timeout=5) as response:
                return bool(response.status == 200)
        except (URLError, OSError):
            return False


def eventually(condition: Callable[[], bool], timeout: float, failure: Callable[[], str]) -> None:
    """Ask another process again and again until it says yes."""
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, failure()
        time.sleep(0.05)
