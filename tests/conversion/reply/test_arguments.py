"""Arguments of tool calls, from whatever a model wrote to one object."""

import json

import pytest

from tests.conversion.reply.replies import call, calls, chunk, streamed, terms, whole

INVALID = "__invalid_json"

REPAIRS = [
    # protocol F148
    pytest.param('{"a": 1, "b": [1.0, 1e5, null]}', {"a": 1, "b": [1.0, 1e5, None]}, id="valid"),
    pytest.param("", {}, id="empty"),
    pytest.param("  \n", {}, id="white space"),
    pytest.param("null", {}, id="null"),
    pytest.param("{}", {}, id="an empty object"),
    pytest.param("[]", {}, id="an empty list"),
    pytest.param(' {"a": 1} ', {"a": 1}, id="white space around"),
    pytest.param('"{\\"a\\": 1}"', {"a": 1}, id="encoded twice"),
    pytest.param(json.dumps(json.dumps('{"a": 1}')), {"a": 1}, id="encoded three times"),
    pytest.param('[{"a": 1}]', {"a": 1}, id="a list of one object"),
    pytest.param("[1, 2]", {"value": [1, 2]}, id="a list"),
    pytest.param("5", {"value": 5}, id="a number"),
    pytest.param('"ls"', {"value": "ls"}, id="a string"),
    pytest.param('{"a": 1}{"a": 1}', {"a": 1}, id="twice the same"),
    pytest.param('{"a": 1}{"b": 2}', {"a": 1}, id="two objects"),
    pytest.param('{}{"a": 1}', {"a": 1}, id="an empty one before"),
    pytest.param('{"a": 1}}', {"a": 1}, id="a brace too many"),
    pytest.param('```json\n{"a": 1}\n```', {"a": 1}, id="fenced"),
    pytest.param('Sure: {"a": 1}. Done.', {"a": 1}, id="text around"),
    # protocol F149
    pytest.param('{"a": 1,}', {"a": 1}, id="a trailing comma"),
    pytest.param('{"a": [1, 2,],}', {"a": [1, 2]}, id="trailing commas inside"),
    pytest.param("{'a': 'it''s'}", None, id="a broken single-quoted string"),
    pytest.param("{'a': 'it\\'s \"b\"'}", {"a": 'it\'s "b"'}, id="single quotes"),
    pytest.param("{a: 1, $b-c: 2}", {"a": 1, "$b-c": 2}, id="names without quotes"),
    pytest.param('{"a": True, "b": None, "c": NaN}', {"a": True, "b": None, "c": None}, id="words of other languages"),
    pytest.param('{"a": "x\ny\tz"}', {"a": "x\ny\tz"}, id="raw control characters"),
    pytest.param('{"a": "C:\\path \\d"}', {"a": "C:\\path \\d"}, id="wrong escapes"),
    pytest.param('{"a": "\\ud800x\\udc00"}', {"a": "\ufffdx\ufffd"}, id="halves of a pair"),
    pytest.param('{"a": "\\ud83d\\ude00"}', {"a": "\U0001f600"}, id="a pair"),
    pytest.param('{"a": "x\\u0000y"}', {"a": "xy"}, id="NUL"),
    pytest.param('{"a": 1 /* one */, // two\n "b": 2}', {"a": 1, "b": 2}, id="comments"),
    pytest.param('{"a": 1', {"a": 1}, id="no closing brace"),
    pytest.param('{"a": {"b": [1', {"a": {"b": [1]}}, id="no closing brackets"),
    pytest.param('{"n": 123456789012345678901234567890}', {"n": 123456789012345678901234567890}, id="a large number"),
]


@pytest.mark.parametrize(("arguments", "expected"), REPAIRS)
def test_it_makes_an_object_of_arguments(arguments, expected):
    (_, found) = whole({"tool_calls": [call(arguments, name="Bash")]}).tools[0]
    assert found == expected if expected is not None else INVALID in found


@pytest.mark.parametrize(("arguments", "expected"), [case for case in REPAIRS if case.values[1] is not None])
def test_it_makes_the_same_object_of_arguments_that_stream(arguments, expected):
    first = calls(call("", id="1", name="Bash"))
    for size in (1, 3):
        pieces = [arguments[at : at + size] for at in range(0, len(arguments), size)]
        reply = streamed(first, *(calls(call(piece)) for piece in pieces), chunk(finish="tool_calls"))
        assert reply.tools == [("Bash", expected)]
        assert json.loads("".join(reply.deltas("input_json"))) == expected


