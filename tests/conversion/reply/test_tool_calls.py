"""Tool calls in streams: which fragment belongs to which call, and what is shown when."""

import json

import pytest

from conversion.tool_ids import backend_tool_id
from tests.conversion.reply.replies import call, calls, chunk, streamed, terms, translation, whole

DONE = chunk(finish="tool_calls")
LS = ("Bash", {"command": "ls"})


def test_it_streams_the_fragments_of_a_call():  # protocol H184, G166
    fragments = ['{"comm', 'and":', '"l', 's"', "}"]
    first = calls(call("", id="call_1", name="Bash", type="function"))
    reply = streamed(first, *(calls(call(fragment)) for fragment in fragments), DONE)
    assert reply.deltas("input_json") == fragments
    assert (reply.types, reply.tools, reply.ids) == (["tool_use"], [LS], ["call_1"])
    start = next(event for event in reply.events if event["type"] == "content_block_start")
    assert start["content_block"] == {"type": "tool_use", "id": "call_1", "name": "Bash", "input": {}}  # protocol G164


def test_it_closes_the_text_before_a_call():  # protocol G167, F128
    reply = streamed(
        chunk("a"), calls(call("{}", id="1", name="Bash")), calls(call("{}", id="2", name="Read", index=1)), DONE
    )
    assert reply.types == ["text", "tool_use", "tool_use"]


ANOMALIES = [
    pytest.param(
        [calls(call('{"a":1}', index=None, id="x", name="Bash"), call('{"b":2}', index=None, id="y", name="Read"))],
        id="no index",  # protocol H185
    ),
    pytest.param(
        [calls(call('{"a":1}', index=None, name="Bash")), calls(call('{"b":2}', index=None, name="Read"))],
        id="neither index nor id",
    ),
    pytest.param(
        [calls(call('{"a":1}', id="x", name="Bash")), calls(call('{"b":2}', id="y", name="Read"))],
        id="one index, two ids",  # protocol H186
    ),
    pytest.param(
        [calls(call('{"a":1}', name="Bash")), calls(call('{"b":2}', name="Read"))],
        id="one index, no ids, a name after complete arguments",
    ),
    pytest.param(
        [calls(call('{"a":1}', id="x", name="Bash"), call('{"b":2}', index=1, id="y", name="Read"))],
        id="two calls in one chunk",  # protocol H187
    ),
    pytest.param(
        [
            calls(call('{"a"', id="x", name="Bash")),
            calls(call('{"b"', index=1, id="y", name="Read")),
            calls(call(":1}")),
            calls(call(":2}", index=1)),
        ],
        id="interleaved",  # protocol H188
    ),
    pytest.param(
        [
            calls(call("", id="x", name="Bash")),
            calls(call("", index=1, id="y", name="Read")),
            calls(call('{"a":1}')),
            calls(call('{"b":2}', index=1)),
        ],
        id="announced together",
    ),
    pytest.param(
        [
            calls(call('{"a"', index=None, id="x", name="Bash")),
            calls(call('{"b":', index=None, id="y", name="Read")),
            calls(call(":1}", index=None, id="x")),
            calls(call("2}", index=None, id="y")),
        ],
        id="interleaved by id",
    ),
    pytest.param(
        [calls(call('{"a":1}', index=3, id="x", name="Bash")), calls(call('{"b":2}', index=7, id="y", name="Read"))],
        id="indexes with gaps",
    ),
    pytest.param(
        [
            calls(call('{"a":', id="x", name="Bash")),
            calls(call("1}", id="x", name="Bash")),
            calls(call('{"b":2}', index=1, id="y", name="Read")),
            calls(call('{"b":2}', index=1, id="y", name="Read")),
        ],
        id="id, name and arguments repeated",  # protocol H189, H191
    ),
    pytest.param(
        [
            calls(call(id="x", name="Ba")),
            calls(call(name="sh")),
            calls(call('{"a":1}', id="")),
            calls(call(index=1, name="Read")),
            calls(call('{"b":2}', index=1, id="null")),
        ],
        id="a name in parts",  # protocol H190, H191
    ),
    pytest.param(
        [calls(call('{"a":')), calls(call("1}", id="x", name="Bash")), calls(call('{"b":2}', index=1, name="Read"))],
        id="arguments before the name",  # protocol H192
    ),
    pytest.param(
        [calls(call('{"a":1}')), calls(call("", id="x", name="Bash")), calls(call('{"b":2}', index=1, name="Read"))],
        id="all arguments before the name",  # protocol H192
    ),
    pytest.param(
        [
            calls(call("{}", id="x", name="Bash")),
            calls(call('{"a":1}')),
            calls(call("{}", index=1, id="y", name="Read")),
            calls(call('{"b":2}', index=1, name="Read")),
        ],
        id="an empty object before the real one",  # protocol H195
    ),
    pytest.param(
        [calls(call('{"a":1}', id="x", name="Bash")), calls(call('"{\\"b\\":2}"', index=1, id="y", name="Read"))],
        id="arguments encoded twice",  # protocol H197
    ),
    pytest.param(
        [
            calls(call('{"a":1}', id="x", name="Bash")),
            calls(call('{"b":', id="y", name="Read")),
            calls(call("2}", id="z")),
        ],
        id="an id that changes within a call",
    ),
    pytest.param(
        [calls(call('{"a":1}', id="x", name="functions.Bash")), calls(call('{"b":2}', index=1, id="y", name="READ"))],
        id="mangled names",  # protocol H201
    ),
]


