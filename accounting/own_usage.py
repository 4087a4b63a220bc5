"""What one client used, day by day and model by model: for its own pages, and for `GET /v1/usage`.

A request is what the client asked for; tokens and money count for whatever the gateway did for it as well. Rows that
were removed for their age (`rollups/pruning.py`) count with the sums that they left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Aggregate, Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from accounting.models import UsageQuerySet, UsageRecord, UsageRollup
from accounting.models.rollups import Unit
from routing.models import ClientKey

USED_SOMETHING = Q(input_tokens__gt=0) | Q(output_tokens__gt=0) | Q(cache_read_input_tokens__gt=0)
MODEL = F("routed_model")
FIGURES: Mapping[str, Aggregate] = {
    "requests": Count("pk", filter=Q(kind=UsageRecord.Kind.MESSAGE)),
    "input_tokens": Sum("input_tokens", default=0),
    "cache_read_input_tokens": Sum("cache_read_input_tokens", default=0),
    "cache_creation_input_tokens": Sum("cache_creation_input_tokens", default=0),
    "output_tokens": Sum("output_tokens", default=0),
    "cost": Sum("cost", default=Decimal()),
    "unpriced": Count("pk", filter=Q(cost=None) & ~Q(state=UsageRecord.State.OPEN) & USED_SOMETHING),
}
SUMS_OF_PRUNED: Mapping[str, Aggregate] = {
    name: Sum("picodollars" if name == "cost" else name, default=0) for name in FIGURES
}
PREFIX = "of_"  # Django wants names for its results that no field of the model has


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums over requests. `unpriced` of them have no price, so they are missing in `cost`."""

    requests: int = 0
    input_tokens: int = 0
    cache_read_input_tokens: int = 0
    cache_creation_input_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal = Decimal()
    unpriced: int = 0

    def __add__(self, other: Figures) -> Figures:
        return Figures(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(Figures)))

    @property
    def read_tokens(self) -> int:
        return self.input_tokens + self.cache_read_input_tokens + self.cache_creation_input_tokens

    @property
    def total_tokens(self) -> int:
        return self.read_tokens + self.output_tokens

    @property
    def cached_share(self) -> float | None:
        """How much of what was read came from a cache; None where nothing was read."""
        return self.cache_read_input_tokens / self.read_tokens if self.read_tokens else None


@dataclass(frozen=True, slots=True)
class DayOfModel:
    """What a client used of a model on one day."""

    day: date
    model: str
    figures: Figures


def records_of(client_id: int) -> UsageQuerySet:
    return UsageRecord.objects.filter(client=client_id)


def pruned_sums_of(client_id: int) -> QuerySet[UsageRollup]:
    """What is left of rows that are gone. They are found by the keys: names may be given to somebody else later."""
    keys = ClientKey.objects.filter(client=client_id).values("pk")
    return UsageRollup.objects.filter(unit=Unit.HOUR, is_final=True, key_id__in=keys)


def daily(client_id: int, since: date) -> list[DayOfModel]:
    """From that day on; a day and a model may be there twice, once with rows that are gone."""
    start = beginning_of(since)
    rows = grouped(records_of(client_id).started_between(start, None), day=TruncDate("started_at"), model=MODEL)
    sums = pruned_sums_of(client_id).filter(start__gte=start).values(day=TruncDate("start"), model=MODEL)
    gone = sums.annotate(**prefixed(SUMS_OF_PRUNED))
    return [
        *(DayOfModel(group["day"], group["model"], figures(group)) for group in rows),
        *(DayOfModel(group["day"], group["model"], pruned_figures(group)) for group in gone),
    ]


def today(client_id: int) -> Figures:
    """Nothing of today is ever gone, so this is one quick query."""
    records = records_of(client_id).started_between(beginning_of(timezone.localdate()), None)
    return figures(records.aggregate(**prefixed(FIGURES)))


def total(client_id: int) -> Figures:
    """Of all time."""
    gone = pruned_sums_of(client_id).aggregate(**prefixed(SUMS_OF_PRUNED))
    return figures(records_of(client_id).aggregate(**prefixed(FIGURES))) + pruned_figures(gone)


def beginning_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def grouped(records: UsageQuerySet, **by: Any) -> QuerySet[UsageRecord, Any]:  # Any: as expressions are
    return records.order_by().values(**by).annotate(**prefixed(FIGURES))


def prefixed(aggregates: Mapping[str, Aggregate]) -> dict[str, Aggregate]:
    return {f"{PREFIX}{name}": aggregate for name, aggregate in aggregates.items()}


def figures(group: Mapping[str, Any]) -> Figures:  # Any: as the database's driver gives them
    return Figures(**{name: group[f"{PREFIX}{name}"] for name in FIGURES})


def pruned_figures(group: Mapping[str, Any]) -> Figures:  # Any: as the database's driver gives them
    sums = {name: group[f"{PREFIX}{name}"] for name in SUMS_OF_PRUNED}
    return Figures(**{**sums, "cost": Decimal(sums["cost"]).scaleb(-12)})


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
