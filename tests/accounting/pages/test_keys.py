"""A member's keys: shown once, connected with, tested, revoked for good; nothing without the admin's leave."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from routing import keys, loading
from routing.models import ClientKey
from tests.accounting.pages.conftest import browser_of, text_of
from tests.routing import factories


def issue(browser, client, **fields):
    return browser.post(f"/usage/clients/{client.pk}/keys/issue/", {"label": "laptop", **fields})


@pytest.fixture
def key(ada):
    return factories.key(ada, label="laptop")[0]


def test_a_key_is_shown_in_the_answer_to_the_post_with_what_to_type(browser, ada, settings):
    settings.PUBLIC_URL = "https://proxy.example.com"
    response = issue(browser, ada)
    text = response.context["text"]
    assert keys.well_formed(text)
    assert f"export ANTHROPIC_AUTH_TOKEN={text}\n" in response.content.decode()
    assert "export ANTHROPIC_BASE_URL=https://proxy.example.com\n" in response.content.decode()
    assert loading.load({}).key(text, 0.0).client_name == "ada"
    for page in (f"clients/{ada.pk}/keys/", f"keys/{ClientKey.objects.get().pk}/"):
        assert text not in browser.get(f"/usage/{page}").content.decode()


def test_its_form_is_good_for_one_key(browser, ada):
    page = browser.get(f"/usage/clients/{ada.pk}/keys/").content.decode()
    once = re.search(r'name="once" value="([^"]+)"', page)[1]
    issue(browser, ada, once=once)
    response = issue(browser, ada, once=once)
    assert response["Location"] == f"/usage/clients/{ada.pk}/keys/"
    assert ClientKey.objects.count() == 1
    assert "was issued already" in text_of(browser.get(response["Location"]))


def test_it_issues_no_more_than_the_admin_allows(browser, ada):
    for _ in range(3):
        response = issue(browser, ada)
    assert ClientKey.objects.count() == 2
    page = text_of(browser.get(response["Location"]))
    assert "as many as you may have" in page
    assert "Issue a key" not in page


def test_without_leave_nothing_is_issued_or_revoked(key, ada, browser):
    ada.self_service_keys = 0
    ada.save()
    issue(browser, ada)
    assert browser.post(f"/usage/keys/{key.pk}/revoke/").status_code == 403
    assert [each.state for each in ClientKey.objects.all()] == ["active"]
    page = text_of(browser.get(f"/usage/clients/{ada.pk}/keys/"))
    assert "Your administrator issues and revokes keys" in page
    assert "Issue a key" not in page


def test_a_label_that_is_too_long_is_said(browser, ada):
    response = issue(browser, ada, label="x" * 101)
    assert "at most 100 characters" in text_of(response)
    assert not ClientKey.objects.exists()


def test_it_asks_before_it_revokes(browser, key):
    assert "This is final" in text_of(browser.get(f"/usage/keys/{key.pk}/revoke/"))
    key.refresh_from_db()
    assert key.state == "active"


def test_a_revoked_key_stays_revoked(browser, key, ada):
    response = browser.post(f"/usage/keys/{key.pk}/revoke/", follow=True)
    key.refresh_from_db()
    assert key.state == "revoked"
    assert "was revoked" in text_of(response)
    assert browser.post(f"/usage/keys/{key.pk}/revoke/").status_code == 403


def test_each_change_leaves_a_trace_in_the_admins_log(browser, ada):
    issue(browser, ada)
    key = ClientKey.objects.get()
    browser.post(f"/usage/keys/{key.pk}/revoke/")
    entries = LogEntry.objects.filter(object_id=str(key.pk)).order_by("pk")
    told = [(entry.user, entry.action_flag, entry.get_change_message()) for entry in entries]
    assert told == [(ada.user, 1, "Issued by its own user."), (ada.user, 2, "Revoked by its own user.")]
    assert "ccp_" in entries[0].object_repr


def test_a_list_shows_no_key_of_others(browser, ada, bob, key):
    other, _ = factories.key(bob)
    page = text_of(browser.get(f"/usage/clients/{ada.pk}/keys/"))
    assert str(key) in page
    assert str(other) not in page


def test_it_tests_a_key_as_its_client(browser, key):
    page = text_of(browser.post(f"/usage/keys/{key.pk}/test/"))
    assert "The key works" in page
    assert "ok, ada" in page
    assert "claude-haiku-5-5" in page
    assert "1.2 s" in page


REFUSED = {
    "revoked": ({"revoked_at": timezone.now()}, {}, "This key is revoked"),
    "expired": ({"expires_at": timezone.now()}, {}, "This key is expired"),
    "switched off": ({}, {"is_active": False}, "Your administrator has switched off"),
}


@pytest.mark.parametrize(("of_key", "of_client", "told"), REFUSED.values(), ids=REFUSED)
def test_a_key_that_the_service_refuses_is_not_asked_with(browser, ada, key, of_key, of_client, told):
    ClientKey.objects.filter(pk=key.pk).update(**of_key, label="old")
    type(ada).objects.filter(pk=ada.pk).update(**of_client, notes="x")
    page = text_of(browser.post(f"/usage/keys/{key.pk}/test/"))
    assert told in page
    assert "That did not work" in page


def test_a_label_is_text_and_no_page(browser, ada):
    factories.key(ada, label="<script>alert(1)</script>")
    assert b"<script>alert" not in browser.get(f"/usage/clients/{ada.pk}/keys/").content


def test_connecting_names_the_limits_of_the_members_models(browser, ada, key):
    backend = factories.backend()
    factories.backend_model(backend, "small", context_window=128_000, max_output_tokens=16_000)
    factories.mapping("haiku", kind="family", to=backend, model="small")
    page = browser.get(f"/usage/keys/{key.pk}/").content.decode()
    assert "export CLAUDE_CODE_AUTO_COMPACT_WINDOW=128000" in page
    assert "$env:CLAUDE_CODE_MAX_OUTPUT_TOKENS = &#x27;16000&#x27;" in page
    assert "PUT-YOUR-KEY-HERE" in page


def test_a_member_of_two_clients_reaches_both(browser, ada):
    other = factories.client("robot", user=ada.user)
    assert f'href="/usage/clients/{other.pk}/"' in browser.get(f"/usage/clients/{ada.pk}/").content.decode()
    assert browser_of(ada.user).get(f"/usage/clients/{other.pk}/").status_code == 200