@pytest.mark.parametrize("chunks", ANOMALIES)
def test_it_puts_calls_together(chunks):
    reply = streamed(*chunks, DONE)
    assert reply.tools == [("Bash", {"a": 1}), ("Read", {"b": 2})]
    assert len(set(reply.ids)) == 2


def test_it_divides_calls_of_one_chunk_that_have_neither_index_nor_id():
    chunks = calls(call("", index=None, name="Bash"), call('{"b":2}', index=None, name="Bash"))
    assert streamed(chunks, DONE).tools == [("Bash", {}), ("Bash", {"b": 2})]


def test_it_makes_an_id_where_the_backend_gives_none():  # protocol H190, H203
    reply = streamed(calls(call("{}", name="Bash"), call("{}", index=1, id="null", name="Bash")), DONE)
    assert reply.ids == ["toolu_01" + f"fresh{number:017}" for number in (1, 2)]


def test_it_makes_another_id_where_the_backend_repeats_one():  # protocol F146
    used = terms(used_tool_ids=frozenset({"call_0"}))
    entries = [call("{}", index=index, id=id, name="Bash") for index, id in enumerate(["call_0", "call_1", "call_1"])]
    ids = streamed(calls(*entries), DONE, terms=used).ids
    assert (ids[1], len(set(ids) | {"call_0"})) == ("call_1", 4)


def test_it_wraps_an_id_so_that_the_backend_gets_it_back():  # protocol F147
    ids = streamed(calls(call("{}", id="functions.Bash:0", name="Bash")), DONE).ids
    assert [backend_tool_id(id) for id in ids] == ["functions.Bash:0"]


def test_it_sends_an_empty_object_for_a_call_without_arguments():  # protocol H194
    assert streamed(calls(call(id="1", name="Bash")), DONE).deltas("input_json") == ["{}"]


def test_it_closes_a_call_that_was_cut_off_as_it_is():  # protocol H198
    reply = streamed(calls(call('{"command": "l', id="1", name="Bash")), chunk(finish="length"))
    assert (reply.deltas("input_json"), reply.stop_reason) == (['{"command": "l'], "max_tokens")


def test_it_drops_a_call_of_a_cut_answer_that_had_not_begun():
    reply = streamed(chunk("a"), calls(call(id="1", name="Bash")), chunk(finish="length"))
    assert (reply.types, reply.notices) == (["text"], {"tool_call_dropped"})


def test_it_takes_legacy_function_calls():  # protocol F145, H199
    entry = {"name": "Bash", "arguments": '{"command":"ls"}'}
    assert whole({"function_call": entry}, finish="function_call").tools == [LS]
    pieces = [{"name": "Bash", "arguments": ""}, {"arguments": '{"command":'}, {"arguments": '"ls"}'}]
    assert streamed(*(chunk(function_call=piece) for piece in pieces), chunk(finish="function_call")).tools == [LS]
    assert whole({"function_call": entry, "tool_calls": [call("{}", name="Read")]}).tools == [("Read", {})]


