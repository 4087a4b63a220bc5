"""Requests that were captured. What they held is sealed; beside it stands what a list shows."""

from __future__ import annotations

from django.db import models


class Capture(models.Model):
    """One request, by its id, which is that of its row of usage; `recording.py` seals and opens what was heard."""

    request_id = models.UUIDField("request", primary_key=True, editable=False)
    started_at = models.DateTimeField("time", db_index=True, editable=False)
    kind = models.CharField(max_length=10, editable=False)
    client_id = models.BigIntegerField(null=True, editable=False)
    client_name = models.CharField("client", max_length=200, editable=False)
    requested_model = models.CharField("model asked for", max_length=200, editable=False)
    routed_model = models.CharField("model", max_length=200, editable=False)
    backend_name = models.CharField("backend", max_length=100, editable=False)
    http_status = models.PositiveSmallIntegerField("status", null=True, editable=False)
    sealed = models.TextField(editable=False)

    class Meta:
        ordering = ("-started_at",)
        verbose_name = "captured request"

    def __str__(self) -> str:
        return f"req_{self.request_id.hex}"
