"""An admin's first quarter of an hour: log in, issue a key, hand it over, see what it used."""

import re
from itertools import count

import anthropic
import pytest
from selenium.webdriver.common.by import By

from tests.support.browser import follow, leave_by, shown, submit
from tests.support.gateway import eventually

pytestmark = pytest.mark.full

NUMBERS = count(1)
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
PAGES = ["routing/clientkey", "routing/backend", "routing/modelmapping", "accounting/usagerecord"]
HELLO = {"model": "claude-opus-5-5", "max_tokens": 100, "messages": [{"role": "user", "content": "Hello?"}]}


@pytest.fixture
def member():
    """The name of somebody new, in one word: searches look for each word anywhere, in keys too."""
    return f"ada-{next(NUMBERS):03}"


@pytest.fixture
def key(admin, gateway, member):
    """The text of a key just issued to the new member; its page is open."""
    admin.get(f"{gateway.url}/admin/routing/client/add/")
    submit(admin, "_continue", name=member)
    follow(admin, "Issue key")
    submit(admin, label="laptop")
    return admin.find_element(By.ID, "issued-key").text


def test_it_refuses_a_wrong_password(browser, gateway):
    browser.get(f"{gateway.url}/admin/")
    submit(browser, username="admin", password="guessed")
    assert "correct username and password" in shown(browser)


def test_it_shows_an_issued_key_once(admin, key, gateway, screenshot):
    screenshot("issued")
    assert "only now" in shown(admin)
    follow(admin, "Done")
    screenshot("keys")
    assert "laptop" in shown(admin)
    assert key not in admin.page_source
    admin.back()
    assert key not in admin.page_source
    admin.forward()

    follow(admin, prefix(key))
    screenshot("key")
    assert key not in admin.page_source


def test_it_issues_no_second_key_when_its_page_is_loaded_again(admin, key, gateway, member):
    admin.refresh()
    assert f"Key {prefix(key)}… was issued already" in shown(admin)
    admin.get(f"{gateway.url}/admin/routing/clientkey/?q={member}")
    assert len(admin.find_elements(By.CSS_SELECTOR, "#result_list tbody tr")) == 1


def test_one_click_selects_what_is_to_be_copied(admin, key):
    boxes = admin.find_elements(By.CSS_SELECTOR, "pre.copy")
    for box in boxes:
        box.click()
        assert admin.execute_script("return getSelection().toString()").strip() == box.text
    assert key in boxes[-1].text


def test_it_answers_an_issued_key_and_shows_what_it_used(admin, key, member, gateway, screenshot):
    with anthropic.Anthropic(base_url=gateway.url, api_key=key, max_retries=0) as client:
        assert list(client.models.list())
        used = client.messages.create(**HELLO).usage
    (record,) = gateway.usage_records(1, client_name=member)
    assert (record["input_tokens"], record["output_tokens"]) == (used.input_tokens, used.output_tokens)

    admin.get(f"{gateway.url}/admin/accounting/usagerecord/?q={member}")
    screenshot("usage")
    assert member in shown(admin)
    leave_by(admin, By.CSS_SELECTOR, "#result_list tbody a")
    screenshot("record")
    assert HELLO["model"] in shown(admin)


def test_it_refuses_a_key_once_it_is_revoked(admin, key, gateway):
    follow(admin, "Done")
    follow(admin, prefix(key))
    admin.find_element(By.NAME, "revoke").click()
    submit(admin)
    assert "was revoked" in shown(admin)

    with anthropic.Anthropic(base_url=gateway.url, api_key=key, max_retries=0) as client:
        eventually(lambda: is_refused(client), 10, lambda: "the revoked key is still accepted")


@pytest.mark.parametrize(
    "page",
    [
        "accounting/usagerecord/report/",
        "accounting/price/look-up/?backend=1&model=demo",
        "routing/backend/1/models/",
        "routing/clientkey/1/connect/",
        "explain/?model=claude-sonnet-5-5",
    ],
)
def test_pages_of_our_own_fit_a_phone(admin, key, gateway, page, screenshot):
    admin.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    admin.get(f"{gateway.url}/admin/{page}")
    screenshot(re.sub(r"\W+", "-", page))
    assert admin.execute_script("return document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("page", PAGES)
def test_a_list_fits_the_screen_and_misses_no_file(admin, key, gateway, page, screenshot):
    with anthropic.Anthropic(base_url=gateway.url, api_key=key, max_retries=0) as client:
        client.messages.create(**HELLO)
    admin.get_log("browser")
    admin.get(f"{gateway.url}/admin/{page}/")
    screenshot(page.replace("/", "-"))
    beyond = admin.execute_script(
        "const table = document.querySelector('.results'); return table.scrollWidth - table.clientWidth"
    )
    assert beyond == 0
    assert admin.get_log("browser") == []


def prefix(key):
    """The part of a key that stays visible."""
    return key[:12]


def is_refused(client):
    try:
        client.models.list()
    except anthropic.AuthenticationError:
        return True
    return False
