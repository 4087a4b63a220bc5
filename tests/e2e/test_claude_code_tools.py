"""The real client's tools, called by the backend through the service."""

import base64

import pytest

from tests.support.answers import Call, text, tool_call, tool_calls

pytestmark = pytest.mark.full

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def tool_messages(request):
    return [message for message in request.json["messages"] if message["role"] == "tool"]


def called_ids(request):
    return [call["id"] for message in request.json["messages"] for call in message.get("tool_calls") or []]


def offered(request):
    return {tool["function"]["name"] for tool in request.json["tools"]}


def test_it_runs_a_command_and_returns_its_output(claude, backend):
    (claude.project / "greeting.txt").write_text("Good morning\n")
    backend.script(tool_call("Bash", {"command": "cat greeting.txt"}), text("It says good morning."))
    assert claude.run("What does greeting.txt say?").text == "It says good morning."

    (result,) = tool_messages(backend.requests[1])
    assert "Good morning" in result["content"]
    assert [result["tool_call_id"]] == called_ids(backend.requests[1])


def test_it_reads_and_edits_a_file(claude, backend):
    file = claude.project / "settings.ini"
    file.write_text("colour = red\n")
    change = {"file_path": str(file), "old_string": "red", "new_string": "blue"}
    backend.script(tool_call("Read", {"file_path": str(file)}), tool_call("Edit", change), text("It is blue."))
    assert claude.run("Make it blue").text == "It is blue."

    assert file.read_text() == "colour = blue\n"
    read, edited = tool_messages(backend.requests[2])
    assert "colour = red" in read["content"]
    assert "updated" in edited["content"]


def test_it_returns_parallel_results_in_the_order_of_the_calls(claude, backend):
    # protocol D71, H186
    slow, fast = claude.project / "slow.txt", claude.project / "fast.txt"
    slow.write_text("tortoise\n")
    fast.write_text("hare\n")
    calls = [Call("Bash", {"command": "sleep 0.3; cat slow.txt"}), Call("Read", {"file_path": str(fast)})]
    backend.script(tool_calls(*calls, content="I look at both."), text("A tortoise and a hare."))
    assert claude.run("Who races?").text == "A tortoise and a hare."

    results = tool_messages(backend.requests[1])
    assert [result["tool_call_id"] for result in results] == called_ids(backend.requests[1])
    assert ["tortoise" in results[0]["content"], "hare" in results[1]["content"]] == [True, True]


def test_it_tells_the_backend_that_a_tool_failed(claude, backend):
    # protocol D75
    backend.script(tool_call("Bash", {"command": "echo oops >&2; exit 3"}), text("It failed."))
    assert claude.run("Try it").text == "It failed."
    (result,) = tool_messages(backend.requests[1])
    assert "oops" in result["content"]
    assert "3" in result["content"]


def test_it_shows_the_backend_an_image_that_was_read(claude, backend):
    # protocol D76
    picture = claude.project / "pixel.png"
    picture.write_bytes(base64.b64decode(PIXEL))
    backend.script(tool_call("Read", {"file_path": str(picture)}), text("A pixel."))
    assert claude.run("What is in the picture?").text == "A pixel."

    messages = backend.requests[1].json["messages"]
    assert [message["role"] for message in messages[-2:]] == ["tool", "user"]
    (url,) = [part["image_url"]["url"] for part in messages[-1]["content"] if part["type"] == "image_url"]
    assert url.startswith("data:image/png;base64,")


def test_it_offers_a_tool_once_the_search_has_loaded_it(claude, backend):
    # protocol D80, E110, E111
    backend.script(tool_call("ToolSearch", {"query": "select:NotebookEdit"}), text("Loaded."))
    assert claude.run("Load the notebook tool").text == "Loaded."

    before, after = backend.requests
    assert offered(after) - offered(before) == {"NotebookEdit"}
    assert "DeferredToolPlaceholder" not in offered(before)
    (result,) = tool_messages(after)
    assert "NotebookEdit" in result["content"]
