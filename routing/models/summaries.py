"""What models made of the guidance of long system prompts."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from routing.models.revised import Revised, RevisedQuerySet


class PromptSummary(Revised):
    """One summary, which all processes and clients share, or the place of one that is being made.

    `routing/summaries.py` reads and writes it. `digest` is that of the guidance and of the settings. Until
    `leased_until` somebody is at work on it, or nobody tries again after a `failure`.
    """

    digest = models.CharField(max_length=64, unique=True, editable=False)
    model = models.CharField("summarised by", max_length=200, editable=False)
    guidance = models.TextField(editable=False)
    guidance_tokens = models.PositiveIntegerField("tokens before", editable=False)
    text = models.TextField("summary", blank=True, editable=False)
    tokens = models.PositiveIntegerField("tokens after", default=0, editable=False)
    failure = models.CharField(max_length=300, blank=True, editable=False)
    leased_until = models.DateTimeField(default=timezone.now, editable=False)
    request_id = models.UUIDField("request", null=True, editable=False)
    created_at = models.DateTimeField("first wanted", default=timezone.now, editable=False)
    hits = models.PositiveBigIntegerField("used", default=0, editable=False)
    last_used_at = models.DateTimeField("last used", null=True, editable=False)

    objects = RevisedQuerySet["PromptSummary"].as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        verbose_name = "prompt summary"
        verbose_name_plural = "prompt summaries"

    def __str__(self) -> str:
        return self.digest[:12]
