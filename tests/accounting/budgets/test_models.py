from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from accounting.models import Budget, Limit
from routing.models import Client, ClientKey, Team
from routing.roles import KEY_MANAGERS
from tests.accounting.budgets.samples import budget

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return Team.objects.create(name="Core")


@pytest.fixture
def ann(team):
    return Client.objects.create(name="Ann", team=team)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        pytest.param({"unit": "tokens", "amount": Decimal("1.5")}, "amount", id="half a token"),
        pytest.param({"amount": Decimal(0)}, "amount", id="nothing"),
        pytest.param({"amount": Decimal(10) ** 10}, "amount", id="more than can be counted"),
        pytest.param({"time_zone": "Berlin"}, "time_zone", id="no time zone"),
        pytest.param({"warning_percent": 101}, "warning_percent", id="a warning that never comes"),
    ],
)
def test_what_no_budget_can_be_is_refused(fields, wrong):
    with pytest.raises(ValidationError) as refused:
        Budget(**{"name": "x", "amount": Decimal(1), **fields}).full_clean()
    assert wrong in refused.value.message_dict


def test_a_budget_has_one_scope(team, ann):
    with pytest.raises(ValidationError) as refused:
        Budget(name="x", amount=1, team=team, client=ann).full_clean()
    assert refused.value.messages == ["Choose a team, a client or a key, or none of them for everyone together."]
    with pytest.raises(IntegrityError):
        budget(team=team, client=ann)


def test_a_limit_limits_something():
    with pytest.raises(ValidationError, match="at least one"):
        Limit(name="x").full_clean()


@pytest.mark.parametrize(
    ("unit", "amount", "whole"),
    [("usd", "0.01", 10_000_000), ("usd", "1000000000", 10**18), ("tokens", "1500", 1500)],
)
def test_amounts_are_counted_in_whole_numbers(unit, amount, whole):
    assert Budget(unit=unit, amount=Decimal(amount)).whole_amount == whole


def test_managers_see_the_budgets_of_their_teams(team, ann):
    manager = User.objects.create(username="m")
    team.managers.add(manager)
    key = ClientKey.objects.create(client=ann, prefix="p", digest="d")
    seen = [budget(team=team), budget(client=ann), budget(key=key)]
    other = Client.objects.create(name="Bob", team=Team.objects.create(name="Other"))
    hidden = [budget(), budget(client=other)]
    assert set(Budget.objects.visible_to(manager)) == set(seen)
    assert set(Budget.objects.visible_to(User(is_superuser=True))) == {*seen, *hidden}


def test_key_managers_may_look_at_budgets_and_limits():
    held = Group.objects.get(name=KEY_MANAGERS).permissions.filter(content_type__app_label="accounting")
    assert {permission.codename for permission in held} == {"view_budget", "view_limit"}
