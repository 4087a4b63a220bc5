"""A member's own pages: log in, issue a key, connect, test it, see what it used; light and dark, on a desk and a phone."""

import json
from itertools import count

import pytest
from selenium.webdriver.common.by import By

from tests.support.browser import chromium, follow, leave_by, shown, submit

pytestmark = pytest.mark.full

NUMBERS = count(1)
PASSWORD = "a-long-one-indeed"
MEMBER = """
from django.contrib.auth import get_user_model
from routing.models import Client
user = get_user_model().objects.create_user({name!r}, password={password!r})
print(Client.objects.create(name={name!r}, user=user, self_service_keys=2).pk)
"""
DARK = {"name": "prefers-color-scheme", "value": "dark"}
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}


@pytest.fixture
def member(gateway):
    """The name of a new member, who may issue two keys."""
    name = f"Grace{next(NUMBERS)}"
    gateway.manage("shell", "-c", MEMBER.format(name=name, password=PASSWORD))
    return name


@pytest.fixture
def browser(tmp_path, gateway, member):
    """At the overview of the member, who has just logged in."""
    with chromium(tmp_path) as browser:
        browser.get(f"{gateway.url}/usage/")
        submit(browser, username=member, password=PASSWORD)
        yield browser


@pytest.fixture
def key(browser):
    """The text of a key that the member issues; its page is open."""
    follow(browser, "Keys")
    submit(browser, label="laptop")
    return browser.find_element(By.ID, "issued-key").text


def complaints(browser):
    return [entry["message"] for entry in browser.get_log("browser")]


def test_a_member_issues_a_key_and_sees_what_it_used(browser, key, member, gateway, screenshot):
    screenshot("issued")
    assert f"export ANTHROPIC_AUTH_TOKEN={key}" in shown(browser)
    follow(browser, "Test this key")
    screenshot("connect")
    leave_by(browser, By.CSS_SELECTOR, "button[value=opus]")
    screenshot("tested")
    assert "The key works" in shown(browser)
    gateway.usage_records(1, client_name=member)
    follow(browser, "Usage")
    screenshot("overview")
    assert "test" in browser.find_element(By.CSS_SELECTOR, "main").text
    assert complaints(browser) == []


def test_a_key_is_copied_with_one_click(browser, key):
    browser.execute_cdp_cmd(
        "Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    )
    browser.find_element(By.CSS_SELECTOR, "#issued-key + button").click()
    read = "const done = arguments[0]; navigator.clipboard.readText().then(done, done)"
    assert browser.execute_async_script(read) == key


def test_a_revoked_key_stays_in_the_list(browser, key, screenshot):
    follow(browser, "All keys")
    screenshot("keys")
    follow(browser, "Revoke")
    screenshot("revoke")
    leave_by(browser, By.CSS_SELECTOR, "#content button")
    assert "was revoked: it is refused from now on" in shown(browser)
    assert "Connect, test" not in shown(browser)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_a_phone(browser, key, gateway, scheme, screenshot):
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{**DARK, "value": scheme}]})
    follow(browser, "Test this key")
    for name, page in {"connect": browser.current_url, "overview": f"{gateway.url}/usage/"}.items():
        browser.get(page)
        screenshot(f"phone-{name}-{scheme}")
        beyond = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert browser.execute_script(beyond) <= 0, name


def test_settings_as_shown_are_json(browser, key):
    texts = [box.text for box in browser.find_elements(By.CSS_SELECTOR, "pre.copy")]
    (settings,) = (text for text in texts if text.startswith("{"))
    assert json.loads(settings)["env"]["ANTHROPIC_AUTH_TOKEN"] == key


def test_no_page_breaks_the_policy_that_it_comes_with(browser, key, gateway):
    number = browser.find_element(By.PARTIAL_LINK_TEXT, "Test this key").get_attribute("href")
    for page in (f"{gateway.url}/usage/", number, f"{number}revoke/", f"{gateway.url}/usage/password/"):
        browser.get(page)
        assert complaints(browser) == [], page
