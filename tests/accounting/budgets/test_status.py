from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounting.budgets.status import status_of
from accounting.models import BudgetWindow
from accounting.usage_table import store
from routing.models import Client, ClientKey, Team
from tests.accounting.budgets.samples import TOKENS, account, budget, counted

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return Team.objects.create(name="Core")


@pytest.fixture
def ann(team):
    return Client.objects.create(name="Ann", team=team)


@pytest.fixture
def laptop(ann):
    return ClientKey.objects.create(client=ann, prefix="p", digest="d")


def test_a_key_has_the_budgets_of_its_client_its_team_and_everyone(team, ann, laptop):
    for scope in ({}, {"team": team}, {"client": ann}, {"key": laptop}):
        budget(name=" ".join(scope) or "everyone", **scope)
    budget(name="disabled", is_enabled=False)
    budget(name="another's", client=Client.objects.create(name="Bob"))
    names = {whose: [status.name for status in status_of(whose)] for whose in (laptop, ann, team)}
    assert names[laptop] == ["key", "client", "team", "everyone"]
    assert names[ann] == ["client", "team", "everyone"]
    assert names[team] == ["team", "everyone"]


def test_a_client_of_no_team_has_no_teams_budget(team):
    budget(team=team)
    assert status_of(Client.objects.create(name="Bob")) == []


def test_it_says_what_is_spent_and_when_it_begins_anew(ann):
    of = account(budget(client=ann, amount=Decimal(2)))
    store([counted(of, 50_000)], "a")
    (status,) = status_of(ann)
    assert (status.unit, status.amount, status.spent, status.share) == ("usd", Decimal(2), Decimal("0.5"), 0.25)
    assert status.resets_at.timestamp() == of.window.ends_at


def test_a_lifetime_budget_never_begins_anew(ann):
    budget(client=ann, period="lifetime")
    assert status_of(ann)[0].resets_at is None


def test_what_was_spent_before_counts_no_more(ann):
    store([counted(account(budget(client=ann, **TOKENS)), 900)], "a")
    BudgetWindow.objects.update(
        starts_at=timezone.now() - timedelta(days=2), ends_at=timezone.now() - timedelta(days=1)
    )
    (status,) = status_of(ann)
    assert (status.spent, status.state) == (0, "fine")


@pytest.mark.parametrize(
    ("fields", "used", "state"),
    [
        ({}, 799, "fine"),
        ({}, 800, "warning"),
        ({"warning_percent": 0}, 999, "fine"),
        ({}, 1000, "spent"),
        ({"stops": False}, 1500, "spent"),
    ],
)
def test_its_state(ann, fields, used, state):
    store([counted(account(budget(client=ann, **TOKENS, **fields)), used)], "a")
    assert status_of(ann)[0].state == state


def test_too_little_left_for_a_request_is_spent(ann):
    of = account(budget(client=ann, **TOKENS))
    store([counted(of, 900)], "a")
    of.note_stop()
    assert status_of(ann)[0].state == "spent"


def test_it_is_two_queries(laptop, ann, team):
    for scope in ({"team": team}, {"client": ann}, {"key": laptop}):
        store([counted(account(budget(**scope)), 5)], "a")
    with CaptureQueriesContext(connection) as captured:
        status_of(ClientKey.objects.select_related("client").get())
    assert len(captured) == 3  # the key itself is one


def test_what_an_admin_adds_can_be_spent_and_warned_of_again(ann):
    row = budget(client=ann, **TOKENS)
    store([counted(account(row), 1000)], "a")
    assert status_of(ann)[0].state == "spent"
    row.amount = Decimal(1200)
    row.save()
    account(row).claim("a", 0, 0, 1)
    assert status_of(ann)[0].state == "warning"
    assert BudgetWindow.objects.get().stopped_at is None
