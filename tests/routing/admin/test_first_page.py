"""The first page of the admin: its name, its order, and what somebody new does first."""

import re

from django.contrib.staticfiles import finders

from tests.routing import factories

STEPS = {
    "Add a backend": "/admin/routing/backend/add/",
    "Map the model names": "/admin/routing/modelmapping/add/",
    "Add a client": "/admin/routing/client/add/",
    "Issue its key": "/admin/routing/clientkey/add/",
    "See what it used": "/admin/accounting/usagerecord/",
}


def steps(browser):
    return browser.get("/admin/").context["first_steps"]


def test_it_bears_the_name_of_the_product(superuser):
    shown = superuser.get("/admin/").content.decode()
    assert "<title>Administration | Claude Code Proxy</title>" in " ".join(shown.split())
    assert "Django" not in shown


def test_it_leads_to_no_page_for_programs(superuser):
    assert "View site" not in superuser.get("/admin/").content.decode()


def test_its_icon_and_its_style_exist(superuser, client):
    for shown in (superuser.get("/admin/").content.decode(), client.get("/admin/login/").content.decode()):
        found = dict(re.findall(r'<link rel="(icon|stylesheet)"[^>]* href="/static/(proxysite/[^"]+)"', shown))
        assert found.keys() == {"icon", "stylesheet"}
        assert all(finders.find(path) for path in found.values())


def test_apps_and_models_are_in_the_order_of_their_use(superuser):
    apps = superuser.get("/admin/").context["app_list"]
    assert [app["app_label"] for app in apps] == ["routing", "accounting", "inspector", "auth"]
    assert [model["object_name"] for model in apps[0]["models"]][:4] == ["Client", "ClientKey", "Team", "Backend"]


def test_a_superuser_is_told_all_steps(superuser):
    assert {step.title: step.url for step in steps(superuser)} == STEPS
    assert not any(step.done for step in steps(superuser))


def test_a_manager_is_told_the_steps_that_they_may_take(manager):
    assert [step.title for step in steps(manager)] == ["Add a client", "Issue its key"]


def test_what_is_there_is_done(superuser):
    factories.mapping("m")
    assert [step.title for step in steps(superuser) if step.done] == ["Add a backend", "Map the model names"]


def test_what_others_have_is_not_done(manager):
    factories.key()
    assert not any(step.done for step in steps(manager))


def test_the_steps_are_open_until_all_are_done(manager, team):
    assert b'first-steps" open' in manager.get("/admin/").content
    factories.key(factories.client(team=team))
    assert b'first-steps">' in manager.get("/admin/").content


def test_the_page_of_one_app_has_no_steps(superuser):
    assert b"first-steps" not in superuser.get("/admin/routing/").content