def test_it_shows_text_after_a_call_behind_all_calls():  # protocol H200
    reply = streamed(
        calls(call('{"a":', id="1", name="Bash")),
        chunk("so "),
        chunk("far"),
        calls(call("1}")),
        chunk(finish="tool_calls"),
    )
    assert (reply.types, reply.text, reply.tools) == (["tool_use", "text"], "so far", [("Bash", {"a": 1})])


def test_it_keeps_only_the_first_call_where_the_client_forbids_more():  # protocol H202
    one = terms(parallel_tool_use=False)
    entries = [call('{"a":1}', index=0, id="x", name="Bash"), call('{"b":', index=1, id="y", name="Read")]
    reply = streamed(calls(*entries), calls(call("2}", index=1)), DONE, terms=one)
    assert (reply.tools, reply.notices) == ([("Bash", {"a": 1})], {"parallel_calls_dropped"})


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({"tool_names": {"Bash": "Bash"}}, ["Bash"], id="the only tool"),
        pytest.param({"forced_tool": "Read"}, ["Read"], id="the forced tool"),
    ],
)
def test_it_knows_what_a_call_without_a_name_means(fields, expected):
    assert [name for name, _ in whole({"tool_calls": [call("{}")]}, terms=terms(**fields)).tools] == expected


@pytest.mark.parametrize("name", [None, "", " \n"])
def test_it_shows_a_call_without_a_name_as_text(name):
    reply = whole({"tool_calls": [call('{"a":1}', name=name)]}, finish="tool_calls")
    assert reply.text == '[The model made a tool call without a name: {"a":1}]'
    assert (reply.stop_reason, reply.notices) == ("tool_use", {"tool_call_nameless"})


def test_it_restores_renamed_tools():
    renamed = terms(tool_names={"mcp__long_1a2b3c4d": "mcp__server__long name"})
    assert whole({"tool_calls": [call("{}", name="mcp__long_1a2b3c4d")]}, terms=renamed).tools == [
        ("mcp__server__long name", {})
    ]


def test_it_names_the_toolset_of_a_member():
    members = {"computer_click": "click", "browser_click": "click", "Bash": "Bash"}
    sets = terms(tool_names=members, toolset_names={"computer_click": "computer", "browser_click": "browser"})
    entries = [call("{}", name=name) for name in ("browser_click", "Computer_Click", "Bash")]
    content = whole({"tool_calls": entries}, terms=sets).content
    assert [(block["name"], block.get("toolset_name")) for block in content] == [
        ("click", "browser"),
        ("click", "computer"),
        ("Bash", None),
    ]


def test_it_ignores_calls_of_tools_that_are_the_backends_own():
    builtin = {"id": "1", "type": "builtin_function", "function": {"name": "$web_search", "arguments": "{}"}}
    reply = whole({"content": "a", "tool_calls": [builtin]})
    assert (reply.types, reply.notices) == (["text"], {"tool_call_ignored"})


@pytest.mark.parametrize("kind", [{}, {"type": None}, {"type": ""}, {"type": "function"}])
def test_it_takes_a_call_of_any_make_for_a_function(kind):  # protocol F146
    assert whole({"tool_calls": [call("{}", name="Bash", **kind)]}).tools == [("Bash", {})]


def test_it_takes_a_call_without_a_function_object():
    assert whole({"tool_calls": [{"id": "1", "name": "Bash", "arguments": {"command": "ls"}}]}).tools == [LS]


def test_it_refuses_calls_without_end():
    reply = streamed(calls(*(call("{}", index=index, name="Bash") for index in range(1_001))))
    assert reply.failure.message == "The backend sent more than 1000 tool calls"


def test_it_shows_nothing_of_a_call_before_its_name_is_known():
    reading = translation()
    events = reading.feed(b"data: " + json.dumps(calls(call('{"a":', id="1"))).encode() + b"\n\n")
    assert [event.__class__.__name__ for event in events] == ["MessageStart", "Ping"]
