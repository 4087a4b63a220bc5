import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounting.budgets.rules import Rulebook, amount_text
from accounting.models import Budget
from routing.models import Client, ClientKey, Team
from tests.accounting.budgets.samples import TOKENS, budget, key, limit

pytestmark = pytest.mark.django_db


@pytest.fixture
def rulebook():
    return Rulebook()


def test_without_rows_it_is_empty(rulebook):
    rulebook.refresh()
    assert rulebook.is_empty


@pytest.mark.parametrize("row", [budget, limit], ids=["a budget", "a limit"])
def test_with_a_row_it_is_not(rulebook, row):
    made = row(**(TOKENS if row is budget else {"requests_per_minute": 1}))
    rulebook.refresh()
    assert not rulebook.is_empty
    type(made).objects.update(is_enabled=False)
    rulebook.refresh()
    assert rulebook.is_empty


def test_changes_are_seen_and_nothing_else_is_loaded(rulebook):
    row = budget(**TOKENS)
    rulebook.refresh()
    with CaptureQueriesContext(connection) as captured:
        rulebook.refresh()
    assert len(captured) == 2
    row.amount = 5
    row.save()
    rulebook.refresh()
    assert [rule.amount for rule in rulebook.budgets.of(key())] == [5]
    Budget.objects.all().delete()
    rulebook.refresh()
    assert rulebook.is_empty


def test_the_narrowest_comes_first(rulebook):
    team = Team.objects.create(name="Core")
    client = Client.objects.create(name="Ann", team=team)
    own = ClientKey.objects.create(client=client, prefix="p", digest="d")
    for scope in ({}, {"team": team}, {"client": client}, {"key": own}):
        budget(name=" ".join(scope) or "everyone", **scope)
    rulebook.refresh()
    of = rulebook.budgets.of(key(id=own.pk, client_id=client.pk, team_id=team.pk))
    assert [rule.name for rule in of] == ["key", "client", "team", "everyone"]
    assert [rule.name for rule in rulebook.budgets.of(key(id=0, client_id=0, team_id=None))] == ["everyone"]


@pytest.mark.parametrize(
    ("amount", "is_money", "text"),
    [
        (0, True, "$0.00"),
        (1_234_560_000_000, True, "$1,234.56"),
        (10_000_000, True, "$0.01"),
        (123_400, True, "$0.0001"),
        (1500, False, "1,500 tokens"),
    ],
)
def test_amounts_are_told_as_people_read_them(amount, is_money, text):
    assert amount_text(amount, is_money) == text
