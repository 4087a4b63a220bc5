"""What is told of budgets and backends, in which words."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounting.models import Budget, BudgetWindow
from accounting.notifications.events import events
from routing.models import Backend
from tests.accounting.notifications.conftest import failing, window
from tests.routing import factories

pytestmark = pytest.mark.django_db


def recent():
    return list(events(timezone.now() - timedelta(hours=1)))


def test_a_budget_that_is_nearly_spent_is_told_with_what_is_spent():
    row = window()
    row.ends_at = datetime(2026, 12, 1, tzinfo=UTC)
    row.save()
    (event,) = recent()
    assert event.type == "budget.warning"
    assert event.text == (
        "The budget “June” (everyone) is 80 % spent: $8.00 of $10.00 a month; it begins anew 2026-12-01 00:00 UTC."
    )
    assert event.data["resets_at"] == "2026-12-01T00:00:00+00:00"


def test_a_budget_that_is_spent_is_told_as_such():
    window(spent="10", ends_in=None, warned=False, stopped=True, period="lifetime")
    (event,) = recent()
    assert event.type == "budget.stop"
    assert event.text == (
        "The budget “June” (everyone) is spent: $10.00 of $10.00. Requests are refused until its amount is raised."
    )


def test_what_was_long_ago_is_no_news():
    row = window()
    BudgetWindow.objects.filter(pk=row.pk).update(warned_at=timezone.now() - timedelta(days=2))
    failing(failing_since=timezone.now() - timedelta(days=2))
    failing("n", openings=0, open_until=timezone.now() - timedelta(days=2), backend=Backend.objects.get())
    assert recent() == []


def test_a_budget_that_was_switched_off_is_not_told():
    window()
    Budget.objects.update(is_enabled=False)
    assert recent() == []


@pytest.mark.parametrize("scope", ["team", "client", "key", "everyone"])
def test_an_event_of_a_budget_is_its_teams(scope):
    team = factories.team("red")
    client = factories.client("ada", team=team)
    key, _ = factories.key(client)
    fields = {"team": {"team": team}, "client": {"client": client}, "key": {"key": key}, "everyone": {}}[scope]
    window(**fields)
    names = {"team": "team red", "client": "client ada", "key": "a key of ada", "everyone": "everyone"}
    (event,) = recent()
    assert (event.team, event.data["holds_for"]) == (None if scope == "everyone" else team.pk, names[scope])


def test_a_backend_that_fails_is_told_with_the_reason():
    failing()
    (event,) = recent()
    assert event.type == "backend.down"
    assert event.text == "m at openrouter fails and is left alone, where a mapping has other targets: HTTP 503"


@pytest.mark.parametrize(("seconds", "told"), [(5, 0), (29, 0), (30, 1), (120, 1)])
def test_a_short_pause_is_no_event(seconds, told):
    row = failing()
    row.open_until = row.failing_since + timedelta(seconds=seconds)
    row.save()
    assert len(recent()) == told


def test_a_backend_that_fails_again_and_again_is_one_event():
    row = failing()
    (first,) = recent()
    row.openings, row.opened_at = 3, timezone.now() + timedelta(seconds=40)
    row.save()
    assert [event.key for event in recent()] == [first.key]


def test_a_backend_that_answers_again_is_told_as_such():
    failing(openings=0)
    (event,) = recent()
    assert (event.type, event.text) == ("backend.up", "m at openrouter is asked as usual again.")


def test_a_failure_of_days_ends_with_an_event_too():
    failing(openings=0, failing_since=timezone.now() - timedelta(days=3))
    assert [event.type for event in recent()] == ["backend.up"]
