"""Sums over what one client used."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounting import own_usage
from accounting.budgets.windows import window_at
from accounting.key_usage import key_usage, usage_line
from accounting.models.budgets import NANO, Budget, BudgetWindow
from accounting.own_usage import DayOfModel
from accounting.reports.figures import Figures
from accounting.rollups.pruning import prune
from routing import loading
from routing.table import KeyEntry
from tests.accounting.samples import record
from tests.routing import factories


def of_client(number):
    return KeyEntry(
        id=0, prefix="", digest=b"", expires_at=None, client_id=number, client_name="ada", team_id=None, team_name=""
    )


FIRST, SECOND = date(2026, 11, 1), date(2026, 11, 2)
LINES = [
    DayOfModel(FIRST, "big", Figures(requests=1, input_tokens=10, picodollars=1)),
    DayOfModel(SECOND, "big", Figures(requests=2, input_tokens=20, picodollars=2)),
    DayOfModel(SECOND, "small", Figures(requests=4, output_tokens=40, picodollars=4)),
]


def test_it_adds_up_from_a_day_on():
    assert own_usage.summed(LINES) == Figures(requests=7, input_tokens=30, output_tokens=40, picodollars=7)
    assert own_usage.summed(LINES, SECOND).requests == 6


def test_models_with_the_most_tokens_come_first():
    assert [(model, figures.requests) for model, figures in own_usage.by_model(LINES)] == [("small", 4), ("big", 3)]


def test_days_without_requests_are_there():
    days = own_usage.each_day(LINES, date(2026, 11, 3), 4)
    assert [(day.day, figures.requests) for day, figures in days] == [(31, 0), (1, 1), (2, 6), (3, 0)]


@pytest.mark.parametrize(
    ("figures", "share"), [(Figures(), None), (Figures(input_tokens=1, cache_read_input_tokens=3), 0.75)]
)
def test_it_says_how_much_came_from_a_cache(figures, share):
    assert figures.cached_share == share


@pytest.mark.django_db
def test_totals_are_the_sum_of_the_clients_rows(settings):
    for days, client, cost in ((0, 1, "0.25"), (400, 1, None), (0, 2, "9")):
        record(timedelta(days=days), client_id=client, input_tokens=10, cost=cost and Decimal(cost), routed_model="big")
    usage = key_usage(of_client(1))
    assert (usage.today.requests, usage.today.cost) == (1, Decimal("0.25"))
    assert (usage.total.requests, usage.total.total_tokens, usage.total.unpriced_requests) == (2, 20, 1)
    assert [each.model for each in usage.models] == ["big"]


@pytest.mark.django_db
def test_a_client_without_requests_used_nothing():
    assert usage_line(of_client(7)) == "today $0.00 · 0 tokens"


@pytest.mark.django_db
def test_a_day_begins_at_midnight_of_the_services_zone(settings):
    settings.TIME_ZONE = "Pacific/Kiritimati"
    with timezone.override("Pacific/Kiritimati"):
        now = timezone.localtime()
        record(timezone.now() - now.replace(hour=0, minute=0, second=0, microsecond=0), client_id=1, input_tokens=1)
        assert key_usage(of_client(1)).today.total_tokens == 1


@pytest.mark.django_db
def test_rows_that_are_gone_still_count():
    key, _ = factories.key()
    for days, cost in ((3, "0.25"), (400, "1.5"), (0, "0.125")):
        fields = {"client_id": key.client_id, "key_id": key.pk, "routed_model": "big"}
        record(timedelta(days=days), input_tokens=10, cost=Decimal(cost), **fields)
    list(prune(timezone.now() - timedelta(days=1)))
    assert own_usage.records_of(key.client_id).count() == 1
    total, days = (
        own_usage.total(key.client_id),
        own_usage.daily(key.client_id, timezone.localdate() - timedelta(days=9)),
    )
    assert (total.requests, total.input_tokens, total.cost) == (3, 30, Decimal("1.875"))
    assert own_usage.summed(days).cost == Decimal("0.375")


@pytest.mark.django_db
def test_a_line_names_the_budget_that_is_nearest_to_its_end():
    key, text = factories.key()
    for name, amount in (("large", 100), ("small", 10)):
        budget = Budget.objects.create(name=name, client=key.client, amount=amount, period="lifetime")
        starts_at = datetime.fromtimestamp(window_at("lifetime", budget.zone, 0.0).starts_at, UTC)
        BudgetWindow.objects.create(budget=budget, starts_at=starts_at, spent=3 * NANO)
    entry = loading.load({}).key(text, 0.0)
    record(client_id=key.client_id, input_tokens=4_100_000, cost=Decimal("1.234"))
    assert usage_line(entry) == "today $1.23 · 4.1M tokens · budget 30 %"
    assert [(budget.name, budget.left) for budget in key_usage(entry).budgets] == [("large", 97), ("small", 7)]
