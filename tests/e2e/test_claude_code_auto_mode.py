"""Auto mode has calls judged: by the judge of the team, by a model that the client asks itself, or by nobody."""

import json

import pytest

from tests.support.answers import text, tool_call
from tests.support.claude_code import ClaudeCode
from tests.support.gateway import Gateway
from tests.support.rows import load
from tests.support.scripted_backend import error

pytestmark = pytest.mark.full


@pytest.fixture
def call(wiretap):
    """A call that the client does not run unjudged."""
    return tool_call("Bash", {"command": f"curl {wiretap.url}/health && touch made"})


def test_it_runs_no_call_that_nobody_judged(claude, backend, call):
    # protocol B44
    backend.script(call, text("I could not."))
    run = claude.run("Make a file", "--permission-mode", "auto")
    assert run.text == "I could not."
    assert not (claude.project / "made").exists()
    assert [denied["tool_name"] for denied in run.result["permission_denials"]] == ["Bash"]


@pytest.mark.parametrize(("severity", "runs"), [(0, True), (100, False)], ids=["harmless", "harmful"])
def test_it_lets_the_middle_model_judge_where_the_client_asks_it(claude, backend, call, severity, runs):
    # protocol B25
    def answer(request):
        if "tools" not in request.json:
            return text(f"<severity>{severity}</severity>")
        return text("Done.") if request.json["messages"][-1]["role"] == "tool" else call

    backend.script_with(answer)
    claude.environment["CLAUDE_CODE_AUTO_MODE_SERVER"] = "0"
    assert claude.run("Make a file", "--permission-mode", "auto").text == "Done."
    assert (claude.project / "made").exists() == runs
    assert backend.requests[1].json["model"] == "middle"


@pytest.fixture(scope="module")
def judging(backend_process, tmp_path_factory):
    """A service with a team whose calls are judged by the small model, and a key of that team."""
    gateway = Gateway(tmp_path_factory.mktemp("judging"), OPENAI_BASE_URL=backend_process.base_url)
    team = {"name": "careful", "judge_model": "claude-haiku-4-5", "created_at": "2026-01-01T00:00:00Z"}
    load(gateway, {"model": "routing.team", "pk": 900, "fields": team})
    with gateway:
        yield gateway.url, gateway.manage("issue_key", "mate", "--team", "careful").split()[-1]


@pytest.fixture
def member(claude_code, judging, tmp_path):
    return ClaudeCode(tmp_path, *judging)


def judged_by(judgement, call):
    """The backend's answers: the call, the judge's, and an end."""

    def answer(request):
        if request.json["model"] == "small":
            return judgement
        return text("Done.") if request.json["messages"][-1]["role"] == "tool" else call

    return answer


def judgement(dangerous, reason):
    return text(json.dumps({"verdicts": [{"id": "call_1", "dangerous": dangerous, "reason": reason}]}))


def tool_result(run):
    (result,) = run.blocks("tool_result")
    return str(result["content"])


def test_a_call_that_the_judge_finds_harmless_runs(member, backend, call):
    backend.script_with(judged_by(judgement(False, "As asked"), call))
    run = member.run("Make a file", "--permission-mode", "auto")
    assert run.text == "Done."
    assert (member.project / "made").exists()


def test_a_call_that_the_judge_flags_is_denied_for_its_reason(member, backend, call):
    backend.script_with(judged_by(judgement(True, "It reaches out to the network"), call))
    run = member.run("Make a file", "--permission-mode", "auto")
    assert not (member.project / "made").exists()
    assert "It reaches out to the network" in tool_result(run)


def test_a_call_that_the_judge_did_not_judge_is_not_run(member, backend, call):
    backend.script_with(judged_by(error(500, "out of order"), call))
    run = member.run("Make a file", "--permission-mode", "auto")
    assert not (member.project / "made").exists()
    assert "gave no verdict" in tool_result(run)
