import pytest

from conversion.errors import InvalidRequest
from tests.conversion.request.ask import ask, assistant, call, result, tool, user

TOOLS = [tool("Read"), tool("Bash")]
BASH = {"type": "tool", "name": "Bash"}
AUTO_ONLY = {"tool_choices": ["auto"]}


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (None, None),
        ({"type": "auto"}, "auto"),
        ({"type": "any"}, "required"),  # protocol E116
        (BASH, {"type": "function", "function": {"name": "Bash"}}),  # protocol E116
        ({"type": "none"}, "none"),  # protocol E116
    ],
)
@pytest.mark.parametrize("dialect", ["openai", "azure", "openrouter", "groq", "together", "xai", "vllm", "generic"])
def test_choices_are_translated(dialect, choice, expected):
    sent = ask(dialect=dialect, tools=TOOLS, tool_choice=choice)
    assert sent.body.get("tool_choice") == expected
    assert sent.tool_names == ["Read", "Bash"]
    assert sent.conversion.notices == ()


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"type": "maybe"}, "tool_choice.type: Input should be 'auto', 'any', 'tool' or 'none'"),  # protocol E116
        ({}, "tool_choice.type: Field required"),
        ({"type": "tool"}, "tool_choice.name: Field required"),
        ("auto", "tool_choice: Input should be an object"),
    ],
)
def test_other_choices_are_refused(choice, message):
    with pytest.raises(InvalidRequest) as caught:
        ask(tools=TOOLS, tool_choice=choice)
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("choice", "overrides", "told", "names", "instruction"),
    [
        pytest.param(
            {"type": "any"}, {"any_tool_word": "any"}, "any", ["Read", "Bash"], None, id="another word"
        ),  # protocol E116
        pytest.param(
            {"type": "any"},
            AUTO_ONLY,
            "auto",
            ["Read", "Bash"],
            "Your next answer must call one of the available tools.",
            id="any",
        ),  # protocol E117
        pytest.param(BASH, AUTO_ONLY, "auto", ["Bash"], "Your next answer must call the tool Bash.", id="one"),
        pytest.param(BASH, {"tool_choices": ["auto", "any"]}, "required", ["Bash"], None, id="one of one"),
        pytest.param({"type": "auto"}, {"tool_choices": []}, None, ["Read", "Bash"], None, id="no word at all"),
        pytest.param({"type": "none"}, AUTO_ONLY, None, [], None, id="none"),
    ],
)
def test_what_cannot_be_told_becomes_an_instruction(choice, overrides, told, names, instruction):
    sent = ask(dialect="generic", overrides=overrides, tools=TOOLS, tool_choice=choice, system="S")
    assert sent.body.get("tool_choice") == told
    assert sent.tool_names == names
    assert sent.messages[0]["content"] == (f"S\n\n{instruction}" if instruction else "S")
    assert ("tool_choice_as_text" in sent.notices) is (instruction is not None)


ANY, ONE, NONE = {"type": "any"}, BASH, {"type": "none"}
FUNCTION = {"type": "function", "function": {"name": "Bash"}}
BOTH, ONLY, HIDDEN = ["Read", "Bash"], ["Bash"], []
MUST = "Your next answer must call one of the available tools."
MUST_BASH = "Your next answer must call the tool Bash."


