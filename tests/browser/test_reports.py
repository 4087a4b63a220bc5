"""Who used what: a report, its drill-down to the rows, its file, and its looks in the light and in the dark."""

import csv
import urllib.request

import anthropic
import pytest
from selenium.webdriver.common.by import By

from tests.support.browser import follow, leave_by, shown, submit

pytestmark = pytest.mark.full

REPORT = "/admin/accounting/usagerecord/report"
MEMBER = "Grace of the reports"
HELLO = {"model": "claude-opus-5-5", "max_tokens": 100, "messages": [{"role": "user", "content": "Hello?"}]}


@pytest.fixture(scope="module")
def tokens():
    """What was used so far, by the replies."""
    return []


@pytest.fixture
def used(admin, gateway, tokens):
    """A member who asked twice; the browser is at the report by member."""
    if not tokens:
        admin.get(f"{gateway.url}/admin/routing/client/add/")
        submit(admin, "_continue", name=MEMBER)
        follow(admin, "Issue key")
        submit(admin, label="laptop")
        key = admin.find_element(By.ID, "issued-key").text
        with anthropic.Anthropic(base_url=gateway.url, api_key=key, max_retries=0) as client:
            for usage in (client.messages.create(**HELLO).usage for _ in range(2)):
                tokens.append(usage.input_tokens + usage.output_tokens)
        gateway.usage_records(2, client_name=MEMBER)
    admin.get_log("browser")
    admin.get(f"{gateway.url}/admin/")
    follow(admin, "Report")
    return admin


def total_tokens(browser):
    cell = browser.find_element(By.CSS_SELECTOR, "#report tfoot td:nth-of-type(7)")
    return int(cell.get_attribute("title").replace(",", ""))


def test_it_leads_from_a_member_to_the_rows(used, tokens, screenshot):
    screenshot("report")
    follow(used, MEMBER)
    screenshot("models-of-a-member")
    assert f"Member: {MEMBER}" in shown(used)
    assert total_tokens(used) == sum(tokens)
    leave_by(used, By.CSS_SELECTOR, "#report tfoot a")
    assert len(used.find_elements(By.CSS_SELECTOR, "#result_list tbody tr")) == 2
    assert MEMBER in shown(used)


def test_its_file_has_what_is_shown(used, tokens):
    follow(used, MEMBER)
    link = used.find_element(By.LINK_TEXT, "CSV").get_attribute("href")
    cookies = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in used.get_cookies())
    with urllib.request.urlopen(urllib.request.Request(link, headers={"Cookie": cookies})) as answer:
        rows = list(csv.DictReader(answer.read().decode().splitlines()))
    lines = [cell.text for cell in used.find_elements(By.CSS_SELECTOR, "#report tbody th")]
    assert [row["model"] for row in rows] == lines
    assert sum(int(row["total_tokens"]) for row in rows) == sum(tokens)


def test_a_click_on_a_bar_shows_its_day(used, tokens):
    bar = used.find_elements(By.CSS_SELECTOR, ".chart a")[-1]
    day = bar.get_attribute("aria-label").split(":")[0]
    leave_by(used, By.CSS_SELECTOR, ".chart a:last-of-type")
    assert used.find_element(By.NAME, "since").get_attribute("value") == day
    assert total_tokens(used) >= sum(tokens)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_can_be_read_in_either_theme(used, gateway, theme, screenshot):
    used.execute_script("localStorage.setItem('theme', arguments[0])", theme)
    used.get(f"{gateway.url}{REPORT}/?by=model")
    screenshot(f"report-{theme}")
    colours = "const s = getComputedStyle(document.querySelector(arguments[0])); return [s.color, s.fill]"
    background = used.execute_script("return getComputedStyle(document.body).backgroundColor")
    text, _ = used.execute_script(colours, "#report th")
    _, bar = used.execute_script(colours, ".chart .s0")
    assert contrast(text, background) > 4.5
    assert contrast(bar, background) > 3
    assert used.get_log("browser") == []


def contrast(one, other):
    """As WCAG measures it."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour):
    parts = [int(part) / 255 for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
