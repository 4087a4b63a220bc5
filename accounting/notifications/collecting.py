"""From events to deliveries: who wants to be told, each once, and nobody in a flood."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from accounting.models import Delivery, Notification
from accounting.notifications.events import DOWN, STOP, UP, WARNING, Event, events

LOOK_BACK = timedelta(days=1)
"""What is older when it is found first, because the service stood still, is no news any more."""
QUIET = timedelta(minutes=15)
"""A backend that comes and goes is told of once in such a time."""
KEPT = timedelta(days=90)
WANTED = {WARNING: "budget_warning", STOP: "budget_stop", DOWN: "backend_down", UP: "backend_down"}


class Told(NamedTuple):
    """What one notification was told already."""

    event: str
    type: str
    subject: str
    at: datetime


def collect(now: datetime) -> None:
    """Note the deliveries of what is new; those of another process are left as they are."""
    Delivery.objects.filter(created_at__lt=now - KEPT).delete()
    found = list(events(now - LOOK_BACK))
    for notification in Notification.objects.enabled():
        new = list(unheard(notification, found, now))
        Delivery.objects.bulk_create(
            [delivery for event in new for delivery in deliveries(notification, event)], ignore_conflicts=True
        )


def unheard(notification: Notification, found: Collection[Event], now: datetime) -> Iterator[Event]:
    recent = notification.deliveries.filter(created_at__gte=now - 2 * LOOK_BACK)
    told = [Told(*row) for row in recent.values_list("event", "type", "subject", "created_at")]
    keys = {each.event for each in told}
    for event in found:
        if event.key in keys or not wants(notification, event) or (event.after and event.after not in keys):
            continue
        if event.type != DOWN or not is_repeated(event, told, now):
            yield event


def wants(notification: Notification, event: Event) -> bool:
    """What happened before somebody asked to be told is not told."""
    if not getattr(notification, WANTED[event.type]) or event.at < notification.created_at:
        return False
    is_budget = event.type in (WARNING, STOP)
    return not is_budget or notification.team_id is None or notification.team_id == event.team


def is_repeated(event: Event, told: Collection[Told], now: datetime) -> bool:
    return any(each.type == DOWN and each.subject == event.subject and each.at > now - QUIET for each in told)


def deliveries(notification: Notification, event: Event) -> list[Delivery]:
    """One for each channel; not in the database yet."""
    channels = {Delivery.Channel.WEBHOOK: notification.url, Delivery.Channel.EMAIL: notification.addresses}
    return [
        Delivery(
            notification=notification,
            channel=channel,
            event=event.key,
            type=event.type,
            subject=event.subject,
            text=event.text,
            data={**event.data, "at": event.at.isoformat()},
        )
        for channel, where in channels.items()
        if where
    ]
