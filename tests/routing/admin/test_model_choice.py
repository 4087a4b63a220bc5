"""“Choose models”: the list of a backend is read, and what is checked is offered to clients."""

import pytest

from conversion.errors import BackendFailure
from routing import upstream
from routing.models import BackendModel
from tests.routing import factories

LIST = {
    "data": [
        {"id": "small", "context_length": 8192, "pricing": {"prompt": "0.000001", "completion": "0.000002"}},
        {"id": "big", "context_length": 131_072, "supported_parameters": ["tools"]},
        {"id": "text-embedding", "type": "embedding"},
    ]
}


@pytest.fixture
def backend(db):
    return factories.backend()


@pytest.fixture(autouse=True)
def asked(monkeypatch):
    """The URLs that were asked; each has the list."""
    urls = []

    def fetch(backend, url, timeout, body=None):
        urls.append(url)
        return LIST

    monkeypatch.setattr(upstream, "fetch_json", fetch)
    return urls


def page_of(backend):
    return f"/admin/routing/backend/{backend.pk}/models/"


def offered():
    return sorted(BackendModel.objects.filter(is_offered=True).values_list("name", flat=True))


def number_of(name):
    return BackendModel.objects.get(name=name).pk


def test_opening_the_page_reads_the_list(superuser, backend, asked):
    shown = superuser.get(page_of(backend)).content.decode()
    assert asked == ["http://backend.test/v1/models"]
    assert "131,072" in shown
    assert "1.00 / 2.00" in shown
    assert "text-embedding" not in shown


def test_what_is_checked_is_offered_and_the_rest_is_not(superuser, backend):
    factories.backend_model(backend, "small", is_offered=True)
    superuser.get(page_of(backend))
    superuser.post(page_of(backend), {"chosen": [number_of("big")], "others": ""})
    assert offered() == ["big"]


def test_names_that_the_list_does_not_have_can_be_typed(superuser, backend):
    superuser.post(page_of(backend), {"others": "mine\n\n yours \nmine"})
    assert offered() == ["mine", "yours"]


def test_a_search_narrows_the_list_and_leaves_the_others_alone(superuser, backend):
    factories.backend_model(backend, "small", is_offered=True)
    superuser.get(page_of(backend))
    page = f"{page_of(backend)}?q=bi"
    assert "small" not in superuser.get(page).content.decode().partition("<tbody>")[2]
    superuser.post(page, {"chosen": [number_of("big")], "others": ""})
    assert offered() == ["big", "small"]


def test_a_list_that_cannot_be_read_is_told_with_what_is_known(superuser, backend, monkeypatch):
    def fail(*_):
        raise BackendFailure("no way")

    monkeypatch.setattr(upstream, "fetch_json", fail)
    factories.backend_model(backend, "known")
    shown = superuser.get(page_of(backend)).content.decode()
    assert "no way" in shown
    assert "known" in shown


def test_what_is_no_name_is_refused(superuser, backend):
    response = superuser.post(page_of(backend), {"others": "x" * 201})
    assert "no name of a model" in response.content.decode()
    assert offered() == []


def test_models_of_other_backends_cannot_be_chosen(superuser, backend):
    other = factories.backend_model(factories.backend(), "foreign")
    response = superuser.post(page_of(backend), {"chosen": [other.pk], "others": ""})
    assert response.status_code == 200
    assert offered() == []


def test_it_is_not_for_managers_of_keys(manager, backend):
    assert manager.get(page_of(backend)).status_code in {403, 404}
    assert manager.post(page_of(backend), {"others": "x"}).status_code in {403, 404}
