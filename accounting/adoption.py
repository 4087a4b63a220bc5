"""What dead processes leave behind: journals that the table lacks, and open rows whose journal is gone.

A journal whose lock is free is replayed, its open requests become `interrupted`, then its files are removed. Every step
may be repeated: two processes cannot hold one lock, and who seizes it next begins again.

A journal may also vanish with its host (a container replaced without its volume). Every process therefore says in the
database that its journal lives; open rows of a journal that was not heard of for `SILENCE` are closed by guess, with
the figures that the table saw last. Should the journal turn up after all, what it says replaces the guess.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
from django.db import transaction
from django.utils import timezone

from accounting.budgets import settlement
from accounting.entries import interrupted
from accounting.journal import Journal
from accounting.lock import Lock
from accounting.models import ProcessJournal, UsageQuerySet, UsageRecord
from accounting.models.usage import LOST
from accounting.rollups.due import note_hours
from accounting.usage_table import store

BATCH = 500
SILENCE = timedelta(minutes=10)
UNPUBLISHED_SECONDS = 60.0
"""How old a lock must be that never got its name: its process died while it made the journal."""

logger = logging.getLogger(__name__)


def adopt_abandoned(directory: Path) -> None:
    """Replay every journal that no living process holds. Journals that cannot be read do not hold up the others."""
    for lock in abandoned_locks(directory):
        try:
            adopt(lock)
        except sqlite3.OperationalError as error:  # the disk, not the journal: tried again
            logger.warning("the abandoned journal %s cannot be read now: %s", lock.path, error)
        except (sqlite3.DatabaseError, msgspec.DecodeError) as error:
            lock.path.rename(lock.path.with_suffix(".unreadable"))
            logger.error("the abandoned journal %s is damaged and was set aside: %s", lock.path, error)
        finally:
            lock.release()


def abandoned_locks(directory: Path) -> Iterator[Lock]:
    unpublished = [path for path in directory.glob("*.lock.new") if age(path) > UNPUBLISHED_SECONDS]
    for path in [*sorted(directory.glob("*.lock")), *unpublished]:
        if lock := Lock.seize(path):
            yield lock


def age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def adopt(lock: Lock) -> None:
    journal = Journal(lock)
    try:
        replay(journal)
        retire(journal)
    finally:
        journal.close()
    logger.warning("the journal %s of a process that is gone was adopted", journal.name)


def replay(journal: Journal) -> None:
    """Bring everything into the table; requests that nobody will close are interrupted.

    Those with a row come first: what is final in the table stays, whatever a slot says that was not given back.
    """
    change = 0
    while entries := journal.changed_after(change, BATCH):
        store([interrupted(entry) for entry in entries], journal.name)
        change = entries[-1].change
    running = journal.in_flight()
    for start in range(0, len(running), BATCH):
        store([interrupted(entry) for entry in running[start : start + BATCH]], journal.name)


def retire(journal: Journal) -> None:
    """Remove a journal that is in the table as a whole; what its process was lent of budgets is free again."""
    settlement.end_leases(journal.name)
    ProcessJournal.objects.filter(name=journal.name).delete()
    journal.remove()


def close_lost_rows() -> None:
    """Close the open rows of journals that were not heard of for long, and forget these journals."""
    before = timezone.now() - SILENCE
    heard = ProcessJournal.objects.filter(seen_at__gte=before)
    lost = UsageRecord.objects.in_flight().filter(started_at__lt=before).exclude(journal__in=heard.values("name"))
    count = 0
    while closed := close_by_guess(lost[:BATCH]):
        count += closed
    settlement.end_unheard_leases(heard.values("name"), before)
    if count:
        logger.warning("%d requests were closed by guess: their journals were not heard of for %s", count, SILENCE)
    ProcessJournal.objects.filter(seen_at__lt=before).delete()


def close_by_guess(lost: UsageQuerySet) -> int:
    """How many rows were closed; what they spent counts for their budgets."""
    with transaction.atomic():
        rows = list(lost.select_for_update())
        found = UsageRecord.objects.filter(pk__in=[row.pk for row in rows])
        closed = found.update(state=UsageRecord.State.INTERRUPTED, error_type=LOST)
        settlement.settle(settlement.guessed(rows))
        note_hours(row.started_at for row in rows)
    return closed
