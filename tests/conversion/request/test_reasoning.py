import pytest

from conversion.signatures import ReasoningState, seal
from tests.conversion.request.ask import SECRET, ask, assistant, call, result, user

DETAILS = [
    {"type": "reasoning.text", "text": "Hm.", "signature": "abc", "format": "anthropic-claude-v1", "index": 0},
    {"type": "reasoning.encrypted", "data": "xyz", "id": "r1", "unheard_of": True},
]
TEXT_BACK = {"reasoning_fields": ["reasoning_content"]}


def thinking(words="Hm.", signature="foreign"):
    return {"type": "thinking", "thinking": words, "signature": signature}


def sealed(kind="rd", payload=DETAILS, group="openrouter.test", secret=SECRET):
    return seal(ReasoningState(group, "some/model", kind, payload), secret)


def said(block, *more, dialect="openrouter", **keys):
    messages = [user("a"), assistant(block, "b", *more), user(result() if more else "c")]
    return ask(messages, dialect, **keys).messages[1]


def test_the_details_of_the_backend_come_back_untouched():  # protocol D94
    assert said(thinking(signature=sealed())) == {"role": "assistant", "content": "b", "reasoning_details": DETAILS}


def test_details_may_be_redacted():
    assert said({"type": "redacted_thinking", "data": sealed()})["reasoning_details"] == DETAILS


def test_details_of_a_call_come_back_with_it():
    assert said(thinking(signature=sealed()), call())["reasoning_details"] == DETAILS


@pytest.mark.parametrize(
    "signature",
    [
        pytest.param("EqQBCgIYAhIM", id="of the real Claude"),  # protocol D92
        pytest.param("", id="none"),
        pytest.param(sealed(group="elsewhere"), id="of another backend"),  # protocol D95
        pytest.param(sealed(secret=b"other"), id="of another secret"),
        pytest.param(sealed()[:-1], id="cut off"),
        pytest.param(sealed(kind="t", payload=None), id="text only"),
    ],
)
def test_other_state_is_dropped_silently(signature):
    assert said(thinking(signature=signature)) == {"role": "assistant", "content": "b"}


@pytest.mark.parametrize("dialect", ["openai", "generic"])
def test_thinking_never_reaches_backends_that_want_none(dialect):  # protocol D92
    assert said(thinking(signature=sealed(group=f"{dialect}.test")), dialect=dialect) == {
        "role": "assistant",
        "content": "b",
    }


@pytest.mark.parametrize(
    ("signature", "has_call", "expected"),
    [
        pytest.param(sealed("t", None, "generic.test"), False, "Hm.", id="ours"),
        pytest.param(sealed("t", "Hidden.", "generic.test"), False, "Hidden.", id="ours, hidden from the client"),
        pytest.param("foreign", True, "Hm.", id="foreign, with a call"),
        pytest.param("foreign", False, None, id="foreign, without a call"),
        pytest.param(sealed("t", "Hidden.", "elsewhere"), False, None, id="of another backend"),
    ],
)
def test_text_comes_back_where_it_is_wanted(signature, has_call, expected):
    more = [call()] if has_call else []
    message = said(thinking(signature=signature), *more, dialect="generic", overrides=TEXT_BACK)
    assert message.get("reasoning_content") == expected


@pytest.mark.parametrize(
    ("keep", "expected"),
    [
        pytest.param({"type": "all"}, [True, True], id="all"),
        pytest.param("all", [True, True], id="all as a word"),
        pytest.param({"type": "thinking_turns", "value": 1}, [False, True], id="one turn"),  # protocol B42
        pytest.param({"type": "thinking_turns", "value": 0}, [False, False], id="none"),
        pytest.param({"type": "thinking_turns", "value": 9}, [True, True], id="more than there are"),
    ],
)
def test_thinking_of_older_turns_may_be_cleared(keep, expected):
    turn = assistant(thinking(signature=sealed()), "b")
    edits = [{"type": "unheard_of"}, {"type": "clear_thinking_20251015", "keep": keep}]
    sent = ask([user("a"), turn, user("c"), turn, user("d")], "openrouter", context_management={"edits": edits})
    assert ["reasoning_details" in sent.messages[index] for index in (1, 3)] == expected


@pytest.mark.parametrize(("given", "expected"), [({"edits": []}, True), (None, False)])
def test_the_reply_is_told_of_context_management(given, expected):  # protocol B41
    assert ask(context_management=given).terms.context_management is expected
