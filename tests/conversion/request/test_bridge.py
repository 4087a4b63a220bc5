import pytest

from tests.conversion.request.ask import ask, assistant, call, image, result, user

REMINDER = "<system-reminder>\nBe careful.\n</system-reminder>"


def after_a_result(*content, dialect="generic", model="devstral-small"):
    return ask([user("a"), assistant(call()), user(result(), *content)], dialect, model=model).messages[2:]


@pytest.mark.parametrize("reminders", [[REMINDER], [REMINDER, f"{REMINDER}\n"]], ids=["one", "two"])
def test_reminders_move_into_the_result(reminders):  # protocol D89
    (only,) = after_a_result(*reminders)
    assert only["role"] == "tool"
    assert only["content"] == "\n\n".join(["done", *reminders])


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(["Go on"], id="text"),  # protocol D89
        pytest.param([REMINDER, "Go on", REMINDER], id="text between reminders"),
        pytest.param([image()], id="image"),
    ],
)
def test_anything_else_follows_a_word_of_the_assistant(content):
    messages = after_a_result(*content)
    assert [message["role"] for message in messages] == ["tool", "assistant", "user"]
    assert messages[1]["content"] == "Understood."


@pytest.mark.parametrize(
    ("dialect", "model"),
    [("mistral", "mistral-large-latest"), ("vllm", "mistralai/Mistral-Large"), ("azure", "mistral-large")],
)
def test_it_is_the_model_that_needs_it(dialect, model):  # protocol D89
    messages = after_a_result("Go on", dialect=dialect, model=model)
    assert [message["role"] for message in messages] == ["tool", "assistant", "user"]


def test_parts_are_looked_at_too():
    (only,) = after_a_result(REMINDER, REMINDER, dialect="openrouter", model="mistralai/devstral-small")
    assert only["content"].count("Be careful.") == 2


def test_other_models_need_no_bridge():
    assert [message["role"] for message in after_a_result("Go on", model="qwen3")] == ["tool", "user"]
