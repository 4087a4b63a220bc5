"""Auto mode has dangerous calls judged: by the API, which nobody does here, or by a model that the client asks itself."""

import pytest

from tests.support.answers import text, tool_call

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
