"""What was used: one row per request, written by the copier of the journals and by nobody else.

Clients, teams, keys and backends come and go, the past stays: rows refer to them without a constraint and keep their
names as they were.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from routing.models import Team

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


LOST = "journal_lost"
"""The error type of a row that was closed by guess."""


class UsageQuerySet(models.QuerySet["UsageRecord"]):
    """The selections that reports and the admin make."""

    def started_between(self, since: datetime | None, until: datetime | None) -> Self:
        """Requests that began at `since` or later, and before `until`."""
        records = self if since is None else self.filter(started_at__gte=since)
        return records if until is None else records.filter(started_at__lt=until)

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """All for a superuser, for others the requests of the teams that they manage."""
        return self if user.is_superuser else self.filter(team__in=Team.objects.visible_to(user))

    def in_flight(self) -> Self:
        return self.filter(state=UsageRecord.State.OPEN)


class UsageRecord(models.Model):
    """One request that was sent to a backend, or refused on the way there.

    `input_tokens` excludes cached ones, `thinking_tokens` is a part of `output_tokens`. While a request is open, and
    where nobody reported better, the figures are estimates. `cost` is NULL where no price is known, which is not zero.
    """

    class State(models.TextChoices):
        OPEN = "open", "open"  # being served
        CLOSED = "closed", "closed"  # the reply is complete
        FAILED = "failed", "failed"  # the client got an error
        CANCELLED = "cancelled", "cancelled"  # the client left
        INTERRUPTED = "interrupted", "interrupted"  # the gateway ended before the request did

    class Kind(models.TextChoices):
        MESSAGE = "message", "message"  # what a client asked for
        ATTEMPT = "attempt", "attempt"  # a backend that failed before another one answered the message
        JUDGE = "judge", "judge"  # whether tool calls of a message are dangerous
        SUMMARY = "summary", "summary"  # a system prompt made shorter
        TEST = "test", "test"  # somebody tried a backend, a mapping or a key

    id = models.UUIDField("request id", primary_key=True)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.MESSAGE)
    parent_request = models.UUIDField("belongs to request", null=True)
    state = models.CharField(max_length=12, choices=State)
    started_at = models.DateTimeField("started")
    finished_at = models.DateTimeField("finished", null=True)
    http_status = models.IntegerField("HTTP status", null=True)
    error_type = models.CharField(max_length=64, default="")
    stop_reason = models.CharField(max_length=64, default="")
    notices = models.JSONField(default=list)

    client = models.ForeignKey(
        "routing.Client", models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    client_name = models.CharField("client", max_length=200, default="")
    team = models.ForeignKey(
        "routing.Team", models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    team_name = models.CharField("team", max_length=200, default="")
    key = models.ForeignKey(
        "routing.ClientKey", models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    backend = models.ForeignKey(
        "routing.Backend", models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    backend_name = models.CharField("backend", max_length=200, default="")

    requested_model = models.CharField(max_length=200, default="")
    routed_model = models.CharField("model", max_length=200, default="")
    mapping = models.CharField(max_length=200, default="")
    endpoint = models.CharField(max_length=40, default="")
    stream = models.BooleanField("streamed", default=False)
    session_id = models.CharField(max_length=200, default="")
    agent_id = models.CharField(max_length=200, default="")
    parent_agent_id = models.CharField(max_length=200, default="")

    input_tokens = models.BigIntegerField("input", default=0)
    cache_read_input_tokens = models.BigIntegerField("cache read", default=0)
    cache_creation_input_tokens = models.BigIntegerField("cache write", default=0)
    cache_creation_1h_input_tokens = models.BigIntegerField("of it for an hour", default=0, db_default=0)
    output_tokens = models.BigIntegerField("output", default=0)
    thinking_tokens = models.BigIntegerField("thinking", default=0)
    web_search_requests = models.IntegerField("web searches", default=0)
    saved_input_tokens = models.BigIntegerField("saved by compression", default=0)
    estimated = models.BooleanField(default=False)
    cost = models.DecimalField("cost in USD", max_digits=20, decimal_places=12, null=True)
    price_source = models.CharField(max_length=40, default="")
    reported_cost = models.DecimalField("cost in USD, as reported", max_digits=20, decimal_places=12, null=True)
    service_tier = models.CharField(max_length=64, default="")
    budgets = models.JSONField("counts for budgets", default=list)  # pairs of a budget and the second it began anew

    time_to_first_token_ms = models.IntegerField("time to first token", null=True)
    duration_ms = models.IntegerField("duration", null=True)
    journal = models.CharField(max_length=80, default="")
    export_number = models.BigIntegerField(null=True, editable=False)  # of its last export, see accounting/export.py

    objects = UsageQuerySet.as_manager()

    class Meta:
        ordering = ("-started_at",)
        indexes = (
            models.Index(fields=["started_at"], name="usage_by_time"),
            models.Index(fields=["client", "started_at"], name="usage_by_client"),
            models.Index(fields=["team", "started_at"], name="usage_by_team"),
            models.Index(fields=["backend", "started_at"], name="usage_by_backend"),
            models.Index(fields=["routed_model", "started_at"], name="usage_by_model"),
            models.Index(fields=["session_id", "started_at"], name="usage_by_session"),
            models.Index(fields=["export_number"], name="usage_by_export"),
            models.Index(fields=["parent_request"], name="usage_by_parent", condition=Q(parent_request__isnull=False)),
            models.Index(fields=["journal"], name="usage_in_flight", condition=Q(state="open")),
        )

    def __str__(self) -> str:
        return f"req_{self.id.hex}"

    @property
    def total_tokens(self) -> int:
        """Read and generated, cached or not."""
        read = self.input_tokens + self.cache_read_input_tokens + self.cache_creation_input_tokens
        return read + self.output_tokens

    @property
    def is_guess(self) -> bool:
        """Whether it was closed because nobody heard of its journal for long."""
        return self.error_type == LOST
