"""Whose requests are captured for the inspector at the moment, so that everybody concerned can be told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Value
from django.utils import timezone

from routing.models import Backend, Client


@dataclass(frozen=True, slots=True)
class Captured:
    """`kind`: client or backend."""

    kind: str
    id: int
    name: str
    until: datetime


def captured_now() -> list[Captured]:
    """Every client and every backend that is captured, in one query."""
    now = timezone.now()
    told = ("pk", "name", "capture_until")
    clients = Client.objects.filter(capture_until__gt=now).order_by().values_list(Value("client"), *told)
    backends = Backend.objects.filter(capture_until__gt=now).order_by().values_list(Value("backend"), *told)
    found = [Captured(*row) for row in clients.union(backends, all=True)]
    return sorted(found, key=lambda each: (each.kind != "client", each.name))


def captured_of(client_id: int) -> list[Captured]:
    """What concerns this client: itself, and every backend, since any of them may answer it."""
    return [each for each in captured_now() if each.kind == "backend" or each.id == client_id]
