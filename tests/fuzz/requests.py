"""Requests of clients, good ones made strange: they are read and converted, or refused; nothing else escapes."""

from __future__ import annotations

import json
import re
import sys
from random import Random
from typing import Any

from conversion.destination import Destination
from conversion.errors import InvalidRequest
from conversion.profiles import DIALECTS, profile_for
from conversion.request.convert import convert_request
from conversion.request.read import read_count_tokens_request, read_messages_request
from conversion.tokens import count_tokens
from tests.conversion.request import openai_judge, responses_judge
from tests.conversion.request.ask import (
    KEYS,
    MODELS,
    SECRET,
    assistant,
    body_of,
    call,
    image,
    pdf,
    result,
    system,
    text,
    tool,
    user,
)
from tests.fuzz.campaign import main
from tests.fuzz.mutation import damaged, strange

SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "path": {"type": ["string", "null"], "format": "uri", "pattern": "^/", "default": "/"},
        "kind": {"const": "a"},
        "node": {"$ref": "#/$defs/node"},
        "any": {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "array", "items": {"enum": [1, "a", None]}}]},
    },
    "required": ["path"],
    "additionalProperties": False,
    "$defs": {"node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}, "leaf": {"$ref": "#"}}}},
}
MARK = {"type": "ephemeral"}
THINKING = {"type": "thinking", "thinking": "Hm", "signature": "ccp1.eJyrVg.AAAA"}
SEARCH = {"type": "server_tool_use", "id": "srv_1", "name": "web_search", "input": {"query": "q"}}
FOUND = {
    "type": "web_search_tool_result",
    "tool_use_id": "srv_1",
    "content": [{"type": "web_search_result", "url": "u", "title": "t"}],
}
ADDITION = {"type": "tool_addition", "tool": {"type": "tool_definition", "definition": tool("Later")}}
REFERENCE = {"type": "tool_reference", "tool_name": "Hidden"}

CONVERSATIONS = (
    [user("Hello")],
    [user("Look", image(), pdf(title="T", context="C")), assistant("Yes"), user(text("And?", cache_control=MARK))],
    [
        user("Go"),
        system("Be kind", output_config={"effort": "low"}, clear_at="next_user_message"),
        assistant(THINKING, "I look.", call("Read", {"path": "a"}, "toolu_1"), call("x.y" * 30, {"a": [1]}, "toolu_2")),
        user(result([text("two"), image()], "toolu_2"), result("boom", "toolu_1", is_error=True), "Go on"),
        assistant(SEARCH, FOUND, text("It rains", citations=[{"type": "web_search_result_location", "url": "u"}])),
        user("Thanks"),
    ],
    [
        user("Load"),
        system(ADDITION),
        assistant(call("ToolSearch", {"query": "q"}, "toolu_3")),
        user(result([REFERENCE], "toolu_3"), {"type": "container_upload", "file_id": "f"}),
        assistant({"type": "redacted_thinking", "data": "x"}, {"type": "compaction", "content": "Summary"}),
        user(
            {"type": "search_result", "source": "s", "title": "t", "content": [text("found")]},
            {"type": "new", "text": "n"},
        ),
        assistant("I begin"),
    ],
)
PARAMETERS = {
    "system": [text("x-anthropic-billing-header: a"), text("You are kind", cache_control=MARK)],
    "tools": [
        tool("Read", input_schema=SCHEMA, strict=True, input_examples=[{"path": "a"}]),
        tool("x.y" * 30),
        tool("Hidden", defer_loading=True),
        {"type": "bash_20250124", "name": "bash"},
        {"type": "web_search_20250305", "name": "web_search", "max_uses": 3, "allowed_domains": ["a.b"]},
        {"type": "computer_20251124", "name": "computer", "display_width_px": 1, "display_height_px": 1},
    ],
    "tool_choice": {"type": "tool", "name": "Read", "disable_parallel_tool_use": True},
    "thinking": {"type": "enabled", "budget_tokens": 2000, "display": "updates"},
    "output_config": {"effort": "xhigh", "format": {"type": "json_schema", "schema": SCHEMA}},
    "context_management": {
        "edits": [{"type": "clear_thinking_20251015", "keep": {"type": "thinking_turns", "value": 1}}]
    },
    "metadata": {"user_id": '{"device_id":"d","session_id":"s"}'},
    "stop_sequences": ["END", "a", "b", "c", "d"],
    "stream": True,
    "temperature": 0.5,
    "top_k": 3,
    "service_tier": "auto",
    "speed": "fast",
    "cache_control": MARK,
    "container": {"skills": []},
    "mcp_servers": [],
}
JUDGES = {"chat": openai_judge.judge, "responses": responses_judge.judge}
NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def check(random: Random) -> None:
    body = any_body(random)
    destination = any_destination(random)
    try:
        request = read_messages_request(body)
        conversion, again = (convert_request(request, destination, secret=SECRET, keys=KEYS) for _ in range(2))
    except InvalidRequest:
        return
    assert conversion.body == again.body
    assert len(conversion.body) < 20 * len(body) + 100_000, "the request grew"
    assert count_tokens(read_count_tokens_request(body)) >= 1
    sent = json.loads(conversion.body.decode())
    if destination.profile.wire == "chat":
        assert_sound(sent)
    if destination.profile.dialect in ("openai", "azure", "azure_v1"):
        JUDGES[destination.profile.wire](sent)


def any_body(random: Random) -> bytes:
    names = {name for name in PARAMETERS if random.random() < 0.4}
    if "tools" not in names:
        names.discard("tool_choice")
    body = body_of(random.choice(CONVERSATIONS), **{name: PARAMETERS[name] for name in PARAMETERS if name in names})
    data = json.dumps(strange(body, random, random.choice((0, 1, 1, 2, 5, 20))), ensure_ascii=random.random() < 0.5)
    encoded = data.encode("utf-8", "surrogatepass")
    return damaged(encoded, random) if random.random() < 0.1 else encoded


def any_destination(random: Random) -> Destination:
    dialect = random.choice(list(DIALECTS))
    model = random.choice((MODELS[dialect], "gpt-5.6", "some-model"))
    window = random.choice((None, 4000, 200_000))
    wire = {"wire": "responses"} if random.random() < 0.2 else {}
    return Destination(model, profile_for(dialect, model, wire), group="test", context_window=window)


def assert_sound(sent: dict[str, Any]) -> None:
    messages = sent["messages"]
    assert messages
    owed: list[str] = []
    for message in messages:
        if message["role"] == "tool":
            assert message["tool_call_id"] == owed.pop(0), "a result without its call"
            continue
        assert not owed, "a call without its result"
        assert message["role"] in ("system", "developer", "user", "assistant")
        assert message.get("content") or message["role"] == "assistant"
        owed = [called(each) for each in message.get("tool_calls", ())]
    offered = [each["function"]["name"] for each in sent.get("tools", ()) if each["type"] == "function"]
    assert all(NAME.fullmatch(name) for name in offered)
    assert len(set(offered)) == len(offered)


def called(call: dict[str, Any]) -> str:
    assert NAME.fullmatch(call["function"]["name"])
    assert isinstance(json.loads(call["function"]["arguments"]), dict)
    return str(call["id"])


if __name__ == "__main__":
    sys.exit(main(check))
