"""The page that describes the API loads whole, from this host alone."""

import pytest

from tests.support.browser import shown
from tests.support.gateway import eventually

pytestmark = pytest.mark.full


def test_it_describes_the_endpoints(browser, gateway, screenshot):
    browser.get(f"{gateway.url}/docs")
    eventually(lambda: "/v1/messages/count_tokens" in shown(browser), 10, lambda: shown(browser))
    screenshot("docs")
    sources = browser.execute_script("return performance.getEntriesByType('resource').map(entry => entry.name)")
    assert [source for source in sources if not source.startswith((gateway.url, "data:"))] == []
