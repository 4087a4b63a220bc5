"""Browsers of people with different rights, and what they may send."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client as Browser

from routing.roles import KEY_MANAGERS
from tests.routing import factories


@pytest.fixture(autouse=True)
def _only_the_admin(settings):
    settings.ROOT_URLCONF = "tests.routing.admin.urls"


@pytest.fixture
def superuser(db):
    """A browser in which a superuser is logged in."""
    return browser_of(get_user_model().objects.create_superuser("root"))


@pytest.fixture
def team(db):
    return factories.team("blue")


@pytest.fixture
def manager(team):
    """A browser of somebody who manages the keys of team blue."""
    user = get_user_model().objects.create_user("manager", is_staff=True)
    user.groups.add(Group.objects.get(name=KEY_MANAGERS))
    team.managers.add(user)
    return browser_of(user)


def browser_of(user):
    browser = Browser()
    browser.force_login(user)
    return browser


def inline(prefix, *rows, initial=0):
    """What a form sends for an inline table with these rows."""
    sent = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": initial}
    for number, row in enumerate(rows):
        sent |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return sent


def errors(response):
    """What a form that came back complains about."""
    form = response.context["adminform"].form
    formsets = [each.formset for each in response.context.get("inline_admin_formsets", [])]
    return str(form.errors) + "".join(str(formset.errors) for formset in formsets)
