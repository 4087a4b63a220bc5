"""Nobody sees, or touches, what belongs to another member."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client as Browser

from accounting.pages.urls import usage_urls
from tests.accounting.pages.conftest import browser_of
from tests.routing import factories

CLIENT_PAGES = ["clients/{client}/", "clients/{client}/keys/", "clients/{client}/keys/issue/"]
KEY_PAGES = ["keys/{key}/", "keys/{key}/revoke/", "keys/{key}/test/"]
OPEN_PAGES = ["login/", "statusline.sh"]
METHODS = ["get", "post"]


@pytest.fixture
def bobs(bob):
    """The numbers of somebody's client and key."""
    return {"client": bob.pk, "key": factories.key(bob)[0].pk}


@pytest.fixture
def strangers(ada, db):
    """Browsers of people whose client it is not."""
    users = get_user_model().objects
    return {
        "another member": browser_of(ada.user),
        "staff": browser_of(users.create_user("manager", is_staff=True)),
        "superuser": browser_of(users.create_superuser("root")),
    }


@pytest.mark.parametrize("who", ["another member", "staff", "superuser"])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("page", [*CLIENT_PAGES, *KEY_PAGES])
def test_what_is_somebody_elses_is_not_there(strangers, bobs, who, method, page):
    response = getattr(strangers[who], method)(f"/usage/{page.format(**bobs)}")
    not_asked = method == "get" and page.endswith(("issue/", "test/"))
    assert response.status_code == (405 if not_asked else 404)


@pytest.mark.parametrize("page", CLIENT_PAGES[:2] + KEY_PAGES[:2])
def test_it_is_there_for_its_owner(bob, bobs, page):
    assert browser_of(bob.user).get(f"/usage/{page.format(**bobs)}").status_code == 200


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("page", ["", *CLIENT_PAGES, *KEY_PAGES, "password/"])
def test_without_a_login_there_is_only_the_login(bobs, method, page):
    address = f"/usage/{page.format(**bobs)}"
    response = getattr(Browser(), method)(address)
    assert (response.status_code, response["Location"]) == (302, f"/usage/login/?next={address}")


def test_every_page_is_in_these_lists():
    urls, _ = usage_urls(ask=None)
    listed = {
        page.replace("{client}", "<int:number>").replace("{key}", "<int:number>")
        for page in [*CLIENT_PAGES, *KEY_PAGES]
    }
    assert {str(url.pattern) for url in urls} == {*listed, *OPEN_PAGES, "", "password/", "logout/"}


@pytest.mark.parametrize("page", CLIENT_PAGES[2:] + KEY_PAGES[1:])
def test_a_change_without_the_forms_token_is_refused(bob, bobs, page):
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(bob.user)
    assert browser.post(f"/usage/{page.format(**bobs)}").status_code == 403


def test_a_member_who_lost_the_account_sees_nothing(browser, ada):
    ada.user.is_active = False
    ada.user.save()
    assert browser.get(f"/usage/clients/{ada.pk}/").status_code == 302


def test_no_cache_keeps_a_page(browser, ada):
    assert "no-store" in browser.get(f"/usage/clients/{ada.pk}/")["Cache-Control"]


def test_a_member_logs_in_and_out(ada):
    ada.user.set_password("a-long-one-indeed")
    ada.user.save()
    browser = Browser()
    response = browser.post("/usage/login/", {"username": "ada", "password": "a-long-one-indeed"})
    assert response["Location"] == "/usage/"
    assert browser.get("/usage/")["Location"] == f"/usage/clients/{ada.pk}/"
    assert browser.post("/usage/logout/")["Location"] == "/usage/login/"
    assert browser.get("/usage/").status_code == 302


def test_the_login_leads_nowhere_else(ada):
    ada.user.set_password("a-long-one-indeed")
    ada.user.save()
    sent = {"username": "ada", "password": "a-long-one-indeed", "next": "https://evil.example/"}
    assert Browser().post("/usage/login/", sent)["Location"] == "/usage/"


def test_who_has_no_client_is_told_so(db):
    user = get_user_model().objects.create_user("new")
    assert "No client belongs to your account" in browser_of(user).get("/usage/").content.decode()


def test_the_script_is_for_everybody(db):
    response = Browser().get("/usage/statusline.sh")
    assert (response.status_code, response.content[:10]) == (200, b"#!/bin/sh\n")
