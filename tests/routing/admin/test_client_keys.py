"""A key in the admin: shown once, in the answer to the POST that issued it, and revoked for good."""

import json
import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.html import strip_tags

from routing import keys, loading
from routing.admin import single_use
from routing.models import ClientKey
from tests.routing import factories

ADD = "/admin/routing/clientkey/add/"
LIST = "/admin/routing/clientkey/"


def page_of(key):
    return f"{LIST}{key.pk}/change/"


def issue(browser, owner, **fields):
    return browser.post(ADD, {"client": owner.pk, "label": "laptop", **fields})


def form_value(browser):
    """What a new form brings along, so that it is good for one key."""
    return browser.get(ADD).context["adminform"].form["once"].value()


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
    assert "export CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1\nclaude" in shown
    assert "no-store" in response["Cache-Control"]
    assert loading.load({}).key(text, 0.0).client_name == "ada"


def test_without_a_public_url_it_names_the_host_that_was_asked(superuser):
    response = issue(superuser, factories.client())
    assert b"export ANTHROPIC_BASE_URL=http://testserver\n" in response.content


def test_the_page_of_a_new_key_has_a_way_back(superuser):
    shown = issue(superuser, factories.client()).content.decode()
    way = shown[shown.index('aria-label="Breadcrumbs"') : shown.index("</nav>")]
    assert re.findall(r'href="([^"]+)"', way) == ["/admin/", "/admin/routing/", LIST]
    assert " ".join(strip_tags(way).split()).endswith("issued")


@pytest.mark.parametrize("expires", ["", "2999-01-31"])
def test_the_page_of_a_new_key_says_how_long_it_is_valid(superuser, expires):
    response = issue(superuser, factories.client(), expires_at_0=expires, expires_at_1=expires and "13:05")
    expected = "Valid until 2999-01-31 13:05 UTC." if expires else "Valid until it is revoked."
    assert expected in response.content.decode()


def test_a_key_ends_in_a_year_that_every_time_zone_can_tell(superuser):
    response = issue(superuser, factories.client(), expires_at_0="9999-12-31", expires_at_1="23:59")
    assert "Years go from 1900 to 2999." in response.content.decode()
    assert not ClientKey.objects.exists()


def test_a_form_that_is_sent_again_issues_no_second_key(superuser):
    owner, once = factories.client(), form_value(superuser)
    text = issued_text(issue(superuser, owner, once=once))
    response = issue(superuser, owner, once=once)
    assert response["Location"] == LIST
    assert ClientKey.objects.get().prefix == text[:12]
    (message,) = superuser.get(LIST).context["messages"]
    assert str(message).startswith(f"Key {text[:12]}… was issued already")


def test_each_form_is_good_for_a_key(superuser):
    owner = factories.client()
    texts = {issued_text(issue(superuser, owner, once=form_value(superuser))) for _ in range(3)}
    assert len(texts) == ClientKey.objects.count() == 3


def test_a_form_that_came_back_with_an_error_is_good_still(superuser):
    once = form_value(superuser)
    assert superuser.post(ADD, {"client": "", "once": once}).context["adminform"].form["once"].value() == once
    assert issued_text(issue(superuser, factories.client(), once=once))


def test_the_session_remembers_the_latest_forms_only(superuser):
    owner = factories.client()
    for number in range(single_use.REMEMBERED + 2):
        issue(superuser, owner, once=f"form-{number}")
    spent = superuser.session[single_use.SPENT]
    assert len(spent) == single_use.REMEMBERED
    assert "form-2" in spent
    assert "form-1" not in spent


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


@pytest.mark.parametrize("state", ["active", "until", "expired", "revoked"])
def test_the_list_says_how_long_a_key_is_valid(superuser, state):
    end = {"until": "2999-01-31T00:00Z", "expired": "2020-01-31T00:00Z"}.get(state)
    key, _ = factories.key(expires_at=end)
    if state == "revoked":
        keys.revoke(key)
    remarks = {"until": "until 2999-01-31", "expired": "on 2020-01-31", "revoked": f"on {timezone.localdate()}"}
    shown = superuser.get(LIST).content.decode()
    cell = re.search(r'<td class="field-validity">(.*?)</td>', shown)[1]
    first, _, remark = cell.partition("<br>")
    assert first == ("active" if state == "until" else state)
    assert strip_tags(remark) == remarks.get(state, "")


@pytest.mark.parametrize(("origin", "environment"), [("environment", True), ("admin", False)])
def test_the_list_is_filtered_by_origin(superuser, origin, environment):
    own, brought = factories.key()[0], factories.key()[0]
    ClientKey.objects.filter(pk=brought.pk).update(from_environment=True)
    found = superuser.get(LIST, {"origin": origin}).context["cl"].queryset
    assert [key.pk for key in found] == [brought.pk if environment else own.pk]


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


def test_the_page_of_a_key_leads_to_how_to_connect(superuser):
    key, text = factories.key(factories.client("ada"))
    address = f"{LIST}{key.pk}/connect/"
    assert f'href="{address}"' in superuser.get(page_of(key)).content.decode()
    shown = superuser.get(address).content.decode()
    assert "export ANTHROPIC_AUTH_TOKEN=PUT-YOUR-KEY-HERE" in shown
    assert text not in shown


def test_a_manager_connects_keys_of_the_own_team_only(manager, team):
    own, _ = factories.key(factories.client(team=team))
    other, _ = factories.key(factories.client(team=factories.team()))
    assert manager.get(f"{LIST}{own.pk}/connect/").status_code == 200
    assert manager.get(f"{LIST}{other.pk}/connect/").status_code == 404
