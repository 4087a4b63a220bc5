"""A service with its demo backend, and a browser whose user is logged in to the admin."""

import re

import pytest

from tests.support.browser import chromium, submit
from tests.support.gateway import Gateway


@pytest.fixture(scope="session")
def gateway(tmp_path_factory):
    with Gateway(tmp_path_factory.mktemp("gateway"), "--demo") as gateway:
        yield gateway


@pytest.fixture(scope="session")
def password(gateway):
    """What the first start printed for its user."""
    return re.search(r"user admin, password (\S+)", gateway.output())[1]


@pytest.fixture
def browser(tmp_path):
    with chromium(tmp_path) as browser:
        yield browser


@pytest.fixture
def admin(browser, gateway, password):
    """The browser at the admin's first page."""
    browser.get(f"{gateway.url}/admin/")
    submit(browser, username="admin", password=password)
    return browser


@pytest.fixture(params=["light", "dark"])
def pages(admin, request):
    """The browser in one of its themes; what it complains about is counted from here."""
    theme = {"name": "prefers-color-scheme", "value": request.param}
    admin.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [theme]})
    admin.get_log("browser")
    return admin


@pytest.fixture
def screenshot(browser, tmp_path):
    """Keeps what the page looks like, for people to look at: `screenshot("keys")`."""
    return lambda name: browser.save_screenshot(str(tmp_path / f"{name}.png"))
