"""Backends in the admin: credentials go in and never come out, and what a row comes to is shown."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from routing import loading
from routing.models import Backend, BackendCredential, BackendModel, ModelMapping, SeatLease
from tests.routing import factories
from tests.routing.admin.conftest import errors, inline

SECRET = "sk-or-v1-0123456789abcdef-WXYZ"
ADD = "/admin/routing/backend/add/"


def page_of(backend):
    return f"/admin/routing/backend/{backend.pk}/change/"


def form(*credentials, initial=0, **fields):
    sent = {
        "name": "router",
        "base_url": "https://openrouter.ai/api/v1",
        "is_enabled": "on",
        "timeout": "300",
        "max_retries": "2",
        "max_tokens_limit": "128000",
        "headers": "{}",
        "profile": "{}",
    }
    return {**sent, **inline("credentials", *credentials, initial=initial), **fields}


def secrets(entry):
    return [each.secret for each in entry.credentials]


def credential(**fields):
    return {"order": "0", "weight": "1", "is_enabled": "on", **fields}


def test_a_backend_is_added_with_its_credential(superuser):
    response = superuser.post(ADD, form(credential(secret=SECRET)))
    assert response.status_code == 302, errors(response)
    (entry,) = loading.backends()
    assert (entry.name, entry.dialect, secrets(entry)) == ("router", "openrouter", [SECRET])


def test_no_page_shows_the_credential(superuser):
    superuser.post(ADD, form(credential(secret=SECRET)))
    backend = Backend.objects.get()
    for page in (
        page_of(backend),
        f"/admin/routing/backend/{backend.pk}/history/",
        "/admin/routing/backend/",
        "/admin/",
    ):
        shown = superuser.get(page).content.decode()
        assert SECRET not in shown
        assert BackendCredential.objects.get().sealed not in shown
    assert "sk-…WXYZ" in superuser.get(page_of(backend)).content.decode()
    assert SECRET not in str(list(LogEntry.objects.values()))


def test_a_form_that_comes_back_does_not_repeat_the_credential(superuser):
    response = superuser.post(ADD, form(credential(secret=SECRET), base_url="nonsense"))
    assert response.status_code == 200
    assert SECRET not in response.content.decode()


def test_an_empty_field_leaves_the_credential_and_a_new_text_replaces_it(superuser):
    backend = factories.backend("router", credential=SECRET)
    row = {"id": backend.credentials.get().pk, "backend": backend.pk}
    superuser.post(page_of(backend), form(credential(**row, label="new", secret=""), initial=1))
    assert secrets(loading.backends()[0]) == [SECRET]
    assert backend.credentials.get().label == "new"
    superuser.post(page_of(backend), form(credential(**row, secret="another"), initial=1))
    assert secrets(loading.backends()[0]) == ["another"]


@pytest.mark.parametrize("secret", ["two words", "schlüssel", "env:", "env:SECRET_KEY", ""])
def test_what_cannot_be_a_credential_is_refused(superuser, secret):
    response = superuser.post(ADD, form(credential(label="mine", secret=secret)))
    assert "secret" in errors(response)
    assert not Backend.objects.exists()


def test_a_variable_may_be_named_instead(superuser, monkeypatch):
    monkeypatch.setenv("ROUTER_KEY", SECRET)
    superuser.post(ADD, form(credential(secret="env:ROUTER_KEY")))
    assert BackendCredential.objects.get().sealed == "env:ROUTER_KEY"
    assert secrets(loading.backends()[0]) == [SECRET]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("base_url", "http://169.254.169.254/"),
        ("headers", '{"Authorization": "x"}'),
        ("profile", '{"no_such": 1}'),
        ("dialect", "klingon"),
        ("min_tokens", "200000"),
    ],
)
def test_wrong_fields_are_told(superuser, field, value):
    response = superuser.post(ADD, form(**{field: value}))
    assert response.status_code == 200
    assert errors(response)


def test_saving_a_backend_makes_its_list_be_read_again(superuser):
    backend = factories.backend("router", last_catalog_at="2026-01-01T00:00:00Z")
    superuser.post(page_of(backend), form())
    assert Backend.objects.get().last_catalog_at is None


def test_the_action_makes_lists_be_read_again(superuser):
    backend = factories.backend(last_catalog_at="2026-01-01T00:00:00Z")
    sent = {"action": "read_models", "_selected_action": [backend.pk]}
    response = superuser.post("/admin/routing/backend/", sent, follow=True)
    assert Backend.objects.get().last_catalog_at is None
    assert [str(each) for each in response.context["messages"]] == ["1 list is read again within half a minute."]


def test_the_page_shows_dialect_and_habits(superuser):
    backend = factories.backend(base_url="https://openrouter.ai/api/v1", profile={"lenient_eof": True})
    shown = superuser.get(page_of(backend)).content.decode()
    assert "dialect openrouter" in shown
    assert "lenient_eof: True" in shown


def test_a_model_page_shows_limits_and_habits(superuser):
    backend = factories.backend()
    row = factories.backend_model(backend, "m", discovered_context_window=4321, profile={"minimum_max_tokens": 99})
    shown = superuser.get(f"/admin/routing/backendmodel/{row.pk}/change/").content.decode()
    assert "context window 4,321" in shown
    assert "minimum_max_tokens: 99" in shown


@pytest.mark.parametrize(("count", "text"), [(0, "0 models"), (1, "1 model"), (2, "2 models")])
def test_models_are_counted_in_the_list_and_on_the_page(superuser, count, text):
    backend = factories.backend()
    for number in range(count):
        factories.backend_model(backend, f"m{number}")
    for page in ("/admin/routing/backend/", page_of(backend)):
        assert re.search(rf">{text}<", superuser.get(page).content.decode()), page


def test_the_list_says_how_the_last_reading_of_models_went(superuser):
    factories.backend(last_catalog_at="2026-01-01T10:20:30Z")
    factories.backend(last_catalog_at="2026-01-01T10:20:30Z", last_catalog_error="refused: " + "x" * 60)
    shown = superuser.get("/admin/routing/backend/").content.decode()
    assert "read 2026-01-01 10:20" in shown
    assert f'title="refused: {"x" * 60}"' in shown


def test_a_backend_is_added_without_its_credential(superuser):
    response = superuser.post(ADD, form(credential(secret="")))
    assert response.status_code == 302, errors(response)
    assert not BackendCredential.objects.exists()


def test_a_new_backend_has_room_for_a_credential_and_shows_nothing_that_is_not_there_yet(superuser):
    page = superuser.get(ADD)
    assert [each.formset.total_form_count() for each in page.context["inline_admin_formsets"]] == [1]
    assert b"What this comes to" not in page.content


def test_models_are_offered_from_the_list(superuser):
    row = factories.backend_model(factories.backend(), "m")
    sent = inline("form", {"id": row.pk, "is_offered": "on"}, initial=1)
    superuser.post("/admin/routing/backendmodel/", {**sent, "_save": "Save"})
    assert BackendModel.objects.get().is_offered


def mapping_form(*targets, initial=0, **fields):
    return {
        "kind": "exact",
        "pattern": "m",
        "is_enabled": "on",
        **inline("targets", *targets, initial=initial),
        **fields,
    }


def test_a_mapping_is_added_with_its_targets(superuser):
    backend = factories.backend("router")
    target = {"backend": backend.pk, "model": "big", "order": "0", "weight": "1", "is_enabled": "on"}
    response = superuser.post("/admin/routing/modelmapping/add/", mapping_form(target))
    assert response.status_code == 302, errors(response)
    assert str(ModelMapping.objects.get().targets.get()) == "router → big"


def test_a_second_mapping_of_the_same_name_is_told(superuser):
    mapping = factories.mapping("M")
    target = {"backend": mapping.targets.get().backend_id, "model": "", "order": "0", "weight": "1", "is_enabled": "on"}
    response = superuser.post("/admin/routing/modelmapping/add/", mapping_form(target))
    assert "There is a mapping for this already." in errors(response)


def test_the_list_shortens_a_long_pattern_and_tells_it_whole(superuser):
    pattern = "gpt-*|chatgpt-*|o1*|o3*|o4*|grok-*|xai-*|ep-*"
    factories.mapping(pattern, kind="default")
    shown = superuser.get("/admin/routing/modelmapping/").content.decode()
    assert f'<span title="{pattern}">{pattern[:27]}…</span>' in shown


@pytest.mark.parametrize(("team", "folded"), [(False, True), (True, False)], ids=["everybody", "a team"])
def test_a_mapping_page_folds_what_it_does_not_need(superuser, team, folded):
    mapping = factories.mapping("m", team=factories.team() if team else None)
    page = superuser.get(f"/admin/routing/modelmapping/{mapping.pk}/change/")
    scope = next(each for each in page.context["adminform"] if each.name == "Only for a team or a client")
    assert scope.is_collapsible == folded


def test_a_mapping_page_shows_what_its_first_enabled_target_comes_to(superuser):
    backend = factories.backend("router", base_url="https://openrouter.ai/api/v1")
    mapping = factories.mapping("m", to=backend, model="big")
    shown = superuser.get(f"/admin/routing/modelmapping/{mapping.pk}/change/").content.decode()
    assert "big at router: dialect openrouter" in shown
    backend.is_enabled = False
    backend.save()
    assert "nothing that is enabled" in superuser.get("/admin/routing/modelmapping/").content.decode()


def test_the_list_shows_the_seats_that_are_taken_by_processes_that_live(superuser):
    row = factories.backend("lab", max_concurrent=12)
    for process, age in (("a", 0), ("b", 1), ("dead", 3600)):
        renewed_at = timezone.now() - timezone.timedelta(seconds=age)
        SeatLease.objects.create(backend=row, process=process, seats=4, taken=3, renewed_at=renewed_at)
    factories.backend("open")
    shown = superuser.get("/admin/routing/backend/").content.decode()
    assert "6 of 12 requests there now" in shown
    assert shown.count("requests there now") == 1
    assert "6 of 12" in superuser.get(page_of(row)).content.decode()
