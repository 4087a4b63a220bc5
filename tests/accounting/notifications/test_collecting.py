"""Who is told of what, and how often."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounting.models import Delivery
from accounting.notifications.collecting import collect
from tests.accounting.notifications.conftest import failing, notification, window
from tests.routing import factories

pytestmark = pytest.mark.django_db


def told():
    collect(timezone.now())
    return sorted(Delivery.objects.values_list("notification__name", "type"))


def test_an_event_is_told_once_however_often_it_is_seen():
    notification()
    window()
    assert told() == told() == [("Slack", "budget.warning")]


@pytest.mark.parametrize(
    ("field", "type"),
    [("budget_warning", "budget.warning"), ("budget_stop", "budget.stop"), ("backend_down", "backend.down")],
)
def test_only_what_is_wanted_is_told(field, type):
    notification(**{name: name == field for name in ("budget_warning", "budget_stop", "backend_down")})
    window(stopped=True)
    failing()
    assert told() == [("Slack", type)]


def test_a_team_is_told_of_its_budgets_and_of_all_backends():
    red, blue = factories.team("red"), factories.team("blue")
    for name, team in (("all", None), ("red", red), ("blue", blue)):
        notification(name=name, team=team)
    window(client=factories.client(team=red))
    failing()
    budgets = [("all", "budget.warning"), ("red", "budget.warning")]
    assert told() == sorted([*budgets, *((name, "backend.down") for name in ("all", "red", "blue"))])


def test_what_happened_before_somebody_asked_is_not_told():
    window()
    notification(created_at=timezone.now())
    assert told() == []


def test_who_is_switched_off_is_not_told():
    notification(is_enabled=False)
    window()
    assert told() == []


def test_each_channel_has_a_delivery_of_its_own(settings):
    notification(emails="ada@example.com\nbob@example.com")
    window()
    collect(timezone.now())
    assert set(Delivery.objects.values_list("channel", flat=True)) == {"webhook", "email"}


def test_that_a_backend_answers_again_is_told_to_those_who_know_that_it_failed():
    row = failing()
    early = notification(name="early")
    told()
    notification(name="late", created_at=timezone.now())
    row.openings = 0
    row.save()
    assert told() == [("early", "backend.down"), ("early", "backend.up")]
    assert early.deliveries.count() == 2


DOWN, UP = ("Slack", "backend.down"), ("Slack", "backend.up")


def become(row, *, fails):
    """What another failure, or an answer, makes of the state of a model."""
    if fails:
        row.failing_since = timezone.now()
        row.open_until = row.failing_since + timedelta(minutes=1)
    row.openings = int(fails)
    row.save()


def later():
    """As if all that was told had been told a while ago."""
    Delivery.objects.update(created_at=timezone.now() - timedelta(minutes=16))


def test_a_backend_that_comes_and_goes_is_told_once_in_a_while():
    notification()
    row = failing()
    assert told() == [DOWN]
    for _ in range(2):
        become(row, fails=False)
        assert told() == [DOWN, UP]
        become(row, fails=True)
        assert told() == [DOWN, UP]
    later()
    assert told() == [DOWN, DOWN, UP]


def test_what_is_over_when_it_may_be_told_again_is_not_told():
    notification()
    row = failing()
    for fails in (False, True, False):
        told()
        become(row, fails=fails)
    later()
    assert told() == [DOWN, UP]


def test_what_was_over_before_anybody_looked_is_not_told():
    notification()
    failing(openings=0)
    assert told() == []


def test_an_answer_is_told_also_where_a_failure_was_missed_in_between():
    notification()
    row = failing()
    told()
    become(row, fails=False)
    become(row, fails=True)
    assert told() == [DOWN]
    become(row, fails=False)
    assert told() == told() == [DOWN, UP]


def test_of_many_models_of_a_backend_a_few_are_told_at_a_time():
    notification()
    one, other = factories.backend("one"), factories.backend("other")
    for number in range(9):
        failing(f"made up {number}", backend=one)
    failing(backend=other)
    assert told() == told() == [DOWN] * 6
    later()
    assert told() == [DOWN] * 10


def test_the_log_is_kept_for_three_months():
    told_of = notification()
    Delivery.objects.create(
        notification=told_of, event="e", type="test", subject="test", created_at=timezone.now() - timedelta(days=91)
    )
    assert told() == []
