"""The client's WebSearch asks the service for a search of its own; it is made, or the model is told that none can be."""

import pytest

from tests.support.answers import text, tool_call
from tests.support.claude_code import ClaudeCode
from tests.support.gateway import CLIENT_KEY, Gateway
from tests.support.rows import load
from tests.support.search_engine import SearchEngine

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


@pytest.fixture
def searching(backend_process, tmp_path):
    """A service with a search engine."""
    with SearchEngine() as engine:
        (tmp_path / "gateway").mkdir()
        gateway = Gateway(tmp_path / "gateway", OPENAI_BASE_URL=backend_process.base_url)
        load(gateway, {"model": "routing.searchengine", "pk": 1, "fields": {"base_url": engine.url}})
        with gateway:
            yield gateway, engine


def test_it_gives_the_model_what_the_engine_found(claude_code, searching, backend, tmp_path):
    gateway, engine = searching
    claude = ClaudeCode(tmp_path, gateway.url, CLIENT_KEY)

    def answer(request):
        tools = [tool["function"]["name"] for tool in request.json.get("tools", [])]
        if tools == ["web_search"]:  # the client's request for a search
            found = request.json["messages"][-1]["role"] == "tool"
            return text("Sunny.") if found else tool_call("web_search", {"query": "weather Graz"})
        last = request.json["messages"][-1]
        if "WebSearch" not in tools:
            return tool_call("ToolSearch", {"query": "select:WebSearch"})
        return text("It is sunny.") if last["role"] == "tool" and "weather.example" in str(last) else look

    look = tool_call("WebSearch", {"query": "the weather in Graz"})
    backend.script_with(answer)
    run = claude.run("What is the weather in Graz?", "--allowedTools", "WebSearch")
    assert run.text == "It is sunny."
    assert engine.queries == ["weather Graz"]