@pytest.mark.parametrize(
    ("dialect", "model", "choice", "told", "names", "instruction"),
    [
        ("mistral", "", ANY, "any", BOTH, None),  # protocol E116
        ("mistral", "", ONE, "any", ONLY, None),
        ("mistral", "", NONE, "none", BOTH, None),
        ("moonshot", "kimi-k2.6", ANY, "auto", BOTH, MUST),  # protocol E117
        ("moonshot", "kimi-k2.7-code", ONE, "auto", ONLY, MUST_BASH),
        ("moonshot", "kimi-k3", ANY, "required", BOTH, None),
        ("moonshot", "kimi-k3", ONE, "required", ONLY, None),
        ("moonshot", "moonshot-v1-8k", ANY, "required", BOTH, None),
        ("moonshot", "moonshot-v1-8k", NONE, None, HIDDEN, None),
        ("zai", "", {"type": "auto"}, "auto", BOTH, None),
        ("zai", "", ANY, "auto", BOTH, MUST),  # protocol E117
        ("zai", "", ONE, "auto", ONLY, MUST_BASH),
        ("zai", "", NONE, None, HIDDEN, None),
        ("qwen", "qwen3.7-plus", ANY, "auto", BOTH, MUST),
        ("qwen", "qwen3.7-plus", ONE, "auto", ONLY, MUST_BASH),
        ("qwen", "qwen-plus", ANY, "required", BOTH, None),
        ("deepseek", "", ANY, "auto", BOTH, MUST),
        ("deepseek", "", ONE, "auto", ONLY, MUST_BASH),
        ("deepseek", "", NONE, "none", BOTH, None),
        ("deepseek", "deepseek-chat", ONE, FUNCTION, BOTH, None),
        ("llamacpp", "", ONE, "required", ONLY, None),
        ("lmstudio", "", ONE, "required", ONLY, None),
        ("llamacpp", "", ANY, "required", BOTH, None),
        ("ollama", "", {"type": "auto"}, None, BOTH, None),
        ("ollama", "", ANY, None, BOTH, MUST),
        ("ollama", "", ONE, None, ONLY, MUST_BASH),
        ("ollama", "", NONE, None, HIDDEN, None),
        ("minimax", "", ANY, None, BOTH, MUST),
        ("gemini", "", ANY, "required", BOTH, None),
        ("gemini", "", ONE, FUNCTION, BOTH, None),
    ],
)
def test_dialects_have_exceptions(dialect, model, choice, told, names, instruction):
    sent = ask(dialect=dialect, model=model, tools=TOOLS, tool_choice=choice, system="S")
    assert sent.body.get("tool_choice") == told
    assert sent.tool_names == names
    assert sent.messages[0]["content"] == (f"S\n\n{instruction}" if instruction else "S")


@pytest.mark.parametrize("dialect", ["deepseek", "moonshot"])
def test_more_can_be_demanded_of_a_model_that_does_not_think(dialect):
    off = {"thinking": {"type": "disabled"}}
    assert ask(dialect=dialect, tools=TOOLS, tool_choice=BASH, **off).body["tool_choice"] == FUNCTION
    on = {"output_config": {"effort": "high"}}
    sent = ask(dialect="qwen", model="qwen-plus", tools=TOOLS, tool_choice=BASH, **on)
    assert sent.body["tool_choice"] == "auto"


def test_tools_cannot_be_hidden_from_a_history_with_calls():
    messages = [user("a"), assistant(call()), user(result())]
    sent = ask(messages, "generic", overrides=AUTO_ONLY, tools=TOOLS, tool_choice={"type": "none"})
    assert sent.tool_names == ["Read", "Bash"]
    assert sent.messages[0]["content"] == "Do not call any tool in your next answer."


@pytest.mark.parametrize("dialect", ["openai", "azure", "azure_v1", "openrouter", "xai", "groq", "mistral", "vllm"])
def test_parallel_calls_are_switched_off_at_the_backend(dialect):  # protocol E118
    sent = ask(dialect=dialect, tools=TOOLS, tool_choice={"type": "auto", "disable_parallel_tool_use": True})
    assert sent.body["parallel_tool_calls"] is False
    assert not sent.terms.parallel_tool_use


@pytest.mark.parametrize("dialect", ["generic", "gemini", "deepseek", "qwen", "zai", "ollama", "llamacpp", "together"])
def test_parallel_calls_are_dropped_here_otherwise(dialect):  # protocol E118
    sent = ask(dialect=dialect, tools=TOOLS, tool_choice={**BASH, "disable_parallel_tool_use": True})
    assert "parallel_tool_calls" not in sent.body
    assert not sent.terms.parallel_tool_use


@pytest.mark.parametrize("choice", [None, {"type": "auto"}, {"type": "any", "disable_parallel_tool_use": False}])
def test_parallel_calls_are_the_default(choice):
    sent = ask(tools=TOOLS, tool_choice=choice)
    assert "parallel_tool_calls" not in sent.body
    assert sent.terms.parallel_tool_use


def test_the_reply_is_told_the_forced_tool():
    assert ask(tools=TOOLS, tool_choice=BASH).terms.forced_tool == "Bash"
    assert ask(tools=TOOLS).terms.forced_tool is None


def test_a_tool_that_the_backend_runs_has_no_function_to_name():
    search = {"type": "web_search_20250305", "name": "web_search"}
    sent = ask(dialect="openrouter", tools=[search], tool_choice={"type": "tool", "name": "web_search"})
    assert sent.body["tool_choice"] == "required"
