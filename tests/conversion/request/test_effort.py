import pytest

from conversion.errors import InvalidRequest
from tests.conversion.request.ask import ask, system, tool, user

ADAPTIVE = {"type": "adaptive", "display": "updates"}
DISABLED = {"type": "disabled"}
TOOLS = [tool()]
ROOM = {"max_tokens": 20000}


def effort(word):
    return {"output_config": {"effort": word}}


def enabled(budget):
    return {"thinking": {"type": "enabled", "budget_tokens": budget}}


@pytest.mark.parametrize(
    ("model", "parameters", "expected"),
    [
        pytest.param("gpt-5.1", {"thinking": ADAPTIVE}, None, id="nothing asked"),  # protocol B27
        pytest.param("gpt-5.1", {}, None, id="no thinking at all"),
        pytest.param("gpt-5.1", effort("xhigh"), "high", id="list ends at high"),  # protocol B28
        pytest.param("gpt-5.2", effort("max"), "xhigh", id="list ends at xhigh"),
        pytest.param("gpt-5.6", effort("max"), "max", id="max is listed"),  # protocol B28
        pytest.param("gpt-5.1", {"thinking": DISABLED}, "none", id="disabled"),  # protocol B29
        pytest.param("gpt-5.1", {"thinking": {"type": "between_tools"}, **effort("high")}, "none", id="between tools"),
        pytest.param("gpt-5-nano", {"thinking": DISABLED}, "minimal", id="disabled, weakest is minimal"),
        pytest.param("o3", {"thinking": DISABLED}, "low", id="disabled, weakest is low"),
        pytest.param("gpt-6-astra", {"thinking": DISABLED}, "low", id="disabled, none is refused"),
        pytest.param("o3", enabled(2000), "low", id="budget 2000"),  # protocol B30
        pytest.param("o3", enabled(10000), "medium", id="budget 10000"),  # protocol B30
        pytest.param("o3", enabled(31999), "high", id="budget 31999"),  # protocol B30
        pytest.param("gpt-5.2", enabled(50000), "xhigh", id="budget 50000"),
        pytest.param("gpt-5.2", {**enabled(50000), **effort("low")}, "low", id="a word beats the budget"),
        pytest.param("o3", effort("enormous"), None, id="unknown word"),
        pytest.param("gpt-5.5", {**effort("high"), "tools": TOOLS}, None, id="5.5 with tools"),  # protocol B33
        pytest.param("gpt-5.6", {**effort("high"), "tools": TOOLS}, "none", id="5.6 with tools"),  # protocol B33
        pytest.param("gpt-5.6", {"tools": TOOLS}, "none", id="5.6 with tools, nothing asked"),
        pytest.param("gpt-5.6", effort("medium"), "medium", id="5.6 without tools"),  # protocol B33
        pytest.param("gpt-5.1", {**effort("medium"), "tools": TOOLS}, "medium", id="5.1 with tools"),
        pytest.param("gpt-4.1", effort("high"), None, id="a model that does not reason"),
        pytest.param("gpt-5.3-chat-latest", effort("high"), None, id="a chat model"),
    ],
)
def test_openai_models_are_told_a_word_of_their_list(model, parameters, expected):
    assert ask(model=model, **parameters).body.get("reasoning_effort") == expected


def test_effort_that_tools_cost_is_noticed():
    assert "effort_dropped" in ask(model="gpt-5.6", tools=TOOLS, **effort("high")).notices


def test_models_that_cannot_have_tools_are_refused_with_a_hint():
    with pytest.raises(InvalidRequest, match="OpenRouter"):
        ask(model="gpt-6.1-sol", tools=TOOLS)


@pytest.mark.parametrize(
    ("model", "parameters", "expected"),
    [
        pytest.param("some/model", {}, None, id="nothing asked"),
        pytest.param("some/model", {"thinking": DISABLED}, {"enabled": False}, id="disabled"),
        pytest.param("some/model", effort("max"), {"effort": "max"}, id="word"),
        pytest.param("some/model", enabled(10000), {"effort": "medium"}, id="budget as a word"),
        pytest.param(
            "anthropic/claude-sonnet-4.5", enabled(10000) | ROOM, {"max_tokens": 10000}, id="budget as a number"
        ),
        pytest.param("anthropic/claude-sonnet-4.5", enabled(10000), {"effort": "medium"}, id="budget beyond the limit"),
        pytest.param(
            "anthropic/claude-sonnet-4.5", effort("low"), {"effort": "low"}, id="word where budgets are known"
        ),
        pytest.param(
            "openai/gpt-5.6", {**effort("high"), "tools": TOOLS}, {"effort": "high"}, id="tools do not matter"
        ),
    ],
)
def test_openrouter_gets_an_object(model, parameters, expected):
    assert ask(dialect="openrouter", model=model, **parameters).body.get("reasoning") == expected


def test_generic_backends_are_told_only_where_configured():
    assert "reasoning_effort" not in ask(dialect="generic", **effort("high")).body
    configured = ask(dialect="generic", overrides={"reasoning": "effort"}, **effort("max"))
    assert configured.body["reasoning_effort"] == "high"


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        pytest.param(
            [user("a"), system("b", output_config={"effort": "low"})], "low", id="of the system message"
        ),  # protocol B32
        pytest.param(
            [user("a"), system("b", output_config={"effort": "low"}), system("c", output_config={"effort": "medium"})],
            "medium",
            id="of the last one",
        ),
        pytest.param(
            [user("a"), {"role": "system", "content": [], "output_config": {"effort": "low"}}],
            "low",
            id="without content",
        ),
        pytest.param(
            [user("a"), system("b", clear_at="next_user_message", output_config={"effort": "low"}), user("c")],
            "low",
            id="of a cleared one",
        ),
        pytest.param([user("a"), system("b")], "high", id="of the request"),
    ],
)
def test_system_messages_set_the_effort(messages, expected):
    assert ask(messages, model="o3", **effort("high")).body["reasoning_effort"] == expected


@pytest.mark.parametrize(
    ("thinking", "shown"),
    [
        (None, "shown"),
        (ADAPTIVE, "shown"),
        ({"type": "enabled", "budget_tokens": 5000, "display": "summarized"}, "shown"),
        ({"type": "adaptive", "display": "omitted"}, "omitted"),
        (DISABLED, "off"),
        ({"type": "between_tools"}, "off"),
    ],
)
def test_the_reply_is_told_how_to_show_thinking(thinking, shown):
    assert ask(thinking=thinking).terms.thinking == shown
