"""What the refusals of a backend taught about one of its models (protocol §1.6)."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from routing.models.backends import Backend
from routing.models.revised import Revised, RevisedQuerySet


class LearnedHabit(Revised):
    """A repair that made a request succeed, as `routing/lessons.py` reads and writes it.

    `model` is the backend's name for it, and need not be among its rows. `subject`: see `Repair`.
    """

    backend = models.ForeignKey(Backend, models.CASCADE, related_name="habits", editable=False)
    model = models.CharField(max_length=200, editable=False)
    kind = models.CharField("repair", max_length=40, editable=False)
    subject = models.CharField("of", max_length=200, blank=True, editable=False)
    overrides = models.JSONField(default=dict, editable=False)
    limits = models.JSONField(default=dict, editable=False)
    said = models.CharField("the backend's words", max_length=300, blank=True, editable=False)
    first_seen_at = models.DateTimeField("learned first", default=timezone.now, editable=False)
    last_seen_at = models.DateTimeField("learned last", default=timezone.now, editable=False)

    objects = RevisedQuerySet["LearnedHabit"].as_manager()

    class Meta:
        ordering = ("-last_seen_at", "-id")
        verbose_name = "learned habit"
        constraints = (
            models.UniqueConstraint(fields=("backend", "model", "kind", "subject"), name="learned_habit_once"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}".rstrip()
