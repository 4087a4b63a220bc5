"""Reasoning of models that the blocks of a conversation could not carry."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class KeptState(models.Model):
    """One state, sealed; `routing/kept_states.py` reads and writes it. `digest` is that of its client and its key."""

    digest = models.CharField(max_length=64, unique=True, editable=False)
    sealed = models.TextField(editable=False)
    created_at = models.DateTimeField(default=timezone.now, db_index=True, editable=False)

    class Meta:
        verbose_name = "kept reasoning state"

    def __str__(self) -> str:
        return self.digest[:12]
