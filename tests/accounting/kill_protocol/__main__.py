"""`python -m tests.accounting.kill_protocol`: the exit status is 1 if anything was booked wrongly."""
# ruff: noqa: E402 - Django is set up before what needs its models is imported

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django

django.setup()

from tests.accounting.kill_protocol.figures import lines
from tests.accounting.kill_protocol.nemeses import plan
from tests.accounting.kill_protocol.protocol import Run, carried_out
from tests.accounting.kill_protocol.reconciliation import violations
from tests.support.postgres import NONE_HERE, PostgreSQL, programs, running


def options() -> Namespace:
    parser = ArgumentParser(prog="python -m tests.accounting.kill_protocol", description=__doc__)
    parser.add_argument("--kills", type=int, default=500, help="end after so many kills (%(default)s)")
    parser.add_argument("--minutes", type=float, default=25.0, help="or after so many minutes (%(default)s)")
    parser.add_argument("--clients", type=int, default=50, help="clients that ask at once (%(default)s)")
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL instead of SQLite")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="of all that is left to chance")
    parser.add_argument("--folder", type=Path, help="where its files stay; without one they are removed")
    return parser.parse_args()


@contextmanager
def place(wanted: Path | None) -> Iterator[Path]:
    if wanted is not None:
        wanted.mkdir(parents=True)
        yield wanted
        return
    with tempfile.TemporaryDirectory(prefix="kill-protocol-") as folder:
        yield Path(folder)


@contextmanager
def server(wanted: bool) -> Iterator[PostgreSQL | None]:
    if not wanted:
        yield None
        return
    if (found := programs()) is None:
        sys.exit(NONE_HERE)
    with running(found) as started:
        yield started


def main() -> int:
    chosen = options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # stops the service as well
    print(f"seed {chosen.seed}", flush=True)
    with place(chosen.folder) as folder, server(chosen.postgres) as postgres:
        nemeses = plan(chosen.kills, chosen.seed)
        run = Run(folder, chosen.seed, chosen.clients, nemeses, chosen.minutes * 60, postgres)
        outcome = carried_out(run)
    found = violations(outcome.evidence)
    print("\n".join(lines(outcome, found)))
    return 1 if any(found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
