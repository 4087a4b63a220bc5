"""What is summed up, and by what: for each column of a rollup how it comes from rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Aggregate, BigIntegerField, Count, DecimalField, ExpressionWrapper, F, Model, Q, Sum, Value
from django.db.models.functions import Cast, Least, Round

from accounting.models import SessionRollup, UsageRecord, UsageRollup
from accounting.models.rollups import MEASURES
from accounting.rollups import histograms

PICO = 10**12
MOST_DOLLARS = 1_000
"""What no request costs: more is not believed. SQLite keeps amounts as binary fractions, which are exact to the
picodollar up to about twice this, and one much larger amount would make sums overflow."""
MOST_TOKENS = 10**13
"""More are not believed, for the same reason."""
PREFIX = "of_"  # Django wants names for its results that no field of the model has

DIMENSIONS = (
    "client_id",
    "client_name",
    "team_id",
    "team_name",
    "key_id",
    "backend_name",
    "routed_model",
    "kind",
    "error_type",
)
SESSION = ("session_id", "agent_id", "parent_agent_id")

MESSAGE = Q(kind=UsageRecord.Kind.MESSAGE)
OPEN = Q(state=UsageRecord.State.OPEN)
FAILED = Q(state__in=(UsageRecord.State.FAILED, UsageRecord.State.INTERRUPTED))
UNBELIEVABLE = Q(cost__gte=MOST_DOLLARS)
USED_SOMETHING = Q(input_tokens__gt=0) | Q(output_tokens__gt=0) | Q(cache_read_input_tokens__gt=0)
UNPRICED = (Q(cost=None) & ~OPEN & USED_SOMETHING) | UNBELIEVABLE
TOKENS = (
    "input_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "output_tokens",
    "thinking_tokens",
    "saved_input_tokens",
    "web_search_requests",
)


def picodollars() -> Any:  # Any: as expressions are
    exact = DecimalField(max_digits=32, decimal_places=12)
    return Cast(Round(ExpressionWrapper(F("cost") * Value(PICO), exact)), BigIntegerField())


def sums() -> dict[str, Aggregate]:
    """The columns of every rollup."""
    return {
        "rows": Count("pk"),
        "requests": Count("pk", filter=MESSAGE),
        "running": Count("pk", filter=MESSAGE & OPEN),
        "failed": Count("pk", filter=MESSAGE & FAILED),
        "cancelled": Count("pk", filter=MESSAGE & Q(state=UsageRecord.State.CANCELLED)),
        "estimated": Count("pk", filter=MESSAGE & Q(estimated=True)),
        **{name: Sum(Least(F(name), Value(MOST_TOKENS)), default=0) for name in TOKENS},
        "picodollars": Sum(picodollars(), filter=~UNBELIEVABLE, default=0),
        "unpriced": Count("pk", filter=UNPRICED),
    }


def times() -> dict[str, Aggregate]:
    """The columns of the buckets: times of what clients asked for."""
    return {
        column: Count("pk", filter=MESSAGE & between(f"{of}_ms", *histograms.limits(bucket)))
        for measure, of in zip(MEASURES, ("time_to_first_token", "duration"), strict=True)
        for bucket, column in enumerate(histograms.names(measure))
    }


def between(name: str, low: int | None, high: int | None) -> Q:
    limits = {f"{name}__gte": low, f"{name}__lt": high}
    return Q(**{limit: value for limit, value in limits.items() if value is not None})


def dimensions(model: type[Model]) -> tuple[str, ...]:
    return DIMENSIONS + SESSION if model is SessionRollup else DIMENSIONS


def from_rows(model: type[Model]) -> Mapping[str, Aggregate]:
    """How the columns of a rollup come from rows."""
    return sums() | times() if model is UsageRollup else sums()


def from_rollups(model: type[Model]) -> Mapping[str, Aggregate]:
    """How they come from finer rollups."""
    return {name: Sum(name, default=0) for name in from_rows(model)}


def prefixed(aggregates: Mapping[str, Aggregate]) -> dict[str, Aggregate]:
    return {f"{PREFIX}{name}": aggregate for name, aggregate in aggregates.items()}


def plain(group: Mapping[str, Any]) -> dict[str, Any]:  # Any: as the database's driver gives them
    """A result with the names of its columns."""
    return {name.removeprefix(PREFIX): value for name, value in group.items()}
