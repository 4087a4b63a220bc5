"""Search engines in the admin: the key goes in and never comes out, and a search shows whether it works."""

import pytest

from routing import credentials
from routing.models import SearchEngine
from tests.support.search_engine import SearchEngine as Server

LIST = "/admin/routing/searchengine/"
SECRET = "bsa-0123456789-key"


def test_an_engine_is_added_with_its_key(superuser):
    form = {"kind": "brave", "base_url": "", "team": "", "secret": SECRET, "is_enabled": "on"}
    assert superuser.post(f"{LIST}add/", form).status_code == 302
    engine = SearchEngine.objects.get()
    assert credentials.opened(engine.sealed) == SECRET
    assert SECRET not in superuser.get(f"{LIST}{engine.pk}/change/").content.decode()


def test_an_empty_key_leaves_it_as_it_is(superuser):
    engine = SearchEngine(kind="brave")
    engine.put(SECRET)
    engine.save()
    form = {"kind": "brave", "base_url": "", "team": "", "secret": "", "is_enabled": "on"}
    superuser.post(f"{LIST}{engine.pk}/change/", form)
    engine.refresh_from_db()
    assert credentials.opened(engine.sealed) == SECRET


@pytest.mark.parametrize(("kind", "base_url", "added"), [("brave", "", False), ("tavily", "http://ours:80", True)])
def test_an_engine_that_sells_answers_has_a_key_or_somebody_in_between(superuser, kind, base_url, added):
    form = {"kind": kind, "base_url": base_url, "team": "", "secret": "", "is_enabled": "on"}
    page = superuser.post(f"{LIST}add/", form).content.decode()
    assert ("This engine answers nobody without a key." in page) != added
    assert SearchEngine.objects.exists() == added


@pytest.mark.parametrize(("status", "words"), [(200, "1 pages for"), (503, "unavailable")])
def test_a_search_shows_whether_it_works(superuser, status, words):
    with Server() as server:
        server.status = status
        engine = SearchEngine.objects.create(base_url=server.url)
        form = {"action": "try_search", "_selected_action": [engine.pk]}
        page = superuser.post(LIST, form, follow=True).content.decode()
    assert words in page
