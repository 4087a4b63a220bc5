"""What was used, in figures: sums over requests, by whatever they have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Aggregate, Avg, Count, F, FloatField, Q, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import TruncDate

from accounting.models import UsageQuerySet, UsageRecord

GROUPINGS: Mapping[str, Combinable] = {
    "client": F("client_name"),
    "team": F("team_name"),
    "model": F("routed_model"),
    "backend": F("backend_name"),
    "day": TruncDate("started_at"),
    "session": F("session_id"),
}

FAILED = (UsageRecord.State.FAILED, UsageRecord.State.INTERRUPTED)
FIGURES: Mapping[str, Aggregate] = {
    "requests": Count("pk"),
    "failed": Count("pk", filter=Q(state__in=FAILED)),
    "input_tokens": Sum("input_tokens", default=0),
    "cache_read_input_tokens": Sum("cache_read_input_tokens", default=0),
    "cache_creation_input_tokens": Sum("cache_creation_input_tokens", default=0),
    "output_tokens": Sum("output_tokens", default=0),
    "thinking_tokens": Sum("thinking_tokens", default=0),
    "estimated": Count("pk", filter=Q(estimated=True)),
    "time_to_first_token_ms": Avg("time_to_first_token_ms", output_field=FloatField()),
}
PREFIX = "of_"  # Django wants names for its results that no field of the model has


@dataclass(frozen=True, slots=True)
class ReportLine:
    """The figures of the requests that have `label` in common; open requests count with what is known of them."""

    label: str
    requests: int
    failed: int
    input_tokens: int
    cache_read_input_tokens: int
    cache_creation_input_tokens: int
    output_tokens: int
    thinking_tokens: int
    estimated: int
    time_to_first_token_ms: float | None

    @property
    def total_tokens(self) -> int:
        """Read and generated, cached or not."""
        read = self.input_tokens + self.cache_read_input_tokens + self.cache_creation_input_tokens
        return read + self.output_tokens

    @property
    def estimated_share(self) -> float:
        """Of how many of the requests the tokens are our estimate."""
        return self.estimated / self.requests if self.requests else 0.0


def lines(records: UsageQuerySet, by: str) -> list[ReportLine]:
    """One line for each client, team …: days in their order, all else by its tokens."""
    groups = records.order_by().values(label=GROUPINGS[by]).annotate(**figures())
    found = sorted((line(**group) for group in groups), key=lambda each: each.label)
    return found if by == "day" else sorted(found, key=lambda each: -each.total_tokens)


def total(records: UsageQuerySet) -> ReportLine:
    return line("total", **records.aggregate(**figures()))


def figures() -> dict[str, Aggregate]:
    return {f"{PREFIX}{name}": figure for name, figure in FIGURES.items()}


def line(label: object, **values: Any) -> ReportLine:  # Any: as the database's driver gives them
    return ReportLine(str(label), **{name.removeprefix(PREFIX): value for name, value in values.items()})
