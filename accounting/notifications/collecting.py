"""From events to deliveries: who wants to be told, each once, and nobody in a flood."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from accounting.models import Delivery, Notification
from accounting.notifications.events import DOWN, STOP, UP, WARNING, Event, events
from accounting.notifications.told import Told

LOOK_BACK = timedelta(days=1)
"""What is older when it is found first, because the service stood still, is no news any more."""
KEPT = timedelta(days=90)
WANTED = {WARNING: "budget_warning", STOP: "budget_stop", DOWN: "backend_down", UP: "backend_down"}


def collect(now: datetime) -> None:
    """Note the deliveries of what is new; those of another process are left as they are."""
    Delivery.objects.filter(created_at__lt=now - KEPT).delete()
    found = list(events(now - LOOK_BACK))
    for notification in Notification.objects.enabled() if found else ():
        new = list(unheard(notification, found, now))
        Delivery.objects.bulk_create(
            [delivery for event in new for delivery in deliveries(notification, event)], ignore_conflicts=True
        )


def unheard(notification: Notification, found: Collection[Event], now: datetime) -> Iterator[Event]:
    wanted = [event for event in found if wants(notification, event)]
    noted = notification.deliveries.filter(event__in=[event.key for event in wanted])
    keys = set(noted.values_list("event", flat=True))
    told = Told(notification, wanted, now)
    for event in wanted:
        if event.key not in keys and (event.type in (WARNING, STOP) or told.is_news(event)):
            yield event


def wants(notification: Notification, event: Event) -> bool:
    """What happened before somebody asked to be told is not told."""
    if not getattr(notification, WANTED[event.type]) or event.at < notification.created_at:
        return False
    is_budget = event.type in (WARNING, STOP)
    return not is_budget or notification.team_id is None or notification.team_id == event.team


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
