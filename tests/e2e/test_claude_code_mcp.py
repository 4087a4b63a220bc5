"""Tools of MCP servers: loaded by the client's search, called under their long names, their images shown."""

import json
import sys

import pytest

from tests.support import mcp_server
from tests.support.answers import text, tool_call

pytestmark = pytest.mark.full

TOOL = "mcp__weather__forecast"


@pytest.fixture
def options():
    servers = {"weather": {"command": sys.executable, "args": [mcp_server.__file__]}}
    return ["--mcp-config", json.dumps({"mcpServers": servers}), "--strict-mcp-config", "--allowedTools", TOOL]


def offered(request):
    return {tool["function"]["name"] for tool in request.json["tools"]}


def test_it_calls_a_tool_of_a_server_that_was_searched_for(claude, backend, options):
    # protocol D80, E111
    backend.script(
        tool_call("ToolSearch", {"query": f"select:{TOOL}"}),
        tool_call(TOOL, {"place": "Graz"}),
        text("It will snow."),
    )
    assert claude.run("What will the weather be in Graz?", *options).text == "It will snow."
    assert [TOOL in offered(request) for request in backend.requests] == [False, True, True]
    assert backend.requests[2].json["messages"][-1]["content"] == "Snow in Graz"


def test_it_shows_the_backend_an_image_of_a_tool(claude, backend, options):
    # protocol D76
    backend.script(
        tool_call("ToolSearch", {"query": f"select:{TOOL}"}),
        tool_call(TOOL, {"place": "Graz", "picture": True}),
        text("A white pixel."),
    )
    assert claude.run("Show me the weather in Graz", *options).text == "A white pixel."
    returned, shown = backend.requests[2].json["messages"][-2:]
    assert (returned["role"], "Snow in Graz" in returned["content"]) == ("tool", True)
    assert [part["type"] for part in shown["content"]].count("image_url") == 1
