import pytest
from pydantic import ValidationError

from tests.conversion.request.openai_judge import judge

GOOD = {"model": "gpt-4.1", "messages": [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}]}


def test_it_accepts_a_request():
    judge(GOOD)


@pytest.mark.parametrize(
    "message",
    [
        pytest.param({"role": "tool", "content": "x"}, id="tool message without an id"),
        pytest.param({"role": "user", "content": [{"type": "picture"}]}, id="part of an unknown type"),
        pytest.param(
            {"role": "assistant", "tool_calls": [{"id": "1", "type": "function"}]}, id="call without function"
        ),
    ],
)
def test_it_refuses_messages_that_are_none(message):
    with pytest.raises(ValidationError):
        judge(GOOD | {"messages": [message]})


def test_it_refuses_unknown_keys():
    with pytest.raises(AssertionError):
        judge(GOOD | {"top_k": 4})
