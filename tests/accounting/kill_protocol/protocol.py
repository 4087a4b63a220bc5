"""One run: a service under load, its nemeses one after the other, and what all sides remember of it."""

from __future__ import annotations

import random
import shutil
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.accounting.kill_protocol import service
from tests.accounting.kill_protocol.backend import DrippingBackend
from tests.accounting.kill_protocol.books import books
from tests.accounting.kill_protocol.clients import Clients
from tests.accounting.kill_protocol.nemeses import NEMESES, WORKERS, Stage
from tests.accounting.kill_protocol.outages import LockedSQLite, LostPostgreSQL, disk
from tests.accounting.kill_protocol.reconciliation import Books, Evidence
from tests.accounting.kill_protocol.service import Orders
from tests.support.gateway import Gateway, eventually
from tests.support.postgres import PostgreSQL
from tests.support.rows import load
from tests.support.scripted_backend import ScriptedBackend
from tests.support.spending import budget_row, price_row

ROOT = Path(__file__).resolve().parent.parent.parent.parent
REPLAYS = 2
ADOPTION_TIMEOUT = 60.0
PAUSE_SECONDS = (0.5, 4.0)
SECRETS = {"SECRET_KEY": "of-all-workers-" * 4}


class Service(Gateway):
    program = Path(service.__file__)

    @property
    def pid(self) -> int:
        return self._process.pid


@dataclass(frozen=True)
class Run:
    """How a run is done: how many clients ask, what is done to the service in which order, and on which database."""

    folder: Path
    seed: int
    clients: int
    nemeses: Iterable[str]
    seconds: float = 3600.0
    postgres: PostgreSQL | None = None
    replays: int = REPLAYS


@dataclass(frozen=True)
class Outcome:
    """`done` counts what was done to the service, `steps` at which steps workers ended."""

    evidence: Evidence
    done: Counter[str]
    steps: Counter[str]


def carried_out(run: Run) -> Outcome:
    answering = DrippingBackend(run.seed)
    with ScriptedBackend() as backend, disk(run.folder / "data" / "journal") as journals:
        backend.script_with(answering)
        gateway = made(run, backend)
        database = LostPostgreSQL(run.postgres) if run.postgres else LockedSQLite(gateway.folder / "data/proxy.sqlite3")
        orders, copies = Orders(run.folder / "orders"), run.folder / "copies"
        stage = Stage(gateway, database, journals, orders, copies, random.Random(run.seed))
        try:
            clients = under_load(run, stage)
            found = books(gateway)
            replayed = [again(stage) for _ in range(run.replays)]
        finally:
            gateway.kill()
    evidence = Evidence(clients.calls, answering.answers, found, replayed, stage.spans)
    return Outcome(evidence, stage.done, Counter(orders.obeyed(gateway.output())))


def made(run: Run, backend: ScriptedBackend) -> Service:
    """The service before its first start, with budgets that count all requests."""
    for folder in ("orders", "copies"):
        (run.folder / folder).mkdir()
    environment = {
        **SECRETS,
        service.FOLDER: str(run.folder / "orders"),
        "OPENAI_BASE_URL": backend.base_url,
        "DJANGO_SETTINGS_MODULE": "proxysite.settings",
        "PYTHONPATH": str(ROOT),
        **({"DATABASE_URL": run.postgres.url} if run.postgres else {}),
    }
    gateway = Service(run.folder, "--workers", str(WORKERS), "--grace", "20", **environment)
    load(gateway, price_row(input="1", output="10"), budget_row("1000000"), budget_row("1000000000", unit="tokens"))
    return gateway


def under_load(run: Run, stage: Stage) -> Clients:
    """Everything up to the end in order, after which the service is stopped."""
    stage.gateway.start()
    clients = Clients(run.clients, stage.gateway.port, run.seed)
    clients.start()
    try:
        for name in until(time.monotonic() + run.seconds, run.nemeses):
            time.sleep(stage.random.uniform(*PAUSE_SECONDS))
            NEMESES[name](stage)
            stage.done[name] += 1
        NEMESES["restart"](stage)
    finally:
        clients.stop()
    adopted(stage)
    stage.gateway.stop()
    return clients


def until(deadline: float, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        if time.monotonic() >= deadline:
            return
        yield name


def adopted(stage: Stage) -> None:
    """Wait until only those journals are left that belong to the workers."""

    def alone() -> bool:
        return len(list(stage.journals.glob("*.lock"))) <= WORKERS

    eventually(alone, ADOPTION_TIMEOUT, lambda: f"journals are left:\n{stage.gateway.output()}")


def again(stage: Stage) -> Books:
    """The books after all journals that were kept turned up once more."""
    for copy in stage.copies.iterdir():
        shutil.copytree(copy, stage.journals, dirs_exist_ok=True)
    stage.gateway.start()
    adopted(stage)
    stage.gateway.stop()
    return books(stage.gateway)
