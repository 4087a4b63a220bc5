"""The real client, answered by a model that is asked through the Responses API."""

import pytest

from tests.conversion.request.responses_judge import judge
from tests.support.answers import reasoning, text, tool_call
from tests.support.claude_code import ClaudeCode
from tests.support.gateway import CLIENT_KEY
from tests.support.responses_answers import SEALED, through_responses
from tests.support.responses_service import responses_service

pytestmark = pytest.mark.full


@pytest.fixture
def claude(claude_code, backend_process, tmp_path):
    with responses_service(tmp_path, backend_process) as gateway:
        yield ClaudeCode(tmp_path, gateway.url, CLIENT_KEY)


def test_a_tool_is_used_and_reasoning_goes_back(claude, backend):
    looks = reasoning("Let me look", then=tool_call("Bash", {"command": "echo seen", "description": "Look"}))
    backend.script(through_responses(looks), through_responses(text("I have seen it")))
    run = claude.run("What is there?", "--model", "sonnet")
    assert run.text == "I have seen it"
    assert [block["thinking"] for block in run.blocks("thinking")] == ["Let me look"]
    first, second = (sent.json for sent in backend.requests)
    for sent in (first, second):
        judge(sent)
    thought, called, returned, *_ = second["input"][len(first["input"]) :]
    assert (thought["type"], thought["encrypted_content"]) == ("reasoning", SEALED)
    assert (called["type"], called["name"]) == ("function_call", "Bash")
    assert (returned["type"], returned["call_id"]) == ("function_call_output", called["call_id"])
    assert "seen" in str(returned["output"])
