import pytest

from conversion.request.context_edits import CLEARED
from conversion.signatures import ReasoningState, seal
from tests.conversion.request.ask import SECRET, ask, assistant, call, result, user

DETAILS = [{"type": "reasoning.text", "text": "Hm.", "index": 0}]
THOUGHT = {
    "type": "thinking",
    "thinking": "I think, therefore.",
    "signature": seal(ReasoningState("openrouter.test", "m", "rd", DETAILS), SECRET),
}


def edits(*given):
    return {"context_management": {"edits": list(given)}}


def clear_thinking(keep):
    return edits({"type": "unheard_of"}, {"type": "clear_thinking_20251015", "keep": keep})


def thoughtful(number):
    turns = [[user(f"a{each}"), assistant(THOUGHT, "b")] for each in range(number)]
    return [message for turn in turns for message in turn] + [user("c")]


@pytest.mark.parametrize(
    ("keep", "expected"),
    [
        pytest.param({"type": "all"}, [True, True], id="all"),
        pytest.param("all", [True, True], id="all as a word"),  # protocol B41
        pytest.param({"type": "thinking_turns", "value": 1}, [False, True], id="one turn"),  # protocol B42
        pytest.param({"type": "thinking_turns", "value": 0}, [False, False], id="none"),
        pytest.param({"type": "thinking_turns", "value": 9}, [True, True], id="more than there are"),
    ],
)
def test_thinking_of_older_turns_may_be_cleared(keep, expected):
    sent = ask(thoughtful(2), "openrouter", **clear_thinking(keep))
    assert ["reasoning_details" in sent.messages[index] for index in (1, 3)] == expected
    cleared = expected.count(False)
    assert [edit["cleared_thinking_turns"] for edit in sent.terms.applied_edits] == ([cleared] if cleared else [])


def test_the_reply_is_told_how_much_was_cleared():
    sent = ask(thoughtful(3), "openrouter", **clear_thinking({"type": "thinking_turns", "value": 1}))
    assert sent.terms.applied_edits == (
        {"type": "clear_thinking_20251015", "cleared_input_tokens": 10, "cleared_thinking_turns": 2},
    )


def test_cleared_thinking_is_filled_where_it_must_be():
    thought = THOUGHT | {"signature": seal(ReasoningState("deepseek.test", "m", "t"), SECRET)}
    messages = [user("a"), assistant(thought, call()), user(result()), assistant(thought, "b"), user("c")]
    sent = ask(messages, "deepseek", **clear_thinking({"type": "thinking_turns", "value": 1}))
    told = [message["reasoning_content"] for message in sent.messages if message["role"] == "assistant"]
    assert told == ["", "I think, therefore."]


@pytest.mark.parametrize(("given", "expected"), [({"edits": []}, True), (None, False)])
def test_the_reply_is_told_of_context_management(given, expected):  # protocol B41
    sent = ask(context_management=given)
    assert sent.terms.context_management is expected
    assert sent.terms.applied_edits == ()


@pytest.mark.parametrize("given", [{"edits": "all"}, {"edits": [5, {"type": 5}]}, {}, [], "x"])
def test_other_edits_are_ignored(given):
    assert ask(context_management=given).terms.applied_edits == ()


def worked(number, size=400):
    """A conversation with so many calls and long results."""
    messages = [user("a")]
    for each in range(number):
        messages += [
            assistant(call(f"Tool{each % 2}", {"path": "x"}, f"id_{each}")),
            user(result("y" * size, f"id_{each}")),
        ]
    return messages


def clear_tool_uses(**keys):
    return edits({"type": "clear_tool_uses_20250919", **keys})


def tool_uses(number):
    return {"type": "tool_uses", "value": number}


def cleared(sent):
    return [message["content"] == CLEARED for message in sent.messages if message["role"] == "tool"]


ALLOWED = {"overrides": {"clear_tool_uses": True}}


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        pytest.param({"trigger": tool_uses(4)}, [True, True, False, False, False], id="three are kept"),
        pytest.param({"trigger": tool_uses(5)}, [False] * 5, id="not triggered"),
        pytest.param({"trigger": tool_uses(1), "keep": tool_uses(4)}, [True, *[False] * 4], id="four are kept"),
        pytest.param({"trigger": tool_uses(1), "keep": tool_uses(0)}, [True] * 5, id="none is kept"),
        pytest.param(
            {"trigger": tool_uses(1), "exclude_tools": ["Tool0"]}, [False, True, *[False] * 3], id="but for one tool"
        ),
        pytest.param({"trigger": {"type": "input_tokens", "value": 500}}, [True, True, *[False] * 3], id="by tokens"),
        pytest.param({"trigger": {"type": "input_tokens", "value": 5000}}, [False] * 5, id="too few tokens"),
        pytest.param({}, [False] * 5, id="too few tokens for the usual trigger"),
        pytest.param(
            {"trigger": tool_uses(1), "clear_at_least": {"type": "input_tokens", "value": 500}},
            [False] * 5,
            id="not worth it",
        ),
    ],
)
def test_results_of_older_calls_may_be_cleared(keys, expected):
    sent = ask(worked(5), "generic", **ALLOWED, **clear_tool_uses(**keys))
    assert cleared(sent) == expected
    count = expected.count(True)
    assert [edit["cleared_tool_uses"] for edit in sent.terms.applied_edits] == ([count] if count else [])
    assert all(edit["cleared_input_tokens"] > 90 * count for edit in sent.terms.applied_edits)


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        pytest.param(True, ["{}", "{}"], id="of all tools"),
        pytest.param(["Tool1"], ['{"path":"x"}', "{}"], id="of one tool"),
        pytest.param(False, ['{"path":"x"}'] * 2, id="of none"),
    ],
)
def test_inputs_may_be_cleared_too(inputs, expected):
    sent = ask(worked(5), "generic", **ALLOWED, **clear_tool_uses(trigger=tool_uses(1), clear_tool_inputs=inputs))
    calls = [message["tool_calls"][0]["function"]["arguments"] for message in sent.messages if "tool_calls" in message]
    assert calls == [*expected, *['{"path":"x"}'] * 3]


def test_cleared_inputs_count_as_cleared():
    asked = {"trigger": tool_uses(1), "clear_tool_inputs": True}
    messages = [user("a")]
    for each in range(5):
        messages += [assistant(call("Write", {"text": "y" * 400}, f"id_{each}")), user(result("done", f"id_{each}"))]
    least = {"type": "input_tokens", "value": 200}
    (edit,) = ask(messages, "generic", **ALLOWED, **clear_tool_uses(clear_at_least=least, **asked)).terms.applied_edits
    assert edit["cleared_input_tokens"] > 200
    without = clear_tool_uses(clear_at_least=least, **asked | {"clear_tool_inputs": False})
    assert ask(messages, "generic", **ALLOWED, **without).terms.applied_edits == ()


def test_a_conversation_is_cleared_in_the_same_way_each_time():
    asked = clear_tool_uses(trigger=tool_uses(1), clear_tool_inputs=["Tool1"])
    first, second = (ask(worked(5), "generic", **ALLOWED, **asked) for _ in range(2))
    assert first.conversion.body == second.conversion.body


def test_results_stay_where_the_administrator_does_not_want_them_cleared():
    sent = ask(worked(5), "generic", **clear_tool_uses(trigger=tool_uses(1)))
    assert cleared(sent) == [False] * 5
    assert sent.terms.applied_edits == ()
