"""The real client, with a wiretap between it and the service."""

import pytest

from tests.support.claude_code import ClaudeCode, binary
from tests.support.gateway import CLIENT_KEY
from tests.support.wiretap import Wiretap


@pytest.fixture
def wiretap(gateway):
    with Wiretap(gateway.url) as wiretap:
        yield wiretap


@pytest.fixture(scope="session")
def claude_code():
    """Installed once, or missed once for all tests."""
    return binary()


@pytest.fixture
def claude(claude_code, wiretap, tmp_path):
    return ClaudeCode(tmp_path, wiretap.url, CLIENT_KEY)
