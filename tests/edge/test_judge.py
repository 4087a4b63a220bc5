"""Auto mode's check over the running service: the judge's verdicts reach the client, and nobody else's."""

import json
from uuid import UUID

import httpx
import pytest

from tests.support.answers import Call, text, tool_call, tool_calls
from tests.support.gateway import Gateway
from tests.support.messages import assert_is_error, events, request
from tests.support.rows import load
from tests.support.scripted_backend import error

SAFEGUARDS = [{"type": "dangerous_tool_use", "classifier_context": {"live_cwd": "/work"}}]
TOOLS = [{"name": name, "input_schema": {"type": "object"}} for name in ("Bash", "Read")]
BASH = tool_call("Bash", {"command": "make test"})


@pytest.fixture(scope="module")
def judging(backend_process, tmp_path_factory):
    """A service with a team whose calls are judged by the small model."""
    gateway = Gateway(tmp_path_factory.mktemp("judging"), OPENAI_BASE_URL=backend_process.base_url)
    team = {"name": "careful", "judge_model": "claude-haiku-4-5", "judge_policy": "Nothing may be pushed."}
    load(gateway, {"model": "routing.team", "pk": 900, "fields": {**team, "created_at": "2026-01-01T00:00:00Z"}})
    with gateway:
        yield gateway


@pytest.fixture(scope="module")
def careful(judging):
    key = judging.manage("issue_key", "mate", "--team", "careful").split()[-1]
    with httpx.Client(base_url=judging.url, headers={"x-api-key": key}, timeout=30, trust_env=False) as client:
        yield client


def verdict(number, dangerous, reason="As asked"):
    return {"id": f"call_{number}", "dangerous": dangerous, "reason": reason}


def judgement(*said):
    return text(json.dumps({"verdicts": said}))


def asked(client, **fields):
    return client.post("/v1/messages", json=request(safeguards=SAFEGUARDS, tools=TOOLS, **fields))


def results(response):
    """What was judged of each tool, whichever way the reply came."""
    if response.headers["content-type"] == "application/json":
        message = response.json()
        names = {block["id"]: block["name"] for block in message["content"] if block["type"] == "tool_use"}
        (result,) = message["safeguard_results"]
    else:
        found = [data for _, data in events(response.text)]
        starts = [data["content_block"] for data in found if data["type"] == "content_block_start"]
        names = {block["id"]: block["name"] for block in starts if block["type"] == "tool_use"}
        (result,) = next(data for data in found if data["type"] == "message_delta")["delta"]["safeguard_results"]
    assert (result["type"], result["status"]["type"]) == ("dangerous_tool_use", "available")
    return {names[id]: outcome for id, outcome in result["status"]["tool_uses"].items()}


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_each_call_comes_with_the_verdict_of_the_judge(careful, backend, stream):
    calls = tool_calls(Call("Bash", {"command": "git push"}), Call("Read", {"file_path": "a.py"}))
    backend.script(calls, judgement(verdict(1, True, "It pushes"), verdict(2, False)))
    assert results(asked(careful, stream=stream)) == {
        "Bash": {"type": "evaluated", "outcome": "flagged", "explanation": "It pushes"},
        "Read": {"type": "evaluated", "outcome": "not_flagged", "explanation": "As asked"},
    }


def test_the_judge_is_shown_the_call_and_the_policy(careful, backend):
    backend.script(BASH, judgement(verdict(1, False)))
    asked(careful)
    model, judge = (each.json for each in backend.requests)
    assert "safeguards" not in model
    assert judge["model"] == "small"
    assert judge["messages"][0]["content"].endswith("Nothing may be pushed.")
    case = json.loads(judge["messages"][1]["content"])
    assert case["calls"] == [{"id": "call_1", "tool": "Bash", "input": {"command": "make test"}}]
    assert case["situation"] == [{"live_cwd": "/work"}]


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_a_reply_without_calls_needs_no_judge(careful, backend, stream):
    backend.script(text("Done."))
    assert results(asked(careful, stream=stream)) == {}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param(error(500, "out of order"), "error", id="down"),
        pytest.param(text("It is harmless."), "error", id="words"),
        pytest.param(judgement(), "error", id="silent"),
        pytest.param(text('{"verdicts": [', finish_reason="length"), "truncated", id="cut off"),
    ],
)
def test_a_judge_that_does_not_say_plainly_gave_no_verdict(careful, backend, answer, reason):
    backend.script(BASH, answer)
    assert results(asked(careful, stream=True)) == {"Bash": {"type": "unavailable", "reason": reason}}


def test_the_judge_has_a_row_of_its_own_that_names_the_request(careful, backend, judging):
    backend.script(BASH, judgement(verdict(1, True, "It may do harm")))
    request_id = str(UUID(asked(careful).headers["request-id"].removeprefix("req_")))
    (judge,) = judging.usage_records(1, parent_request=request_id)
    (parent,) = judging.usage_records(1, id=request_id)
    assert (judge["kind"], judge["state"], judge["routed_model"]) == ("judge", "closed", "small")
    assert judge["input_tokens"] > 0
    assert {"code": "judged", "detail": "Bash: flagged, It may do harm"} in parent["notices"]


def test_without_a_judge_the_check_is_refused_by_its_name(client, backend):
    # protocol B44
    assert assert_is_error(asked(client), 400, "invalid_request_error") == "safeguards: Extra inputs are not permitted"
    assert backend.requests == []
