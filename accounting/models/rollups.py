"""Sums over rows of usage, by hour and by day, what of them is due, and how far rows were exported.

`accounting/rollups/` says how sums are kept, `accounting/export.py` how rows are numbered.
"""

from __future__ import annotations

from django.db import models

from accounting.models.usage import UsageRecord
from accounting.rollups import histograms

MEASURES = ("first_token", "duration")
RANKED = (
    "picodollars",
    "input_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "output_tokens",
    "requests",
)
"""What lines of reports are ranked and drawn by. An index with all of it spares reading sums of a thousand sessions."""


class Unit(models.TextChoices):
    HOUR = "hour", "hour"
    DAY = "day", "day"


class RollupDue(models.Model):
    """An hour whose rows changed, or a day whose hours did: its sums must be made anew.

    Each has one row, whoever notes it: to write that row is also to wait for whoever removes it.
    """

    unit = models.CharField(max_length=4, choices=Unit)
    start = models.DateTimeField()
    noted_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["unit", "start"], name="due_once"),)

    def __str__(self) -> str:
        return f"{self.unit} {self.start:%Y-%m-%d %H:%M}"


class Turn(models.Model):
    """Whose turn it is to do what one process does for all: nobody else's until then."""

    name = models.CharField(max_length=40, primary_key=True)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class ExportCounter(models.Model):
    """The last number that an export gave to a row; its one row is locked by whoever numbers rows."""

    last = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.last)


class Rollup(models.Model):
    """The sums of rows of one hour or day that have all else in common.

    `is_final` says that the rows are gone. `picodollars` are whole numbers, since SQLite has no exact decimals.
    """

    unit = models.CharField(max_length=4, choices=Unit)
    start = models.DateTimeField()
    is_final = models.BooleanField(default=False)

    client_id = models.BigIntegerField(null=True)
    client_name = models.CharField(max_length=200, default="")
    team_id = models.BigIntegerField(null=True)
    team_name = models.CharField(max_length=200, default="")
    key_id = models.BigIntegerField(null=True)
    backend_name = models.CharField(max_length=200, default="")
    routed_model = models.CharField(max_length=200, default="")
    kind = models.CharField(max_length=12, choices=UsageRecord.Kind)
    error_type = models.CharField(max_length=64, default="")

    rows = models.BigIntegerField(default=0)
    requests = models.BigIntegerField(default=0)
    running = models.BigIntegerField(default=0)
    failed = models.BigIntegerField(default=0)
    cancelled = models.BigIntegerField(default=0)
    estimated = models.BigIntegerField(default=0)
    input_tokens = models.BigIntegerField(default=0)
    cache_read_input_tokens = models.BigIntegerField(default=0)
    cache_creation_input_tokens = models.BigIntegerField(default=0)
    output_tokens = models.BigIntegerField(default=0)
    thinking_tokens = models.BigIntegerField(default=0)
    saved_input_tokens = models.BigIntegerField(default=0)
    web_search_requests = models.BigIntegerField(default=0)
    picodollars = models.BigIntegerField(default=0)
    unpriced = models.BigIntegerField(default=0)

    class Meta:
        abstract = True


class UsageRollup(Rollup):
    """For most reports; with the times in buckets (`first_token_00` …, added below)."""

    class Meta:
        indexes = (
            models.Index(fields=["unit", "start"], name="usage_rollup_by_time"),
            models.Index(fields=["client_id", "start"], name="usage_rollup_by_client"),
        )

    def __str__(self) -> str:
        return f"{self.unit} {self.start:%Y-%m-%d %H:%M} {self.client_name}"


class SessionRollup(Rollup):
    """For reports about sessions and their agents."""

    session_id = models.CharField(max_length=200, default="")
    agent_id = models.CharField(max_length=200, default="")
    parent_agent_id = models.CharField(max_length=200, default="")

    class Meta:
        indexes = (
            models.Index(fields=["unit", "start"], name="session_rollup_by_time"),
            models.Index(fields=["unit", "session_id", "start", *RANKED], name="session_rollup_sums_by_session"),
            models.Index(fields=["unit", "agent_id", "start", *RANKED], name="session_rollup_sums_by_agent"),
        )

    def __str__(self) -> str:
        return f"{self.unit} {self.start:%Y-%m-%d %H:%M} {self.session_id}"


for measure in MEASURES:
    for column in histograms.names(measure):
        UsageRollup.add_to_class(column, models.IntegerField(default=0))
