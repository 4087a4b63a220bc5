"""An admin tries what becomes of a prompt."""

import pytest
from selenium.webdriver.common.by import By

from tests.conversion.compression.prompts import CARE, CONTEXT, ENVIRONMENT, HARNESS, IDENTITY, TONE
from tests.support.browser import follow, leave_by, shown, submit

pytestmark = pytest.mark.full

PROMPT = "\n\n".join((IDENTITY, HARNESS, CARE, TONE, CONTEXT, ENVIRONMENT))


@pytest.fixture
def row(admin, gateway, request):
    """The page of a row that was just added."""
    admin.get(f"{gateway.url}/admin/routing/compression/add/")
    admin.find_element(By.CSS_SELECTOR, "[name=mode] option[value=compact]").click()
    submit(admin, "_continue", name=f"small models, {request.node.callspec.id}")
    return admin


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_pasted_prompt_is_shown_before_and_after(row, screenshot, theme):
    row.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": theme}]})
    screenshot(f"row-{theme}")
    follow(row, "TRY IT WITH A PROMPT")  # as the theme writes it
    row.get_log("browser")
    row.execute_script("document.querySelector('[name=prompt]').value = arguments[0]", PROMPT)
    limit = row.find_element(By.NAME, "max_system_tokens")
    limit.clear()
    limit.send_keys("300")
    leave_by(row, By.CSS_SELECTOR, "#content [type=submit]")
    row.set_window_size(1280, 2400)
    screenshot(f"trial-{theme}")
    told = shown(row)
    assert "tokens become" in told
    assert "goes late" in told
    removed = row.find_elements(By.CSS_SELECTOR, ".comparison .removed")
    assert any("emojis" in line.text for line in removed)
    assert row.get_log("browser") == []
