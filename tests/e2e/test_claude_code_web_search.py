"""The client's WebSearch asks the service for a search of its own; where none can be made, the model is told so."""

import pytest

from tests.support.answers import text, tool_call

pytestmark = pytest.mark.full


def test_it_tells_the_model_that_nobody_can_search(claude, backend, wiretap):
    # protocol E124
    backend.script(
        tool_call("ToolSearch", {"query": "select:WebSearch"}),
        tool_call("WebSearch", {"query": "the weather in Graz"}),
        text("I could not search."),
    )
    run = claude.run("What is the weather in Graz?", "--allowedTools", "WebSearch")
    assert run.text == "I could not search."
    refused = [exchange for exchange in wiretap.exchanges if exchange.status == 400]
    assert all(exchange.json["tools"][0]["name"] == "web_search" for exchange in refused)
    assert len(refused) in {1, 2}
    assert "web_search" in backend.requests[2].json["messages"][-1]["content"]
