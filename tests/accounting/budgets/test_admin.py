"""What the admin shows of budgets and limits, and to whom."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounting.models import Budget, Limit
from accounting.usage_table import store
from routing.models import Client, Team
from routing.roles import KEY_MANAGERS
from tests.accounting.budgets.samples import TOKENS, account, budget, counted, limit

pytestmark = pytest.mark.django_db

LIST = reverse("admin:accounting_budget_changelist")
LIMITS = reverse("admin:accounting_limit_changelist")


def change(row):
    return reverse("admin:accounting_budget_change", args=[row.pk])


@pytest.fixture
def page(admin_client):
    def get(url=LIST):
        response = admin_client.get(url)
        assert response.status_code == 200
        return response.content.decode()

    return get


@pytest.fixture
def manager(client):
    user = User.objects.create(username="m", is_staff=True)
    user.groups.add(Group.objects.get(name=KEY_MANAGERS))
    client.force_login(user)
    return user


@pytest.mark.parametrize(("period", "never"), [("day", False), ("week", False), ("month", False), ("lifetime", True)])
def test_an_unused_budget_says_when_it_begins_anew(page, period, never):
    budget(period=period)
    assert ('<td class="field-resets">never</td>' in page()) == never


@pytest.mark.parametrize(
    ("used", "shown"),
    [
        (0, ("1,000 tokens a day", "0 tokens spent", "0 % spent", "svg class=&quot;spent fine&quot;")),
        (850, ("150 tokens<", "850 tokens spent", "85 % spent", "nearly spent", "spent warning")),
        (1200, ("0 tokens<", "1,200 tokens spent", "100 % spent", "spent spent")),
    ],
    ids=["fine", "nearly spent", "spent"],
)
def test_the_list_shows_what_is_left(page, used, shown):
    of = account(budget(**TOKENS))
    store([counted(of, used)] if used else [], "a")
    html = page().replace('"', "&quot;")
    assert [text for text in shown if text not in html] == []


def test_the_list_is_one_query_whatever_is_in_it(page):
    page()

    def queries():
        with CaptureQueriesContext(connection) as captured:
            page()
        return len(captured)

    budget(**TOKENS)
    before = queries()
    for number in range(3):
        store([counted(account(budget(client=Client.objects.create(name=f"c{number}"))), 5)], "a")
    assert queries() == before


def test_a_budget_shows_its_windows(page):
    row = budget(amount=Decimal(2))
    store([counted(account(row), 50_000)], "a")
    html = page(change(row))
    assert "$0.50 of $2.00" in html
    assert "$0.50 spent; $0.00 set aside" in html


def test_a_new_budget_can_be_made(admin_client):
    fields = {"name": "Core", "amount": "10", "unit": "usd", "period": "month", "warning_percent": "80", "stops": "on"}
    response = admin_client.post(reverse("admin:accounting_budget_add"), {**fields, "is_enabled": "on"})
    assert response.status_code == 302
    row = Budget.objects.get()
    assert (row.whole_amount, row.place) == (10**10, ("everyone", 0))


def test_a_limit_can_be_made_and_is_listed(admin_client, page):
    url = reverse("admin:accounting_limit_add")
    response = admin_client.post(url, {"name": "slowly", "requests_per_minute": "60", "is_enabled": "on"})
    assert response.status_code == 302
    assert "slowly" in page(LIMITS)


def test_a_manager_sees_the_budgets_of_their_teams_and_changes_none(client, manager):
    team = Team.objects.create(name="Core")
    team.managers.add(manager)
    seen, hidden = budget(team=team), budget()
    assert seen.name in client.get(LIST).content.decode()
    assert hidden.name not in client.get(LIST).content.decode()
    assert client.get(change(hidden)).status_code == 302
    assert 'name="_save"' not in client.get(change(seen)).content.decode()
    assert client.post(change(seen), {"amount": "99"}).status_code == 403


def test_a_manager_sees_limits_too(client, manager):
    team = Team.objects.create(name="Core")
    team.managers.add(manager)
    limit(name="ours", team=team, requests_per_minute=1)
    limit(name="theirs", requests_per_minute=1)
    html = client.get(LIMITS).content.decode()
    assert ("ours" in html, "theirs" in html) == (True, False)
    assert Limit.objects.count() == 2
