"""What the refusals of backends taught, between the database and the routing table (protocol §1.6).

A lesson is known to its own process at once (`RoutingTable.learn`) and to all others when they see that the database
changed. It is written by the snapshot's thread: no request waits for that, and none fails for it.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

import msgspec
from django.utils import timezone

from conversion.repairs import KINDS, Limits, Repair
from routing.dialects import wrong_overrides
from routing.models import LearnedHabit
from routing.table import ModelOfBackend

logger = logging.getLogger("routing")


class Lesson(NamedTuple):
    """A repair that helped, and which model of which backend it helped with."""

    of: ModelOfBackend
    repair: Repair


def learned(backends: Iterable[int]) -> dict[ModelOfBackend, tuple[Repair, ...]]:
    """What is known of the models of these backends, the latest last: it wins where two say the same."""
    repairs: defaultdict[ModelOfBackend, list[Repair]] = defaultdict(list)
    for row in LearnedHabit.objects.filter(backend__in=list(backends)).order_by("last_seen_at", "id"):
        if repair := _repair(row):
            repairs[row.backend_id, row.model].append(repair)
    return {of: tuple(found) for of, found in repairs.items()}


def write(lesson: Lesson) -> None:
    """Keep the lesson, or keep that it was learned once more."""
    (backend_id, model), repair = lesson
    LearnedHabit.objects.update_or_create(
        backend_id=backend_id,
        model=model,
        kind=repair.kind,
        subject=repair.subject,
        defaults={
            "overrides": dict(repair.overrides),
            "limits": dict(repair.limits),
            "said": repair.said,
            "last_seen_at": timezone.now(),
        },
    )


def _repair(row: LearnedHabit) -> Repair | None:
    """The repair that a row holds; another version of this program may have written what this one does not know."""
    try:
        limits = msgspec.convert(row.limits, Limits)
    except msgspec.ValidationError as error:
        wrong: str | None = str(error)
    else:
        wrong = wrong_overrides(row.overrides) or (None if row.kind in KINDS else "no such kind")
    if wrong:
        logger.error("the learned habit %s of %s is left out: %s", row, row.model, wrong)
        return None
    overrides = {name: tuple(value) if isinstance(value, list) else value for name, value in row.overrides.items()}
    return Repair(row.kind, row.subject, overrides, limits, said=row.said)
