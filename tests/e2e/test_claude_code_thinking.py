"""What a backend reasons is shown by the real client as thinking, and comes back in the next turn."""

import pytest

from tests.support.answers import reasoning, text, tool_call

pytestmark = pytest.mark.full


def test_it_shows_the_reasoning_and_sends_it_back(claude, backend, wiretap):
    # protocol G168
    backend.script(reasoning("First I look.", then=tool_call("Bash", {"command": "true"})), text("I looked."))
    run = claude.run("Look around")
    assert run.text == "I looked."

    (shown,) = run.blocks("thinking")
    assert shown["thinking"] == "First I look."
    contents = [m["content"] for m in wiretap.exchanges[1].json["messages"] if m["role"] == "assistant"]
    (returned,) = [block for content in contents for block in content if block["type"] == "thinking"]
    assert (returned["thinking"], returned["signature"]) == (shown["thinking"], shown["signature"])
    assert returned["signature"]
