"""What the inspector says became of a client's request, path by path."""

import json

import pytest

from proxysite.inspector.comparison import compare

LONG = "You are a careful reader of long sentences."
CASES = {
    "the same": ({"temperature": 1.0}, {"temperature": 1.0}, "kept", "temperature", "temperature"),
    "another name": ({"max_tokens": 9}, {"max_completion_tokens": 9}, "moved", "max_tokens", "max_completion_tokens"),
    "another value": ({"max_tokens": 9}, {"max_tokens": 5}, "changed", "max_tokens", "max_tokens"),
    "nowhere": ({"top_k": 7}, {"n": 7}, "dropped", "top_k", ""),
    "new": ({}, {"n": 1}, "added", "", "n"),
    "a text elsewhere": (
        {"system": [{"type": "text", "text": LONG}]},
        {"messages": [{"role": "system", "content": LONG}]},
        "moved",
        "system.0.text",
        "messages.0.content",
    ),
    "a text within another": (
        {"system": LONG},
        {"messages": [{"content": f"A\n{LONG}"}]},
        "moved",
        "system",
        "messages.0.content",
    ),
    "a short text within another": (
        {"system": [{"text": "Be brief"}]},
        {"messages": [{"content": "You are a model.\nBe brief"}]},
        "moved",
        "system.0.text",
        "messages.0.content",
    ),
    "a short word in another": (
        {"system": [{"text": "brief"}]},
        {"messages": [{"content": "You are a model.\nBe brief"}]},
        "dropped",
        "system.0.text",
        "",
    ),
    "arguments as JSON": (
        {"messages": [{"content": [{"type": "tool_use", "input": {"path": "x"}}]}]},
        {"messages": [{"tool_calls": [{"function": {"arguments": '{"path":"x"}'}}]}]},
        "moved",
        "messages.0.content.0.input.path",
        "messages.0.tool_calls.0.function.arguments.path",
    ),
    "a schema": (
        {"tools": [{"input_schema": {"type": "object", "$schema": "x"}}]},
        {"tools": [{"function": {"parameters": {"type": "object"}}}]},
        "changed",
        "tools.0.input_schema",
        "tools.0.function.parameters",
    ),
}


@pytest.mark.parametrize(("asked", "sent", "verdict", "path", "there"), CASES.values(), ids=CASES.keys())
def test_it_says_what_became_of(asked, sent, verdict, path, there):
    changes = compare(json.dumps(asked), json.dumps(sent))
    assert (verdict, path, there) in [(change.verdict, change.path, change.there) for change in changes]


def test_what_differs_by_its_numbers_only_is_told_once():
    blocks = [{"text": f"the text of number {n}", "cache_control": {"type": "ephemeral"}} for n in range(3)]
    changes = compare(json.dumps({"messages": [{"content": blocks}]}), "{}")
    assert {(change.path, change.count) for change in changes} == {
        ("messages.*.content.*.text", 3),
        ("messages.*.content.*.cache_control", 3),
    }


def test_arguments_that_are_no_json_are_a_text():
    calls = {"messages": [{"tool_calls": [{"function": {"arguments": '{"half": '}}]}]}
    (change,) = compare("{}", json.dumps(calls))
    assert (change.verdict, change.value) == ("added", '{"half": ')


def test_a_request_that_was_cut_is_not_compared():
    assert compare('{"model": "m', "{}") == []
