"""Who may have requests captured, for how long, and who sees that they are."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from routing.captures import captured_of
from tests.routing import factories
from tests.routing.admin.conftest import errors

PAGES = {"client": factories.client, "backend": factories.backend}


def hour(hours=1):
    return timezone.now() + timedelta(hours=hours)


def act(browser, kind, row, action):
    fields = {"action": action, "_selected_action": row.pk}
    return browser.post(f"/admin/routing/{kind}/", fields, follow=True).content.decode()


@pytest.mark.parametrize("kind", PAGES)
@pytest.mark.parametrize("from_environment", [False, True], ids=["of the admin", "from the environment"])
def test_a_superuser_switches_it_on_for_an_hour_and_off(superuser, kind, from_environment):
    row = PAGES[kind](from_environment=from_environment)
    revision = row.revision
    assert "captured until" in act(superuser, kind, row, "capture_for_an_hour")
    row.refresh_from_db()
    assert hour(0.9) < row.capture_until < hour(1.1)
    assert row.revision != revision
    assert "not captured" in act(superuser, kind, row, "stop_capturing")
    row.refresh_from_db()
    assert row.capture_until is None


def test_a_manager_sees_that_it_is_on_and_cannot_change_it(manager, team):
    row = factories.client("theirs", team=team, capture_until=hour())
    page = manager.get(f"/admin/routing/client/{row.pk}/change/").content.decode()
    assert "field-capture_until" in page
    assert 'name="capture_until_0"' not in page
    assert "capture_for_an_hour" not in manager.get("/admin/routing/client/").content.decode()
    manager.post(f"/admin/routing/client/{row.pk}/change/", {"name": "theirs", "team": team.pk, "capture_until_0": ""})
    act(manager, "client", row, "stop_capturing")
    row.refresh_from_db()
    assert row.capture_until is not None


@pytest.mark.parametrize("kind", PAGES)
def test_it_cannot_be_forgotten_on(db, kind):
    row = PAGES[kind](capture_until=hour(24 * 8))
    with pytest.raises(ValidationError, match="7 days at most"):
        row.full_clean()


def test_the_form_takes_a_time(superuser):
    row = factories.client("alice")
    fields = {"name": "alice", "is_active": "on", "capture_until_0": f"{hour():%Y-%m-%d}", "capture_until_1": "23:59"}
    response = superuser.post(f"/admin/routing/client/{row.pk}/change/", fields)
    assert response.status_code == 302, errors(response)
    row.refresh_from_db()
    assert row.capture_until is not None


def test_clients_are_told_of_themselves_and_of_every_backend(db):
    mine, other = factories.client("mine", capture_until=hour()), factories.client("other", capture_until=hour())
    factories.client("over", capture_until=hour(-1))
    factories.backend("busy", capture_until=hour())
    assert [each.name for each in captured_of(mine.pk)] == ["mine", "busy"]
    assert [each.name for each in captured_of(other.pk)] == ["other", "busy"]
