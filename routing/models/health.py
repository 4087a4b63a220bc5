"""Which models of backends are left alone for a while, because requests failed there."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from routing.models.backends import Backend
from routing.models.revised import Revised, RevisedQuerySet


class BackendHealth(Revised):
    """The breaker of one model, as `routing/health/board.py` reads and writes it; the row stays when it has closed.

    `openings`: how often it opened without an answer in between, 0 while requests go there as usual. `failing_since` is
    the time of the first of them, and stays after the answer.
    """

    backend = models.ForeignKey(Backend, models.CASCADE, related_name="health", editable=False)
    model = models.CharField(max_length=200, editable=False)
    openings = models.PositiveIntegerField(default=0, editable=False)
    opened_at = models.DateTimeField("since", default=timezone.now, editable=False)
    open_until = models.DateTimeField("tried again from", default=timezone.now, editable=False)
    failing_since = models.DateTimeField(default=timezone.now, editable=False)
    reason = models.CharField("last failure", max_length=300, blank=True, editable=False)

    objects = RevisedQuerySet["BackendHealth"].as_manager()

    class Meta:
        ordering = ("-opened_at",)
        verbose_name = "state of a backend"
        verbose_name_plural = "states of backends"
        constraints = (models.UniqueConstraint(fields=("backend", "model"), name="backend_health_once"),)

    def __str__(self) -> str:
        return f"{self.model} at {self.backend}"
