"""What one client used, day by day and model by model: for its own pages, and for `GET /v1/usage`.

A request is what the client asked for; tokens and money count for whatever the gateway did for it as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from accounting.models import UsageQuerySet, UsageRecord
from accounting.reports.figures import Figures
from accounting.reports.groupings import GROUPINGS
from accounting.reports.reading import read
from accounting.reports.selection import Selection
from accounting.rollups.slots import midnight

FIGURES = frozenset(
    {
        "requests",
        "input_tokens",
        "cache_read_input_tokens",
        "cache_creation_input_tokens",
        "output_tokens",
        "picodollars",
        "unpriced",
    }
)
"""Those that members are shown."""


@dataclass(frozen=True, slots=True)
class DayOfModel:
    """What a client used of a model on one day."""

    day: date
    model: str
    figures: Figures


def records_of(client_id: int) -> UsageQuerySet:
    """Those that were not removed for their age."""
    return UsageRecord.objects.filter(client=client_id)


def daily(client_id: int, since: date) -> list[DayOfModel]:
    """From that day on."""
    selection = Selection(since=midnight(since), client_id=client_id)
    found = read(selection, [GROUPINGS["day"], GROUPINGS["model"]], names=FIGURES)
    return [DayOfModel(day, model, figures) for (day, model), figures in found.items()]


def today(client_id: int) -> Figures:
    return whole(Selection(since=midnight(timezone.localdate()), client_id=client_id))


def total(client_id: int) -> Figures:
    """Of all time."""
    return whole(Selection(client_id=client_id))


def whole(selection: Selection) -> Figures:
    return read(selection, [], names=FIGURES).get((), Figures())


def summed(lines: Iterable[DayOfModel], since: date | None = None) -> Figures:
    """All of them, or those from that day on."""
    return sum((line.figures for line in lines if since is None or line.day >= since), Figures())


def by_model(lines: Iterable[DayOfModel]) -> list[tuple[str, Figures]]:
    """The models, those with the most tokens first; requests that reached none have no model."""
    found: defaultdict[str, Figures] = defaultdict(Figures)
    for line in lines:
        found[line.model] += line.figures
    return sorted(found.items(), key=lambda pair: -pair[1].total_tokens)


def each_day(lines: Sequence[DayOfModel], last: date, count: int) -> list[tuple[date, Figures]]:
    """The last `count` days up to `last`, also those without requests."""
    days = {last - timedelta(days=back): Figures() for back in reversed(range(count))}
    for line in lines:
        if line.day in days:
            days[line.day] += line.figures
    return list(days.items())
