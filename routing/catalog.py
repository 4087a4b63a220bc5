"""What backends say of their models, read at the start and every hour, in a thread of its own.

One process at a time asks a backend: whoever moves `last_catalog_at` on. A failure disturbs nobody; it is shown on
the backend's row and tried again sooner.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from datetime import timedelta
from itertools import islice

from django.db import DatabaseError, close_old_connections, transaction
from django.db.models import Q
from django.utils import timezone

from conversion.errors import BackendFailure
from routing import loading
from routing.endpoints import models_url
from routing.model_details import Fetch, completed
from routing.model_lists import ModelFacts, models_in, server_of
from routing.models import Backend, BackendModel
from routing.public_models import context_window
from routing.table import BackendEntry

logger = logging.getLogger("routing")

EVERY = timedelta(hours=1)
AFTER_FAILURE = timedelta(minutes=5)
AT_START = timedelta(minutes=1)
"""Workers that start together ask once."""
LOOK_SECONDS = 30.0
LIST_TIMEOUT = 10.0
STOP_TIMEOUT = 1.0
MODELS_LIMIT = 5000
DISCOVERED = (
    "discovered_context_window",
    "discovered_max_output_tokens",
    "discovered_prices",
    "capabilities",
    "discovered_at",
)


class Catalog:
    """The thread that asks."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()

    def start(self) -> None:
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="model catalog", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ask no further backend; an answer that is on its way is not waited for."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(STOP_TIMEOUT)

    def _run(self) -> None:
        age = AT_START
        while not self._stopping.is_set():
            try:
                for backend in loading.backends():
                    if not self._stopping.is_set() and claim(backend, age):
                        refresh(backend, self._fetch)
            except DatabaseError as error:
                logger.info("the catalog waits for the database: %s", error)
            except Exception:
                logger.exception("the catalog of models failed")
            age = EVERY
            close_old_connections()
            self._stopping.wait(LOOK_SECONDS)


def claim(backend: BackendEntry, age: timedelta) -> bool:
    """Whether it is this process that asks now: the list is older than that, and nobody was faster."""
    now = timezone.now()
    due = Q(last_catalog_at=None) | Q(last_catalog_at__lte=now - age)
    due |= ~Q(last_catalog_error="") & Q(last_catalog_at__lte=now - AFTER_FAILURE)
    return bool(Backend.objects.filter(due, pk=backend.id).update_quietly(last_catalog_at=now))


def refresh(backend: BackendEntry, fetch: Fetch) -> str:
    """Ask a backend and keep what it says; gives what went wrong, if anything did."""
    try:
        facts = ask(backend, fetch)
    except BackendFailure as failure:
        error = failure.message[:500]
    else:
        store(backend.id, facts)
        recognise(backend.id, server_of(facts.values()))
        error = ""
    add_known_windows(backend)
    Backend.objects.filter(pk=backend.id).update_quietly(last_catalog_error=error)
    return error


def recognise(backend_id: int, dialect: str) -> None:
    """Keep which server wrote the list; another one than before is asked again soon, for what only it can tell."""
    Backend.objects.filter(pk=backend_id).exclude(recognised_dialect=dialect).update(
        recognised_dialect=dialect, last_catalog_at=None
    )


def ask(backend: BackendEntry, fetch: Fetch) -> dict[str, ModelFacts]:
    """The backend's models, with what its second source adds; a list without models is none."""
    url = models_url(backend)
    if url is None:
        return {}
    facts = models_in(fetch(backend, url, LIST_TIMEOUT))
    if not facts:
        raise BackendFailure(f"{url} lists no models")
    return completed(backend, facts, fetch)


def add_known_windows(backend: BackendEntry) -> None:
    """Where neither the list nor the admin says how much a model takes, perhaps everybody knows."""
    rows = BackendModel.objects.filter(backend_id=backend.id)
    changed = []
    for row in rows:
        told = row.context_window or row.discovered_context_window
        known = None if told else context_window(row.dialect or backend.dialect, row.name)
        if known != row.known_context_window:
            row.known_context_window = known
            changed.append(row)
    BackendModel.objects.bulk_update(changed, ["known_context_window"], batch_size=500)


def store(backend_id: int, facts: Mapping[str, ModelFacts]) -> None:
    """Make the rows say what the list says. What the admin wrote stays; rows that would not change are not written."""
    facts = dict(islice(facts.items(), MODELS_LIMIT))
    rows = {row.name: row for row in BackendModel.objects.filter(backend_id=backend_id)}
    new = [BackendModel(backend_id=backend_id, name=name) for name in facts if name not in rows]
    for row in new:
        _take(row, facts[row.name])
    changed = [row for name, row in rows.items() if name in facts and _take(row, facts[name])]
    gone = [row for name, row in rows.items() if name not in facts and row.discovered_at is not None]
    kept = [row for row in gone if _is_the_admins(row)]
    for row in kept:
        _take(row, None)
    with transaction.atomic():
        BackendModel.objects.filter(pk__in=[row.pk for row in gone if row not in kept]).delete()
        BackendModel.objects.bulk_update([*changed, *kept], DISCOVERED, batch_size=500)
        BackendModel.objects.bulk_create(new, ignore_conflicts=True)


def _take(row: BackendModel, fact: ModelFacts | None) -> bool:
    """Write what the list says into the row; whether that is anything new. None: the list has it no more."""
    before = [getattr(row, name) for name in DISCOVERED]
    row.discovered_context_window = fact.context_window if fact else None
    row.discovered_max_output_tokens = fact.max_output_tokens if fact else None
    row.discovered_prices = dict(fact.prices) if fact else {}
    row.capabilities = dict(fact.capabilities) if fact else {}
    row.discovered_at = (row.discovered_at or timezone.now()) if fact else None
    return before != [getattr(row, name) for name in DISCOVERED]


def _is_the_admins(row: BackendModel) -> bool:
    """Whether somebody wrote something into the row that must not vanish with the list's entry."""
    return bool(row.context_window or row.max_output_tokens or row.dialect or row.profile or row.is_offered)
