"""Debian's Chromium, driven by selenium: `with chromium(folder) as browser: browser.get(…)`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.ui import WebDriverWait

from tests.support.missing import missing

WINDOW = "1280,1000"
SWITCHES = (
    "headless=new",
    "no-sandbox",
    "disable-gpu",
    "disable-quic",
    "no-first-run",
    "disable-background-networking",
    "disable-component-update",
    "disable-sync",
    f"window-size={WINDOW}",
)


@contextmanager
def chromium(folder: Path) -> Iterator[Chrome]:
    """A browser with a profile of its own under the folder."""
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if program is None or driver is None:
        missing("the browser needs Debian's packages chromium and chromium-driver")
    options = ChromeOptions()
    options.binary_location = program
    for switch in (*SWITCHES, f"user-data-dir={folder / 'profile'}"):
        options.add_argument(f"--{switch}")
    browser = Chrome(options, Service(driver))
    try:
        yield browser
    finally:
        browser.quit()


def submit(browser: Chrome, button: str = "", **fields: str) -> None:
    """Fill the fields of the page's form and send it with the named button, or with its first."""
    for name, value in fields.items():
        element = browser.find_element(By.NAME, name)
        element.clear()
        element.send_keys(value)
    leave_by(browser, By.CSS_SELECTOR, f"[name={button}]" if button else "#content [type=submit]")


def follow(browser: Chrome, link: str) -> None:
    """Click the link whose text has this in it."""
    leave_by(browser, By.PARTIAL_LINK_TEXT, link)


def leave_by(browser: Chrome, by: str, selector: str) -> None:
    """Click, and wait until the page has made way for the next one."""
    page = browser.find_element(By.TAG_NAME, "html")
    browser.find_element(by, selector).click()
    between_pages = [WebDriverException]  # the driver fails in several ways while there is no page
    WebDriverWait(browser, 10, ignored_exceptions=between_pages).until(staleness_of(page))


def shown(browser: Chrome) -> str:
    """The text of the page as its reader sees it."""
    return str(browser.find_element(By.TAG_NAME, "body").text)
