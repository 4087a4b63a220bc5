"""What counts as a verdict: one that names its call, once, and says yes or no."""

import json

import pytest

from conversion.judge.calls import Call
from conversion.judge.verdicts import LONGEST_REASON, answer_text, no_verdicts, verdicts
from conversion.reply.safeguards import Evaluated, Unavailable

CALLS = [Call("toolu_1", "Bash"), Call("toolu_2", "Read")]
SAFE = {"id": "call_1", "dangerous": False, "reason": "It reads"}
HARMFUL = {"id": "call_2", "dangerous": True, "reason": "It deletes"}
NONE = Unavailable("error")


def judged(*said):
    return verdicts(json.dumps({"verdicts": said}), CALLS)


def test_each_call_gets_its_verdict():
    assert judged(HARMFUL, SAFE) == {
        "toolu_1": Evaluated("not_flagged", "It reads"),
        "toolu_2": Evaluated("flagged", "It deletes"),
    }


@pytest.mark.parametrize(
    "said",
    [
        pytest.param([SAFE], id="missing"),
        pytest.param([SAFE, HARMFUL, {**HARMFUL, "dangerous": False}], id="contradictory"),
        pytest.param([SAFE, {**HARMFUL, "id": "toolu_2"}], id="under another name"),
        pytest.param([SAFE, {**HARMFUL, "id": "call_3"}], id="for a call that was not made"),
    ],
)
def test_a_call_without_one_plain_verdict_has_none(said):
    assert judged(*said) == {"toolu_1": Evaluated("not_flagged", "It reads"), "toolu_2": NONE}


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "They are harmless.",
        "[]",
        '{"verdicts": {}}',
        '{"verdicts": [{"id": "call_1", "dangerous": "false"}, {"id": "call_2", "dangerous": 0}]}',
        '{"verdicts": [{"id": "call_1"}]}',
        '{"verdicts": [{"id": "call_1", "dangerous": false}]} and more',
        "[" * 100_000,
    ],
    ids=["empty", "words", "list", "object", "not yes or no", "no outcome", "more text", "deep"],
)
def test_an_answer_of_another_shape_judges_nothing(answer):
    assert verdicts(answer, CALLS) == {"toolu_1": NONE, "toolu_2": NONE}


def test_a_flagged_call_has_a_reason_even_where_the_judge_gives_none():
    assert judged({"id": "call_1", "dangerous": True})["toolu_1"].explanation


def test_a_reason_is_one_line_of_bounded_length():
    reason = judged({**SAFE, "reason": "a\nb " * 1000})["toolu_1"].explanation
    assert "\n" not in reason
    assert len(reason) == LONGEST_REASON


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        ({"stop_reason": "end_turn", "content": [{"type": "text", "text": "{}"}]}, "{}"),
        ({"stop_reason": "max_tokens", "content": [{"type": "text", "text": "{}"}]}, None),
        ({"stop_reason": "refusal", "content": []}, None),
        ({"stop_reason": "end_turn", "content": [{"type": "thinking", "thinking": "Hm"}]}, ""),
    ],
    ids=["complete", "cut off", "refused", "thoughts only"],
)
def test_only_a_complete_answer_is_read(message, answer):
    assert answer_text(json.dumps(message).encode()) == answer


def test_every_call_is_without_verdict_when_nobody_judged():
    assert no_verdicts(CALLS, "timeout") == {"toolu_1": Unavailable("timeout"), "toolu_2": Unavailable("timeout")}
