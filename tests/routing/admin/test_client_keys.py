"""A key in the admin: shown once, in the answer to the POST that issued it, and revoked for good."""

import json

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.utils import timezone

from routing import keys, loading
from routing.models import ClientKey
from tests.routing import factories

ADD = "/admin/routing/clientkey/add/"
LIST = "/admin/routing/clientkey/"


def page_of(key):
    return f"{LIST}{key.pk}/change/"


def issue(browser, owner, **fields):
    return browser.post(ADD, {"client": owner.pk, "label": "laptop", **fields})


def issued_text(response):
    return response.context["text"]


def test_a_key_is_shown_in_the_answer_to_the_post_with_what_to_type(superuser, settings):
    settings.PUBLIC_URL = "https://proxy.example.com"
    response = issue(superuser, factories.client("ada"))
    text = issued_text(response)
    shown = response.content.decode()
    assert keys.well_formed(text)
    assert "export ANTHROPIC_BASE_URL=https://proxy.example.com\n" in shown
    assert f"export ANTHROPIC_AUTH_TOKEN={text}\n" in shown
    assert "no-store" in response["Cache-Control"]
    assert loading.load({}).key(text, 0.0).client_name == "ada"


def test_without_a_public_url_it_names_the_host_that_was_asked(superuser):
    response = issue(superuser, factories.client())
    assert b"export ANTHROPIC_BASE_URL=http://testserver\n" in response.content


def test_no_other_page_and_nothing_stored_shows_it_again(superuser):
    text = issued_text(issue(superuser, factories.client()))
    secret = text.rpartition("_")[2]
    key = ClientKey.objects.get()
    for page in (ADD, LIST, page_of(key), f"{LIST}{key.pk}/history/", "/admin/"):
        assert secret not in superuser.get(page).content.decode()
    logged = [(entry.object_repr, entry.change_message) for entry in LogEntry.objects.all()]
    sessions = [session.get_decoded() for session in Session.objects.all()]
    assert secret not in f"{logged} {sessions} {superuser.cookies}"


def test_the_form_offers_an_end_in_ninety_days(superuser):
    owner = factories.client("ada")
    form = superuser.get(f"{ADD}?client={owner.pk}").context["adminform"].form
    lifetime = form.initial["expires_at"] - timezone.now()
    assert 89 <= lifetime.days <= 90
    assert str(form.initial["client"]) == str(owner.pk)


def test_nothing_that_is_sent_along_becomes_part_of_the_key(superuser):
    text = issued_text(
        issue(superuser, factories.client(), prefix="ccp_mine", digest="0" * 64, revoked_at="2020-01-01")
    )
    key = ClientKey.objects.get()
    assert (key.prefix, key.digest, key.revoked_at) == (text[:12], keys.digest(text).hex(), None)


def test_only_label_and_end_can_be_changed(superuser):
    key, _ = factories.key()
    before = ClientKey.objects.values("client", "prefix", "digest").get()
    other = factories.client()
    sent = {"label": "new", "expires_at_0": "2999-01-01", "expires_at_1": "00:00", "client": other.pk, "digest": "0"}
    assert superuser.post(page_of(key), sent).status_code == 302
    key.refresh_from_db()
    assert (key.label, key.expires_at.year) == ("new", 2999)
    assert ClientKey.objects.values("client", "prefix", "digest").get() == before


def test_a_key_is_revoked_on_its_page(superuser):
    key, text = factories.key()
    superuser.post(page_of(key), {"label": "", "revoke": "on"})
    assert loading.load({}).key(text, 0.0) is None


def test_a_revoked_key_is_read_only(superuser):
    key, _ = factories.key()
    keys.revoke(key)
    assert superuser.post(page_of(key), {"label": "back"}).status_code == 403
    assert superuser.get(page_of(key)).status_code == 200


def test_the_action_revokes_and_reports(superuser):
    fresh, text = factories.key()
    ended, _ = factories.key()
    given, brought = factories.key()
    keys.revoke(ended)
    ClientKey.objects.filter(pk=given.pk).update(from_environment=True)
    sent = {"action": "revoke_selected", "_selected_action": [fresh.pk, ended.pk, given.pk]}
    response = superuser.post(LIST, sent, follow=True)
    (message,) = response.context["messages"]
    assert str(message).startswith("1 key was revoked. 1 had been revoked before. 1 from the environment")
    table = loading.load({})
    assert table.key(text, 0.0) is None
    assert table.key(brought, 0.0)
    assert "Revoked." in LogEntry.objects.get(object_id=str(fresh.pk)).get_change_message()


@pytest.mark.parametrize("state", ["active", "expired", "revoked"])
def test_the_list_is_filtered_by_state(superuser, state):
    active, _ = factories.key()
    expired, _ = factories.key(expires_at=timezone.now())
    revoked, _ = factories.key()
    keys.revoke(revoked)
    found = superuser.get(LIST, {"state": state}).context["cl"].queryset
    assert [key.pk for key in found] == [{"active": active, "expired": expired, "revoked": revoked}[state].pk]


def test_a_key_from_the_environment_is_read_only(superuser):
    key, _ = factories.key()
    ClientKey.objects.update(from_environment=True)
    assert superuser.post(page_of(key), {"label": "mine"}).status_code == 403
    assert superuser.post(f"{LIST}{key.pk}/delete/", {"post": "yes"}).status_code == 403


def test_the_history_of_a_key_names_it_by_its_public_part(superuser):
    issue(superuser, factories.client())
    entry = LogEntry.objects.get()
    assert entry.object_repr == str(ClientKey.objects.get())
    assert json.loads(entry.change_message) == [{"added": {}}]
