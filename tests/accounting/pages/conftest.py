"""Members, each with a client and a browser of their own, at pages whose key test always answers."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client as Browser

from tests.routing import factories


@pytest.fixture(autouse=True)
def _only_these_pages(settings):
    settings.ROOT_URLCONF = "tests.accounting.pages.urls"


@pytest.fixture
def team(db):
    return factories.team("blue", self_service_keys=2, self_service_days=30)


@pytest.fixture
def ada(team):
    """A member whose team may issue keys."""
    return factories.client("ada", team=team, user=get_user_model().objects.create_user("ada"))


@pytest.fixture
def bob(team):
    return factories.client("bob", team=team, user=get_user_model().objects.create_user("bob"))


@pytest.fixture
def browser(ada):
    """Ada's browser; forms without a token are refused, as everywhere."""
    return browser_of(ada.user)


def browser_of(user):
    browser = Browser()
    browser.force_login(user)
    return browser


def text_of(response):
    """What a reader sees of a page, in one line."""
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).split())
