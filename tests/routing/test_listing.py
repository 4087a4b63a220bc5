"""The names that `GET /v1/models` tells of."""

import pytest

from routing import loading
from routing.listing import listed_models, named_model
from tests.routing import factories

pytestmark = pytest.mark.django_db


def listed(**fields):
    _, text = factories.key(factories.client(**fields))
    table = loading.load({})
    return listed_models(table, table.key(text, 0.0))


def test_the_names_of_mappings_and_the_offered_models_are_listed():
    row = factories.backend("local")
    factories.backend_model(row, "offered", is_offered=True)
    factories.backend_model(row, "only known")
    factories.mapping("my-model", to=row)
    factories.mapping("opus", kind="family", to=row, model="big")
    factories.mapping("x-*", kind="glob", to=row)
    factories.mapping(to=row)
    assert [model.id for model in listed()] == ["my-model", "claude-opus", "claude-gw/offered"]


def test_each_is_listed_with_what_is_behind_it():
    row = factories.backend("local")
    factories.backend_model(row, "big", context_window=200_000, discovered_max_output_tokens=8000)
    factories.mapping("opus", kind="family", to=row, model="big")
    (model,) = listed()
    assert model.display_name == "claude-opus: big (local)"
    assert (model.context_window, model.max_output_tokens) == (200_000, 8000)


def test_what_a_key_may_not_use_is_not_listed():
    factories.mapping("opus", kind="family")
    factories.mapping("haiku", kind="family")
    assert [model.id for model in listed(allowed_models="*haiku*")] == ["claude-haiku"]


def test_what_leads_nowhere_is_not_listed():
    factories.mapping("m", to=factories.backend(is_enabled=False))
    assert listed() == []


def test_mappings_of_the_team_come_first_and_no_name_comes_twice():
    team = factories.team()
    factories.mapping("m")
    factories.mapping("n")
    factories.mapping("n", team=team)
    assert [model.id for model in listed(team=team)] == ["n", "m"]


@pytest.mark.parametrize(
    ("name", "window"),
    [
        pytest.param("claude-opus-4-8", 200_000, id="a family"),
        pytest.param("x-1", 200_000, id="a pattern"),
        pytest.param("anything", None, id="only a default"),
        pytest.param("claude-haiku-4-5", None, id="not for this key"),
        pytest.param("off", None, id="nowhere"),
    ],
)
def test_a_name_need_not_be_listed_to_be_known(name, window):
    row = factories.backend("local")
    factories.backend_model(row, "big", context_window=200_000)
    factories.mapping("opus", kind="family", to=row, model="big")
    factories.mapping("haiku", kind="family", to=row, model="big")
    factories.mapping("x-*", kind="glob", to=row, model="big")
    factories.mapping("off", to=factories.backend(is_enabled=False))
    factories.mapping(to=row)
    _, text = factories.key(factories.client(allowed_models="*opus*\nx-*\nanything\noff"))
    table = loading.load({})
    found = named_model(table, table.key(text, 0.0), name)
    assert (found and found.context_window) == window
