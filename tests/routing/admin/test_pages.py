"""Every page of the admin: names that attack are shown as text, and lists cost the same however long they are."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from routing.models import Backend, BackendModel, Client, ClientKey, Compression, MappingTarget, ModelMapping, Team
from tests.routing import factories

ATTACKS = [
    "</script><img src=x onerror=alert(1)>",
    "\"'><svg onload=alert(1)>",
    "{{7*7}}{% now %}",
    "\u202egnp.exe",
]
MODELS = [Team, Client, ClientKey, Backend, BackendModel, ModelMapping, Compression]


def one_of_each(name):
    """A row of each kind with that name wherever people or backends choose it, past all validation."""
    team = factories.team(name)
    owner = factories.client(name, team=team, notes=name, allowed_models=name)
    factories.key(owner, label=name)
    backend = factories.backend(
        name, credential="sk-or-v1-0123456789abcdef", base_url=f"http://b/{name}", last_catalog_error=name
    )
    backend.credentials.update(label=name, hint=name)
    factories.backend_model(backend, name, capabilities={name: True})
    compression = factories.compression(name, summary_model=name)
    factories.mapping(name, to=backend, model=name, client=owner, compression=compression)


def pages():
    for model in MODELS:
        base = f"/admin/routing/{model._meta.model_name}/"
        yield base
        yield f"{base}?q=x"
        yield f"{base}add/"
        for row in model.objects.all():
            yield from (f"{base}{row.pk}/change/", f"{base}{row.pk}/delete/", f"{base}{row.pk}/history/")


@pytest.mark.parametrize("attack", ATTACKS)
def test_names_that_attack_are_shown_as_text(superuser, attack):
    one_of_each(attack)
    for page in pages():
        response = superuser.get(page, follow=True)
        assert response.status_code == 200, page
        shown = response.content.decode()
        assert "<img src=x" not in shown, page
        assert "<svg onload" not in shown, page
        assert "49{" not in shown, page


def test_what_a_row_lacks_is_told_in_words(superuser):
    one_of_each("plain")
    for page in pages():
        assert ">None<" not in superuser.get(page, follow=True).content.decode(), page


def test_the_page_of_a_new_key_shows_names_as_text(superuser):
    owner = factories.client(ATTACKS[0])
    response = superuser.post("/admin/routing/clientkey/add/", {"client": owner.pk, "label": ATTACKS[0]})
    assert "<img src=x" not in response.content.decode()
    assert response.context["text"]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_a_list_costs_the_same_however_long_it_is(superuser, model):
    page = f"/admin/routing/{model._meta.model_name}/"

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert superuser.get(page).status_code == 200
        return len(captured)

    one_of_each("first")
    few = queries()
    for number in range(4):
        one_of_each(f"another {number}")
    assert queries() == few


def test_the_client_page_leads_to_its_keys(superuser):
    owner = factories.client()
    shown = superuser.get(f"/admin/routing/client/{owner.pk}/change/").content.decode()
    assert f"/admin/routing/clientkey/add/?client={owner.pk}" in shown
    assert superuser.get(f"/admin/routing/clientkey/?client__id__exact={owner.pk}").status_code == 200


def test_the_client_list_counts_the_keys_that_are_usable(superuser):
    owner = factories.client()
    factories.key(owner)
    factories.key(owner)
    ClientKey.objects.filter(pk=factories.key(owner)[0].pk).update(revoked_at="2026-01-01T00:00:00Z")
    factories.client()
    rows = {row.pk: row.key_count for row in superuser.get("/admin/routing/client/").context["cl"].queryset}
    assert sorted(rows.values()) == [0, 2]


def test_targets_are_edited_with_their_mapping(superuser):
    mapping = factories.mapping("m", model="before")
    target = MappingTarget.objects.get()
    sent = {
        "kind": "exact",
        "pattern": "m",
        "is_enabled": "on",
        "targets-TOTAL_FORMS": "1",
        "targets-INITIAL_FORMS": "1",
        "targets-0-id": target.pk,
        "targets-0-mapping": mapping.pk,
        "targets-0-backend": target.backend_id,
        "targets-0-model": "after",
        "targets-0-order": "3",
        "targets-0-weight": "1",
        "targets-0-is_enabled": "on",
    }
    superuser.post(f"/admin/routing/modelmapping/{mapping.pk}/change/", sent)
    target.refresh_from_db()
    assert (target.model, target.order) == ("after", 3)
