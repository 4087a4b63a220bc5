"""What running processes tell of their journals."""

from __future__ import annotations

from django.db import models


class ProcessJournal(models.Model):
    """The journal of a running process, as that process last told: from this all processes know who is gone."""

    name = models.CharField(max_length=80, primary_key=True)
    seen_at = models.DateTimeField()
    backlog = models.BigIntegerField(default=0)
    oldest_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
