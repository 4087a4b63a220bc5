"""What a newcomer tries first: the real client and `serve --demo`, without any account."""

import pytest

from tests.support.claude_code import ClaudeCode
from tests.support.gateway import CLIENT_KEY, Gateway

pytestmark = pytest.mark.full


@pytest.fixture
def claude(claude_code, tmp_path):
    with Gateway(tmp_path, "--demo") as gateway:
        yield ClaudeCode(tmp_path, gateway.url, CLIENT_KEY)


def test_it_converses_and_runs_a_tool(claude):
    assert "demo" in claude.run("Who are you?").text
    (claude.project / "treasure.txt").touch()
    assert "treasure.txt" in claude.run("run `ls`").text
