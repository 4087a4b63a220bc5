"""A server for webhooks, and rows that are to be told of."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounting.models import Budget, BudgetWindow, Notification
from accounting.models.budgets import NANO
from routing.models import BackendHealth
from tests.routing import factories
from tests.support.webhook_receiver import WebhookReceiver

pytestmark = pytest.mark.django_db


@pytest.fixture
def receiver():
    with WebhookReceiver() as receiver:
        yield receiver


def notification(**fields):
    """Made an hour ago, so that what happened since is told."""
    usual = {"name": "Slack", "url": "http://127.0.0.1:9/hook", "created_at": timezone.now() - timedelta(hours=1)}
    return Notification.objects.create(**{**usual, **fields})


def window(spent="8", ends_in=timedelta(days=5), warned=True, stopped=False, **fields):
    """Of a budget of ten dollars, in which as many are spent."""
    budget = Budget.objects.create(**{"name": "June", "amount": 10, "time_zone": "UTC", **fields})
    now = timezone.now()
    return BudgetWindow.objects.create(
        budget=budget,
        starts_at=now - timedelta(days=1),
        ends_at=now + ends_in if ends_in is not None else None,
        amount=10 * NANO,
        spent=int(float(spent) * NANO),
        warned_at=now if warned else None,
        stopped_at=now if stopped else None,
    )


def failing(model="m", **fields):
    """Left alone for a minute."""
    backend = fields.pop("backend", None) or factories.backend("openrouter")
    now = timezone.now()
    usual = {"openings": 1, "failing_since": now, "open_until": now + timedelta(minutes=1), "reason": "HTTP 503"}
    return BackendHealth.objects.create(backend=backend, model=model, **{**usual, **fields})
