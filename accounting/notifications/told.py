"""What somebody was told of backends, so that they hear of changes alone, and of no more than they can read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Max

from accounting.models import Notification
from accounting.notifications.events import DOWN, UP, Event

QUIET = timedelta(minutes=15)
"""A model that comes and goes is told of once in such a time."""
MOST_MODELS = 5
"""As many of one backend are told of in that time: which names are asked for is the clients' choice."""


class Told:
    """`last` is what was said last of each model that there is something to say of, `recent` of which was said lately
    that it fails."""

    def __init__(self, notification: Notification, events: Iterable[Event], now: datetime) -> None:
        subjects = {event.subject for event in events if event.type in (DOWN, UP)}
        said = notification.deliveries.filter(type__in=(DOWN, UP), subject__in=subjects)
        newest = said.order_by().values("subject").annotate(newest=Max("pk")).values("newest")
        self.last = dict(said.filter(pk__in=newest).values_list("subject", "type"))
        failing = notification.deliveries.filter(type=DOWN, created_at__gt=now - QUIET)
        self.recent = set(failing.values_list("subject", flat=True))

    def is_news(self, event: Event) -> bool:
        """Whether to tell it; if so, it counts as told."""
        was_down = self.last.get(event.subject) == DOWN
        if event.type == UP:
            return was_down
        if was_down or event.subject in self.recent or self._of_its_backend(event) >= MOST_MODELS:
            return False
        self.recent.add(event.subject)
        return True

    def _of_its_backend(self, event: Event) -> int:
        backend = event.subject.rpartition(" ")[0]
        return sum(subject.rpartition(" ")[0] == backend for subject in self.recent)
