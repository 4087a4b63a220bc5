"""Which models of backends, and which of their credentials, are left alone because requests failed there."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from routing.models.backends import Backend, BackendCredential
from routing.models.revised import Revised, RevisedQuerySet


class BackendHealth(Revised):
    """The breaker of one model, as `routing/health/board.py` reads and writes it; the row stays when it has closed.

    `openings`: how often it opened without an answer in between, 0 while requests go there as usual. `failing_since` is
    the time of the first of them, `opened_at` that of the last; both stay after the answer. Until `probe_until` a
    request of some process tries whether it answers again, and no other one does.
    """

    backend = models.ForeignKey(Backend, models.CASCADE, related_name="health", editable=False)
    model = models.CharField(max_length=200, editable=False)
    openings = models.PositiveIntegerField(default=0, editable=False)
    opened_at = models.DateTimeField("since", default=timezone.now, editable=False)
    open_until = models.DateTimeField("tried again from", default=timezone.now, editable=False)
    failing_since = models.DateTimeField(default=timezone.now, editable=False)
    probe_until = models.DateTimeField(default=timezone.now, editable=False)
    reason = models.CharField("last failure", max_length=300, blank=True, editable=False)

    objects = RevisedQuerySet["BackendHealth"].as_manager()

    class Meta:
        ordering = ("-opened_at",)
        verbose_name = "state of a backend"
        verbose_name_plural = "states of backends"
        constraints = (models.UniqueConstraint(fields=("backend", "model"), name="backend_health_once"),)

    def __str__(self) -> str:
        return f"{self.model} at {self.backend}"


class CredentialRest(Revised):
    """One of several credentials of a backend that was refused, as `routing/health/rests.py` reads and writes it.
    Without the row it is used as usual.
    """

    credential = models.OneToOneField(BackendCredential, models.CASCADE, related_name="rest", editable=False)
    since = models.DateTimeField(default=timezone.now, editable=False)
    until = models.DateTimeField("rests until", default=timezone.now, editable=False)
    reason = models.CharField("because", max_length=300, blank=True, editable=False)

    objects = RevisedQuerySet["CredentialRest"].as_manager()

    class Meta:
        ordering = ("-since",)
        verbose_name = "resting credential"

    def __str__(self) -> str:
        return str(self.credential)
