import pytest

from conversion.errors import InvalidRequest
from tests.conversion.request.ask import DIALECTS, ask, system, tool, user

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
    sent = ask(model=model, overrides={"wire": "chat"}, **parameters)
    assert sent.body.get("reasoning_effort") == expected


def test_effort_that_tools_cost_is_noticed():
    assert "effort_dropped" in ask(model="gpt-5.6", tools=TOOLS, **effort("high")).notices


def test_models_that_cannot_have_tools_are_refused_with_a_hint():
    with pytest.raises(InvalidRequest, match=r"`wire` to `responses`.*OpenRouter"):
        ask(model="gpt-6.1-sol", overrides={"wire": "chat"}, tools=TOOLS)


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


THINKING_FIELDS = {
    "reasoning",
    "reasoning_effort",
    "thinking",
    "enable_thinking",
    "thinking_budget",
    "chat_template_kwargs",
    "extra_body",
}
OFF = {"type": "disabled"}
ON = {"type": "enabled"}
KEPT = {"type": "enabled", "clear_thinking": False}
TEMPLATE = {"enable_thinking": True, "thinking": True}


def google(**config):
    return {"extra_body": {"google": {"thinking_config": {"include_thoughts": True, **config}}}}


WAYS = [
    # dialect, model, off, low, medium, high, xhigh, max (protocol §1.3)
    ("azure", "gpt-5.1", "none", "low", "medium", "high", "high", "high"),
    ("azure_v1", "gpt-5.2", "none", "low", "medium", "high", "xhigh", "xhigh"),
    ("deepseek", "deepseek-v4-pro", {"thinking": OFF}, *({"thinking": ON, "reasoning_effort": word} for word in ("low", "high", "high", "high", "max"))),
    ("gemini", "gemini-2.5-flash", "none", "low", "medium", "high", "high", "high"),
    ("gemini", "gemini-2.5-pro", "low", "low", "medium", "high", "high", "high"),
    ("gemini", "gemini-3.1-pro", "low", "low", "low", "high", "high", "high"),
    ("gemini", "gemini-3.8-flash", "minimal", "low", "medium", "high", "high", "high"),
    ("gemini", "gemini-2.0-flash", {}, {}, {}, {}, {}, {}),
    ("xai", "grok-4.3", "none", "low", "medium", "high", "xhigh", "xhigh"),
    ("xai", "grok-4-fast", {}, {}, {}, {}, {}, {}),
    ("xai", "grok-3-mini", "low", "low", "low", "high", "high", "high"),
    ("mistral", "mistral-large-latest", {}, {}, {}, {}, {}, {}),
    ("mistral", "magistral-medium-latest", {}, {}, {}, {}, {}, {}),
    ("mistral", "mistral-small-latest", "none", "high", "high", "high", "high", "high"),
    ("mistral", "mistral-large-4-0", "low", "low", "medium", "high", "high", "high"),
    ("moonshot", "kimi-k2.5", {"thinking": OFF}, *[{"thinking": ON}] * 5),
    ("moonshot", "kimi-k2.6", {"thinking": OFF}, *[{"thinking": {**ON, "keep": "all"}}] * 5),
    ("moonshot", "kimi-k2.7-code", {}, *[{"thinking": {**ON, "keep": "all"}}] * 5),
    ("moonshot", "kimi-k3", "low", "low", "high", "high", "high", "max"),
    ("moonshot", "moonshot-v1-128k", {}, {}, {}, {}, {}, {}),
    ("qwen", "qwen3-max", {"enable_thinking": False}, *({"enable_thinking": True, "thinking_budget": budget} for budget in (2048, 8192, 16384, 32768, 38912))),
    ("zai", "glm-4.7", {"thinking": OFF}, *[{"thinking": KEPT}] * 5),
    ("zai", "glm-5.2", {"thinking": OFF}, *[{"thinking": KEPT}] * 3, {"thinking": KEPT, "reasoning_effort": "high"}, {"thinking": KEPT, "reasoning_effort": "max"}),
    ("minimax", "MiniMax-M3", {"thinking": OFF}, *[{"thinking": {"type": "adaptive"}}] * 5),
    ("groq", "qwen/qwen3-32b", "none", "default", "default", "default", "default", "default"),
    ("groq", "openai/gpt-oss-120b", "low", "low", "medium", "high", "high", "high"),
    ("groq", "llama-3.3-70b", {}, {}, {}, {}, {}, {}),
    ("together", "qwen3", {"reasoning": {"enabled": False}}, "low", "medium", "high", "high", "high"),
    ("ollama", "qwen3", "none", "low", "medium", "high", "high", "high"),
    ("ollama", "llama3.3", {}, {}, {}, {}, {}, {}),
    ("vllm", "qwen3", {"chat_template_kwargs": dict.fromkeys(TEMPLATE, False)}, *[{"chat_template_kwargs": TEMPLATE}] * 5),
    ("sglang", "gpt-oss-20b", "low", "low", "medium", "high", "high", "high"),
    ("vllm", "mistral-small", {}, {}, {}, {}, {}, {}),
    ("llamacpp", "qwen3", {"chat_template_kwargs": {"enable_thinking": False}}, *[{"chat_template_kwargs": {"enable_thinking": True}}] * 5),
    ("lmstudio", "gpt-oss-20b", "low", "low", "medium", "high", "high", "high"),
    ("generic", "qwen3", {}, {}, {}, {}, {}, {}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("dialect", "model", "asked", "expected"),
    [
        pytest.param(dialect, model, asked, expected, id=f"{dialect} {model} {asked}")
        for dialect, model, *row in WAYS
        for asked, expected in zip(("off", "low", "medium", "high", "xhigh", "max"), row, strict=True)
    ],
)
def test_each_dialect_is_told_in_its_own_way(dialect, model, asked, expected):  # protocol B28, B29
    parameters = {"thinking": DISABLED} if asked == "off" else effort(asked)
    body = ask(dialect=dialect, model=model, **parameters).body
    told = {name: value for name, value in body.items() if name in THINKING_FIELDS}
    assert told == ({"reasoning_effort": expected} if isinstance(expected, str) else expected)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_nothing_asked_is_nothing_told(dialect):  # protocol B27
    for thinking in (None, ADAPTIVE):
        assert ask(dialect=dialect, thinking=thinking, max_tokens=200).body.keys().isdisjoint(THINKING_FIELDS)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_thinking_between_tools_is_accepted(dialect):  # protocol B31
    ask(dialect=dialect, thinking={"type": "between_tools"}, tools=TOOLS)


@pytest.mark.parametrize(
    ("model", "parameters", "expected"),
    [
        pytest.param("gemini-3.1-pro", {"thinking": ADAPTIVE, **effort("medium")}, google(thinking_level="low"), id="level"),
        pytest.param("gemini-2.5-pro", {"thinking": ADAPTIVE, **effort("medium")}, google(thinking_budget=8192), id="budget of a word"),
        pytest.param("gemini-2.5-pro", enabled(10000) | ROOM, google(thinking_budget=10000), id="budget"),
        pytest.param("gemini-3.1-pro", {"thinking": {"type": "adaptive", "display": "omitted"}, **effort("high")}, {"reasoning_effort": "high"}, id="not shown"),
        pytest.param("gemini-3.1-pro", {"thinking": DISABLED}, {"reasoning_effort": "low"}, id="off"),
    ],
)  # fmt: skip
def test_gemini_is_asked_for_thoughts_where_the_client_shows_them(model, parameters, expected):
    body = ask(dialect="gemini", model=model, **parameters).body
    assert {name: value for name, value in body.items() if name in THINKING_FIELDS} == expected


def test_qwen_takes_the_number_of_the_client():
    body = ask(dialect="qwen", **enabled(5000) | ROOM).body
    assert (body["enable_thinking"], body["thinking_budget"]) == (True, 5000)


def test_a_way_of_ones_own_may_be_described():
    way = {
        "on": {"options": {"think": True}},
        "effort": "options.level",
        "words": {"high": "3"},
        "off": {"options": {}},
    }
    overrides = {"reasoning": way, "efforts": ["none", "high"]}
    assert ask(dialect="generic", overrides=overrides, **effort("high")).body["options"] == {
        "think": True,
        "level": "3",
    }
    assert ask(dialect="generic", overrides=overrides, thinking=DISABLED).body["options"] == {}


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
