"""What happens to the service under load, one thing after the other."""

from __future__ import annotations

import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from tests.accounting.kill_protocol.outages import Database, Disk, children, send
from tests.accounting.kill_protocol.reconciliation import Span
from tests.accounting.kill_protocol.service import Orders
from tests.accounting.kill_protocol.steps import ONCE, STEPS
from tests.support.gateway import Gateway, eventually

WORKERS = 2
WORKERS_TIMEOUT = 60.0
STEP_SECONDS = 12.0
QUIET_SECONDS = 1.0
OUTAGE_SECONDS = (2.0, 6.0)
MOST_PASSES = 30


@dataclass
class Stage:
    """The service and what it stands on; `spans` and `done` tell what was done to it, `copies` has old journals."""

    gateway: Gateway
    database: Database
    disk: Disk
    orders: Orders
    copies: Path
    random: random.Random
    spans: list[Span] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    steps: list[str] = field(default_factory=list)

    @property
    def journals(self) -> Path:
        return self.gateway.folder / "data" / "journal"

    @contextmanager
    def span(self, what: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.spans.append(Span(what, began, time.monotonic()))

    def workers(self) -> list[int]:
        """Those that run now, at least one."""
        found: list[int] = []

        def some() -> bool:
            found[:] = [pid for pid in children(self.gateway.pid) if is_worker(pid)]
            return bool(found)

        eventually(some, WORKERS_TIMEOUT, lambda: f"no worker runs:\n{self.gateway.output()}")
        return found

    def settled(self) -> list[int]:
        """All workers, once each of them has its journal: without one a worker cannot start, and the service ends."""
        found: list[int] = []

        def all_of_them() -> bool:
            found[:] = self.workers()
            return len(found) == WORKERS and all(any(self.journals.glob(f"*-{pid}-*.lock")) for pid in found)

        eventually(all_of_them, WORKERS_TIMEOUT, lambda: f"not all workers run:\n{self.gateway.output()}")
        return found

    def next_step(self) -> str:
        """Each of them in turn, in another order each time."""
        if not self.steps:
            self.steps = self.random.sample(list(STEPS), len(STEPS))
        return self.steps.pop()


def kill_worker(stage: Stage) -> None:
    send(stage.random.choice(stage.workers()), signal.SIGKILL)


def kill_all(stage: Stage) -> None:
    """The journals that are left are kept, to be adopted once more at the end."""
    stage.gateway.kill()
    shutil.copytree(stage.journals, unused(stage.copies))
    stage.gateway.start()


def end_at_step(stage: Stage) -> None:
    """A worker is killed, and the one that takes its place ends at a step."""
    step = stage.next_step()
    stage.orders.give(step, 1 if step in ONCE else stage.random.randint(1, MOST_PASSES))
    kill_worker(stage)
    deadline = time.monotonic() + STEP_SECONDS
    while time.monotonic() < deadline and (stage.orders.is_waiting() or runs(stage, step)):
        time.sleep(0.1)


def runs(stage: Stage, step: str) -> bool:
    """Whether a worker is on its way to that step."""
    armed = stage.orders.armed()
    return any(armed.get(pid) == step for pid in children(stage.gateway.pid))


def take_database(stage: Stage) -> None:
    with stage.span("database"):
        stage.database.goes_away(stage.random.uniform(*OUTAGE_SECONDS), restarts=stage.random.random() < 0.5)


def fill_disk(stage: Stage) -> None:
    workers = stage.settled()
    with stage.span("disk"):
        stage.disk.fill(workers)
        time.sleep(stage.random.uniform(*OUTAGE_SECONDS))
        stage.disk.free()


def drain(stage: Stage) -> None:
    """A restart in order, when nothing else happened for a moment."""
    time.sleep(QUIET_SECONDS)
    with stage.span("drain"):
        stage.gateway.stop()
    stage.gateway.start()


NEMESES: Mapping[str, Callable[[Stage], None]] = {
    "kill a worker": kill_worker,
    "kill all": kill_all,
    "end at a step": end_at_step,
    "database away": take_database,
    "disk full": fill_disk,
    "restart": drain,
}
KILLS = {"kill a worker", "kill all", "end at a step"}
ROUND = {"kill a worker": 10, "kill all": 1, "end at a step": 4, "database away": 1, "disk full": 1, "restart": 1}
"""How often each of them happens in one round."""


def plan(kills: int, seed: int) -> Iterator[str]:
    """Rounds in any order, until there were so many kills."""
    chance = random.Random(seed)
    names = [name for name, times in ROUND.items() for _ in range(times)]
    left = kills
    while left > 0:
        for name in chance.sample(names, len(names)):
            yield name
            left -= name in KILLS
            if not left:
                return


def is_worker(process: int) -> bool:
    """Whether it serves; multiprocessing has another child, which tracks resources."""
    try:
        return b"spawn_main" in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False


def unused(folder: Path) -> Path:
    return next(path for number in count() if not (path := folder / str(number)).exists())
