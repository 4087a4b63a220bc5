"""A superuser switches capturing on, asks, looks at what was kept and replays it; light and dark."""

import re

import httpx
import pytest
from selenium.webdriver.common.by import By

from tests.support.browser import follow, leave_by, shown
from tests.support.gateway import CLIENT_KEY, eventually
from tests.support.messages import request

pytestmark = pytest.mark.full

QUESTION = {"system": "You are a careful assistant who answers in one sentence.", "top_k": 7, "stream": True}
CAPTURED = "from proxysite.inspector.models import Capture; print('captures:', Capture.objects.count())"
COMPRESSION = "from routing.models import Compression; Compression.objects.get_or_create(name='small', defaults={'mode': 'compact'})"


def ask(gateway):
    response = httpx.post(
        f"{gateway.url}/v1/messages", json=request(**QUESTION), headers={"x-api-key": CLIENT_KEY}, trust_env=False
    )
    assert response.status_code == 200


def captures(gateway):
    return int(re.search(r"captures: (\d+)", gateway.manage("shell", "-c", CAPTURED))[1])


@pytest.fixture
def captured(pages, gateway):
    """The list of captured requests, with one at least, after capturing was switched on in the list of clients."""
    gateway.manage("shell", "-c", COMPRESSION)
    pages.get(f"{gateway.url}/admin/routing/client/")
    pages.find_element(By.XPATH, "//tr[.//a[normalize-space()='environment']]//input[@name='_selected_action']").click()
    pages.find_element(By.CSS_SELECTOR, "[name=action] option[value=capture_for_an_hour]").click()
    leave_by(pages, By.CSS_SELECTOR, ".actions [type=submit]")
    assert "captured until" in shown(pages)
    before = captures(gateway)

    def kept():
        ask(gateway)
        return captures(gateway) > before

    eventually(kept, 30, gateway.output)
    pages.get(f"{gateway.url}/admin/inspector/capture/")
    return pages


def test_a_request_is_captured_looked_at_and_replayed(captured, gateway, screenshot):
    captured.set_window_size(1280, 1000)
    screenshot("list")
    assert "Captured at the moment: client" in shown(captured)
    leave_by(captured, By.CSS_SELECTOR, "#result_list tbody th a")
    captured.set_window_size(1280, 2600)
    screenshot("detail")
    told = shown(captured)
    assert "What the backend was asked" in told
    assert "top_k" in captured.find_element(By.CSS_SELECTOR, ".changes .dropped").text
    assert captured.find_elements(By.CSS_SELECTOR, ".times line")
    page = captured.current_url
    follow(captured, "small")
    captured.set_window_size(1280, 1400)
    screenshot("compression")
    assert "tokens become" in shown(captured)
    captured.get(page)
    follow(captured, "Replay against")
    captured.find_element(By.CSS_SELECTOR, "[name=mapping] option:nth-child(2)").click()
    captured.find_element(By.CSS_SELECTOR, "[name=how][value=send]").click()
    leave_by(captured, By.CSS_SELECTOR, "#content [type=submit]")
    captured.set_window_size(1280, 2600)
    screenshot("replay")
    assert "What it would be answered now" in shown(captured)
    assert captured.get_log("browser") == []
