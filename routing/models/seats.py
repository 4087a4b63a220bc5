"""How the requests that a backend takes at once are shared out among the processes of the service."""

from __future__ import annotations

from django.db import models

from routing.models.backends import Backend


class SeatLease(models.Model):
    """What one process has of a backend's seats, as `routing/health/leases.py` reads and writes it.

    `seats` is how many it may have, `taken` how many it has, `wanted` how many it had use for lately. `renewed_at` is
    by the database's clock; a process that has not renewed for a while is gone.
    """

    backend = models.ForeignKey(Backend, models.CASCADE, related_name="seat_leases", editable=False)
    process = models.CharField(max_length=32, editable=False)
    seats = models.PositiveIntegerField(default=0, editable=False)
    taken = models.PositiveIntegerField(default=0, editable=False)
    wanted = models.PositiveIntegerField(default=0, editable=False)
    renewed_at = models.DateTimeField(editable=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("backend", "process"), name="seat_lease_once"),)

    def __str__(self) -> str:
        return f"{self.seats} seats at {self.backend}"
