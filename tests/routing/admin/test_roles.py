"""Who may do what: a manager has the clients and keys of their own team, and nothing else."""

import pytest
from django.contrib.auth import get_user_model

from routing.models import Backend, Client, ClientKey, ModelMapping
from tests.routing import factories
from tests.routing.admin.conftest import browser_of

NOUNS = ["team", "client", "clientkey", "backend", "backendmodel", "modelmapping", "compression"]
OF_MANAGERS = {("team", "list"), ("client", "list"), ("client", "add"), ("clientkey", "list"), ("clientkey", "add")}


@pytest.fixture
def own(team):
    return factories.client("own", team=team)


@pytest.fixture
def foreign(db):
    return factories.client("foreign", team=factories.team("red"))


def url(noun, page="list"):
    return f"/admin/routing/{noun}/" + ("add/" if page == "add" else "")


@pytest.mark.parametrize("page", ["list", "add"])
@pytest.mark.parametrize("noun", NOUNS)
def test_a_manager_reaches_only_teams_clients_and_keys(manager, noun, page):
    assert manager.get(url(noun, page)).status_code == (200 if (noun, page) in OF_MANAGERS else 403)


@pytest.mark.parametrize("page", ["list", "add"])
@pytest.mark.parametrize("noun", NOUNS)
def test_staff_without_rights_reaches_nothing(db, noun, page):
    staff = browser_of(get_user_model().objects.create_user("staff", is_staff=True))
    assert staff.get(url(noun, page)).status_code == 403


@pytest.mark.parametrize("noun", NOUNS)
def test_a_member_who_is_no_staff_is_sent_to_the_login(db, noun):
    member = browser_of(get_user_model().objects.create_user("member"))
    assert "/login/" in member.get(url(noun))["Location"]


def test_a_manager_sees_the_rows_of_their_team_only(manager, own, foreign):
    own_key, _ = factories.key(own)
    factories.key(foreign)
    seen = [
        [row.pk for row in manager.get(url(noun)).context["cl"].queryset] for noun in ("team", "client", "clientkey")
    ]
    assert seen == [[own.team_id], [own.pk], [own_key.pk]]


def test_rows_of_other_teams_do_not_exist_for_a_manager(manager, foreign):
    key, _ = factories.key(foreign)
    for page in (f"client/{foreign.pk}", f"clientkey/{key.pk}", f"team/{foreign.team_id}"):
        response = manager.post(f"/admin/routing/{page}/change/", {"name": "taken", "label": "taken", "revoke": "on"})
        assert response.status_code in (302, 403)
    key.refresh_from_db()
    assert (key.revoked_at, key.label) == (None, "")
    assert Client.objects.filter(name="foreign").exists()


def test_a_manager_issues_keys_for_their_team(manager, own):
    response = manager.post(url("clientkey", "add"), {"client": own.pk, "label": ""})
    assert response.context["text"].startswith("ccp_")


def test_a_manager_cannot_issue_a_key_for_another_team_by_forging_the_form(manager, foreign):
    response = manager.post(url("clientkey", "add"), {"client": foreign.pk, "label": ""})
    assert "client" in response.context["adminform"].form.errors
    assert not ClientKey.objects.exists()


def test_a_manager_cannot_move_a_client_to_another_team(manager, own, foreign):
    response = manager.post(
        f"/admin/routing/client/{own.pk}/change/", {"name": "own", "team": foreign.team_id, "is_active": "on"}
    )
    assert "team" in response.context["adminform"].form.errors


def test_a_manager_cannot_tie_a_client_to_a_user(manager, own):
    root = get_user_model().objects.create_superuser("root")
    sent = {"name": "own", "team": own.team_id, "is_active": "on", "user": root.pk}
    manager.post(f"/admin/routing/client/{own.pk}/change/", sent)
    own.refresh_from_db()
    assert own.user is None


def test_a_manager_cannot_lift_the_limits_of_the_team(manager, team):
    team.allowed_models = "*haiku*"
    team.save()
    sent = {"name": "blue", "allowed_models": "", "is_active": "on"}
    assert manager.post(f"/admin/routing/team/{team.pk}/change/", sent).status_code == 403


def test_the_names_that_a_manager_can_search_are_those_of_the_team(manager, own, foreign):
    parameters = {"app_label": "routing", "model_name": "clientkey", "field_name": "client", "term": ""}
    found = manager.get("/admin/autocomplete/", parameters).json()["results"]
    assert [each["text"] for each in found] == ["own"]


def test_the_action_of_a_manager_reaches_the_keys_of_the_team_only(manager, own, foreign):
    own_key, _ = factories.key(own)
    foreign_key, _ = factories.key(foreign)
    sent = {"action": "revoke_selected", "_selected_action": [own_key.pk, foreign_key.pk]}
    manager.post(url("clientkey"), sent)
    assert list(ClientKey.objects.filter(revoked_at=None)) == [foreign_key]


@pytest.mark.parametrize("noun", ["client", "clientkey", "team"])
def test_a_manager_deletes_nothing(manager, own, noun):
    key, _ = factories.key(own)
    number = {"client": own.pk, "clientkey": key.pk, "team": own.team_id}[noun]
    assert manager.post(f"/admin/routing/{noun}/{number}/delete/", {"post": "yes"}).status_code == 403
    assert "delete_selected" not in manager.get(url(noun)).content.decode()


def test_rows_from_the_environment_are_read_only_even_for_superusers(superuser):
    factories.mapping("opus", kind="family", to=factories.backend("env", from_environment=True), from_environment=True)
    backend, mapping = Backend.objects.get(), ModelMapping.objects.get()
    for page in (f"backend/{backend.pk}", f"modelmapping/{mapping.pk}"):
        assert superuser.get(f"/admin/routing/{page}/change/").status_code == 200
        assert superuser.post(f"/admin/routing/{page}/change/", {}).status_code == 403
        assert superuser.post(f"/admin/routing/{page}/delete/", {"post": "yes"}).status_code == 403


def test_rows_from_the_environment_survive_a_selection_that_is_deleted(superuser):
    mapping = factories.mapping("opus", kind="family", from_environment=True)
    sent = {"action": "delete_selected", "_selected_action": [mapping.pk], "post": "yes"}
    superuser.post(url("modelmapping"), sent)
    assert ModelMapping.objects.exists()


def test_a_client_is_deleted_with_its_keys(superuser, own):
    factories.key(own)
    assert superuser.post(f"/admin/routing/client/{own.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not ClientKey.objects.exists()
