"""The page of learned habits: what is done, why, and nothing to be typed."""

import pytest

from conversion.repairs import KINDS
from routing.models import LearnedHabit
from tests.routing import factories
from tests.routing.admin.test_pages import ATTACKS

LIST = "/admin/routing/learnedhabit/"


@pytest.fixture
def habit(db):
    backend = factories.backend("router")
    said = "Unknown parameter: 'store'"
    return factories.learned_habit(
        backend, "gpt-x", subject="store", overrides={"omitted_fields": ["store"]}, said=said
    )


def shown(browser, page):
    response = browser.get(page)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("page", [LIST, f"{LIST}{{}}/change/"], ids=["list", "row"])
def test_it_says_what_is_done_and_why(superuser, habit, page):
    text = shown(superuser, page.format(habit.pk))
    for part in ("gpt-x", "router", "field store", KINDS["field"], "Unknown parameter: &#x27;store&#x27;"):
        assert part in text


def test_a_row_is_read_only(superuser, habit):
    assert superuser.get(f"{LIST}add/").status_code == 403
    assert superuser.post(f"{LIST}{habit.pk}/change/", {"kind": "images"}).status_code == 403


def test_a_row_can_be_deleted(superuser, habit):
    superuser.post(f"{LIST}{habit.pk}/delete/", {"post": "yes"})
    assert not LearnedHabit.objects.exists()


def test_selected_rows_can_be_deleted(superuser, habit):
    superuser.post(LIST, {"action": "delete_selected", "_selected_action": [habit.pk], "post": "yes"})
    assert not LearnedHabit.objects.exists()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("kind=field", True),
        ("kind=images", False),
        ("model=gpt-x", True),
        ("model=gpt-y", False),
        ("backend__id__exact={}", True),
        ("q=store", True),
        ("q=nothing", False),
    ],
)
def test_rows_are_found_by_backend_model_and_kind(superuser, habit, query, found):
    response = superuser.get(f"{LIST}?{query.format(habit.backend_id)}")
    assert [row.pk for row in response.context["cl"].queryset] == ([habit.pk] if found else [])


def test_a_kind_of_another_version_is_said_to_be_left_out(superuser, habit):
    LearnedHabit.objects.update(kind="telepathy")
    assert "not known to this version" in shown(superuser, LIST)


def test_a_manager_of_keys_does_not_see_it(manager, habit):
    assert manager.get(LIST).status_code == 403


@pytest.mark.parametrize("attack", ATTACKS)
def test_words_of_a_backend_that_attack_are_shown_as_text(superuser, habit, attack):
    LearnedHabit.objects.update(said=attack, model=attack, subject=attack)
    for page in (LIST, f"{LIST}{habit.pk}/change/", f"{LIST}{habit.pk}/delete/"):
        text = shown(superuser, page)
        assert "<img src=x" not in text
        assert "<svg onload" not in text
        assert "49{" not in text


def test_the_model_shows_what_it_comes_to_with_what_was_learned(superuser, habit):
    model = factories.backend_model(habit.backend, "gpt-x")
    text = shown(superuser, f"/admin/routing/backendmodel/{model.pk}/change/")
    assert "omitted_fields: (&#x27;store&#x27;,)" in text


@pytest.mark.parametrize(
    ("place", "value", "expected"),
    [
        pytest.param("model", [], "NOT DONE: the profile of the model says otherwise (omitted_fields)", id="final"),
        pytest.param("backend", [], "Instead of what the profile of the backend says (omitted_fields)", id="overruled"),
        pytest.param("model", ["store"], "", id="the model's says the same"),
        pytest.param("backend", ["store"], "", id="the backend's says the same"),
    ],
)
def test_it_says_who_wins_where_a_profile_says_otherwise(superuser, habit, place, value, expected):
    profile = {"omitted_fields": value}
    if place == "model":
        factories.backend_model(habit.backend, "gpt-x", profile=profile)
    else:
        habit.backend.profile = profile
        habit.backend.save()
    for page in (LIST, f"{LIST}{habit.pk}/change/"):
        text = shown(superuser, page)
        assert expected in text
        assert ("(omitted_fields)" in text) == bool(expected)
