"""A reply sent back in the next request: the backend sees its own reasoning state and its own ids again."""

import json

import pytest

from conversion.destination import Destination
from conversion.profiles import BackendProfile, profile_for
from conversion.reply.fold import fold
from conversion.reply.translation import Translation
from conversion.request.convert import convert_request
from conversion.request.identity import CacheKeys
from conversion.request.read import read_messages_request
from tests.conversion.reply.replies import MODEL, SECRET, call, calls, chunk, completion, streamed, terms

DETAILS = [
    {"type": "reasoning.text", "text": "Hm", "signature": "s", "format": "f", "index": 0},
    {"type": "reasoning.encrypted", "data": "x", "id": "r1", "index": 1},
]


OPENROUTER = profile_for("openrouter", "backend-model")
GEMINI = profile_for("gemini", "backend-model")
WANTS_TEXT = BackendProfile(reasoning_fields=("reasoning_content",))


def reply(message, profile, **fields):
    """The content of the reply, as the client gets it."""
    destination = Destination("backend-model", profile, "home")
    reading = Translation(terms(**fields), destination, secret=SECRET, message_id="msg_1", new_suffix=lambda: "x" * 22)
    return json.loads(fold(reading.feed_whole(completion(message))))["content"]


def next_request(content, profile, group="home"):
    """The assistant's message as the backend gets it in the next turn."""
    results = [
        {"type": "tool_result", "tool_use_id": block["id"], "content": "ok"} for block in content if "input" in block
    ]
    messages = [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": content},
        {"role": "user", "content": [*results, {"type": "text", "text": "Go on"}]},
    ]
    tools = [{"name": "Bash", "input_schema": {"type": "object"}}]
    thinking = {"type": "enabled", "budget_tokens": 1024}
    asked = {"model": MODEL, "max_tokens": 2048, "messages": messages, "tools": tools, "thinking": thinking}
    request = read_messages_request(json.dumps(asked).encode())
    keys = CacheKeys("0" * 32, "0" * 64)
    destination = Destination("backend-model", profile, group)
    body = json.loads(convert_request(request, destination, secret=SECRET, keys=keys).body)
    return next(message for message in body["messages"] if message["role"] == "assistant")


MESSAGE = {"reasoning": "Hm", "content": "", "tool_calls": [call('{"a":1}', id="functions.Bash:0", name="Bash")]}


def test_it_gives_details_back_as_they_came():  # protocol F139
    content = reply({**MESSAGE, "reasoning_details": DETAILS}, OPENROUTER)
    assert next_request(content, OPENROUTER)["reasoning_details"] == DETAILS


def test_it_gives_encrypted_details_back():  # protocol F144
    content = reply({**MESSAGE, "reasoning": "", "reasoning_details": DETAILS[1:]}, OPENROUTER)
    assert content[0]["type"] == "redacted_thinking"
    assert next_request(content, OPENROUTER)["reasoning_details"] == DETAILS[1:]


def test_it_gives_all_details_back_once():
    content = streamed(
        chunk(reasoning_details=DETAILS[:1]),
        chunk("So."),
        chunk(reasoning_details=DETAILS[1:]),
        calls(call("{}", id="1", name="Bash"), finish="tool_calls"),
        profile={"reasoning_state": "details"},
    ).content
    assert [block["type"] for block in content] == ["thinking", "text", "redacted_thinking", "tool_use"]
    assert next_request(content, OPENROUTER, group="test")["reasoning_details"] == DETAILS


def test_it_gives_back_what_hung_on_a_call():
    entry = call("{}", id="functions.Bash:0", name="Bash", extra_content={"google": {"thought_signature": "s"}})
    (given_back,) = next_request(reply({"tool_calls": [entry]}, GEMINI), GEMINI)["tool_calls"]
    assert (given_back["id"], given_back["extra_content"]) == (entry["id"], entry["extra_content"])


@pytest.mark.parametrize("thinking", ["shown", "omitted"])
def test_it_gives_the_text_back(thinking):
    content = reply(MESSAGE, WANTS_TEXT, thinking=thinking)
    assert next_request(content, WANTS_TEXT)["reasoning_content"] == "Hm"


def test_it_gives_no_state_to_another_backend():
    content = reply({**MESSAGE, "reasoning_details": DETAILS}, OPENROUTER)
    assert "reasoning_details" not in next_request(content, OPENROUTER, group="elsewhere")


def test_it_gives_ids_back():  # protocol F147
    assert next_request(reply(MESSAGE, WANTS_TEXT), WANTS_TEXT)["tool_calls"][0]["id"] == "functions.Bash:0"