HOPELESS = [
    pytest.param("rm -rf /", id="a sentence"),
    pytest.param('{"a": "x" y}', id="garbage after a value"),
    pytest.param('{"a": }', id="no value"),
    pytest.param('{"a" 1}', id="no colon"),
    pytest.param('{"a": [1, 2}', id="the wrong bracket"),
    pytest.param('{"a": {"b": foo}}', id="an unknown word inside"),
    pytest.param('{"a": .5}', id="no number of JSON"),
    pytest.param("{1: 2}", id="a number for a name"),
    pytest.param('{"a": 1, oops', id="a bare word at the end"),
    pytest.param('{"a": ' + "[" * 200, id="nested deeply"),
]


@pytest.mark.parametrize("arguments", HOPELESS)
def test_it_never_makes_up_what_nobody_can_read(arguments):  # protocol F149, H196
    (_, found) = whole({"tool_calls": [call(arguments, name="Bash")]}).tools[0]
    assert INVALID in found
    streaming = streamed(
        *(calls(call(letter, id="1", name="Bash")) for letter in arguments), chunk(finish="tool_calls")
    )
    json.loads("".join(streaming.deltas("input_json")))
    assert INVALID in streaming.tools[0][1]


@pytest.mark.parametrize(
    "arguments", ['{"command": "rm -rf /', '{"command": "ls", "desc', '{"command": "ls",', '{"command":']
)
def test_it_never_completes_what_was_cut_off(arguments):
    reply = whole({"tool_calls": [call(arguments, name="Bash")]}, finish="tool_calls")
    assert INVALID in reply.tools[0][1]
    with pytest.raises(ValueError):
        json.loads("".join(reply.deltas("input_json")))


def test_it_keeps_the_complete_members_of_a_cut_answer():  # protocol H198
    reply = whole({"tool_calls": [call('{"a": 1, "b": {"c": [1, 2]}, "d": "x', name="Bash")]}, finish="length")
    assert (reply.tools, reply.stop_reason) == ([("Bash", {"a": 1, "b": {"c": [1, 2]}})], "max_tokens")


def test_it_gives_a_value_the_name_of_the_only_property():
    one = terms(sole_properties={"Bash": "command"})
    assert whole({"tool_calls": [call('"ls"', name="Bash")]}, terms=one).tools == [("Bash", {"command": "ls"})]


def test_it_takes_an_object_for_arguments():  # protocol H193
    entry = call({"a": [1]}, id="1", name="Bash")
    assert whole({"tool_calls": [entry]}).tools == [("Bash", {"a": [1]})]
    assert streamed(calls(entry, finish="tool_calls")).deltas("input_json") == ['{"a":[1]}']


def test_it_takes_what_a_custom_tool_is_given():  # protocol F146
    entry = {"type": "custom", "id": "1", "custom": {"name": "Bash", "input": 'ls "x"'}}
    assert whole({"tool_calls": [entry]}).tools == [("Bash", {"input": 'ls "x"'})]


def test_it_remarks_on_a_repair():
    assert "tool_arguments_repaired" in whole({"tool_calls": [call('{"a":1,}', name="Bash")]}).notices
    assert whole({"tool_calls": [call('{"a":1}', name="Bash")]}).notices == set()


def test_it_follows_a_backend_that_repeats_all_arguments_so_far():
    whole_text = '{"command": "ls {a}"}'
    snapshots = [whole_text[:length] for length in (3, 9, 15, len(whole_text), len(whole_text))]
    reply = streamed(*(calls(call(text, id="1", name="Bash")) for text in snapshots), chunk(finish="tool_calls"))
    assert reply.tools == [("Bash", {"command": "ls {a}"})]


def test_it_leaves_a_model_that_writes_white_space_for_ever():
    reply = streamed(calls(call('{"a":', id="1", name="Bash")), *[calls(call("\n" * 1000))] * 100, done=False)
    assert (reply.stop_reason, reply.translation.cancel_upstream) == ("max_tokens", True)
    assert reply.tools == [("Bash", {})]


def test_it_sends_arguments_in_one_piece_where_the_profile_says_so():
    fragments = [calls(call(piece, id="1", name="Bash")) for piece in ('{"a"', ":1", ",}")]
    reply = streamed(*fragments, chunk(finish="tool_calls"), profile={"tool_arguments": "buffer"})
    assert reply.deltas("input_json") == ['{"a":1}']


@pytest.mark.parametrize("arguments", ['{"command": "rm -rf /', '{"command": "ls",', '{"command":'])
def test_it_sends_no_half_object_where_it_sends_one_piece(arguments):  # protocol H196
    reply = streamed(
        calls(call(arguments, id="1", name="Bash")), chunk(finish="tool_calls"), profile={"tool_arguments": "buffer"}
    )
    assert [json.loads(delta) for delta in reply.deltas("input_json")] == [{INVALID: arguments}]
