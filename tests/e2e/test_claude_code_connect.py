"""Claude Code, told nothing but the settings that `manage.py connect` prints."""

import json

import pytest

from tests.support.answers import text
from tests.support.claude_code import ClaudeCode

pytestmark = pytest.mark.full

LIMITS = """
from routing.models import Backend, BackendModel
for name, window in (("big", 400000), ("middle", 200000), ("small", 128000)):
    row, _ = BackendModel.objects.get_or_create(backend=Backend.objects.get(name="environment"), name=name)
    row.context_window, row.max_output_tokens = window, 16384
    row.save()
"""


class Connected(ClaudeCode):
    """One who has the settings in a file, and no variable of the gateway in the environment."""

    def write(self, settings):
        folder = self.home / ".claude"
        folder.mkdir()
        (folder / "settings.json").write_text(settings)

    def variables(self):
        return {name: value for name, value in super().variables().items() if not name.startswith("ANTHROPIC_")}


@pytest.fixture
def settings(gateway):
    """What is printed for a client with a key, once the limits of the models are known."""
    key = gateway.manage("issue_key", "linus").splitlines()[-1]
    gateway.manage("shell", "-c", LIMITS)
    return gateway.manage("connect", "linus", "--key", key, "--json")


def test_the_printed_settings_make_it_work(claude_code, gateway, backend, settings, tmp_path):
    variables = json.loads(settings)["env"]
    assert variables["ANTHROPIC_BASE_URL"] == gateway.url
    assert (variables["CLAUDE_CODE_AUTO_COMPACT_WINDOW"], variables["CLAUDE_CODE_MAX_OUTPUT_TOKENS"]) == (
        "128000",
        "16384",
    )
    backend.script(text("Connected."))
    client = Connected(tmp_path, "", "")
    client.write(settings)
    assert client.run("Are you connected?").text == "Connected."
    (asked,) = backend.requests
    assert asked.json["model"] == "big"
    limits = {asked.json.get(name) for name in ("max_tokens", "max_completion_tokens")} - {None}
    assert limits == {16384}
    (record,) = gateway.usage_records(1, client_name="linus")
    assert (record["requested_model"], record["state"]) == ("claude-opus-5-5", "closed")
