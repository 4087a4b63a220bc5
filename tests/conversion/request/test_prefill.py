import pytest

from tests.conversion.request.ask import ask, assistant, call, text, user

BEGUN = [user("Count."), assistant("One, two, \n")]
INSTRUCTION = "Continue your last message exactly where it stopped. Do not repeat any of it and do not comment."


@pytest.mark.parametrize(
    "dialect",
    ["openai", "azure", "deepseek", "gemini", "xai", "zai", "minimax", "groq", "together", "ollama", "lmstudio"],
)
def test_models_are_told_to_go_on(dialect):  # protocol D91
    sent = ask(BEGUN, dialect, thinking={"type": "disabled"})
    assert sent.messages[1:] == [
        {"role": "assistant", "content": "One, two,"},
        {"role": "user", "content": INSTRUCTION},
    ]
    assert sent.terms.prefill == "One, two,"


@pytest.mark.parametrize(
    ("dialect", "overrides", "message", "request_fields"),
    [
        ("openrouter", {}, {}, {}),
        ("llamacpp", {}, {}, {}),
        ("mistral", {}, {"prefix": True}, {}),
        ("deepseek", {"prefill": "prefix"}, {"prefix": True}, {}),  # protocol D91
        ("moonshot", {}, {"partial": True}, {}),
        ("qwen", {}, {"partial": True}, {}),
        ("vllm", {}, {}, {"continue_final_message": True, "add_generation_prompt": False}),  # protocol D91
        ("sglang", {}, {}, {"continue_final_message": True, "add_generation_prompt": False}),
    ],
)
def test_other_backends_go_on_by_themselves(dialect, overrides, message, request_fields):
    sent = ask(BEGUN, dialect, overrides=overrides, thinking={"type": "disabled"})
    assert sent.last == {"role": "assistant", "content": "One, two,"} | message
    assert request_fields.items() <= sent.body.items()
    assert sent.terms.prefill == "One, two,"  # some of them repeat it in whole answers


def test_white_space_is_cut_off_behind_a_marker_too():
    begun = text("One, two, ", cache_control={"type": "ephemeral"})
    assert ask([user("Count."), assistant(begun)], "openrouter").last["content"] == [begun | {"text": "One, two,"}]


@pytest.mark.parametrize(
    "parameters",
    [
        pytest.param({"thinking": {"type": "adaptive"}}, id="thinking"),
        pytest.param({"output_format": {"type": "json_schema", "schema": {"type": "object"}}}, id="format"),
    ],
)
def test_nothing_is_cut_off_where_the_answer_cannot_go_on_exactly(parameters):
    sent = ask(BEGUN, "generic", overrides={"prefill": "prefix"}, **parameters)
    assert sent.last == {"role": "user", "content": INSTRUCTION}
    assert sent.terms.prefill == ""


@pytest.mark.parametrize(
    "messages",
    [
        pytest.param([user("a")], id="the user"),
        pytest.param([user("a"), assistant("b", call())], id="a pending call"),
        pytest.param([user("a"), assistant(" ")], id="blank text"),
    ],
)
def test_other_endings_are_no_prefill(messages):
    sent = ask(messages)
    assert sent.last["content"] != INSTRUCTION
    assert sent.terms.prefill == ""
