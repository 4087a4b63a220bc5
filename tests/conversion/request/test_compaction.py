"""The client's request for a summary is helped; nothing that only looks like one is touched."""

import pytest

from conversion.request.compaction import OPENING, REMINDER
from tests.conversion.request.ask import DIALECTS, ask, assistant, call, result, system, text, tool, user

TOOLS = [tool("Read"), tool("Bash")]
TALK = [user("a"), assistant("b", call()), user(result("c")), assistant("d")]
ASKS = f"{OPENING}. Do NOT call any tools.\n\nWrite <analysis> and <summary>."
WITH_WISHES = f"{ASKS}\n\nAdditional Instructions:\nOne list of the files, nothing else."


def compacting(dialect="openai", words=ASKS, **keys):
    return ask([*TALK, user(words)], dialect, tools=TOOLS, **keys)


def said_last(sent):
    return sent.last["content"]


@pytest.mark.parametrize("dialect", ["openai", "azure", "groq", "xai", "mistral", "vllm", "llamacpp", "generic"])
def test_calls_are_ruled_out_and_tools_stay_listed(dialect):
    sent = compacting(dialect)
    assert sent.body["tool_choice"] == "none"
    assert sent.tool_names == ["Read", "Bash"]
    assert said_last(sent) == ASKS
    assert "compaction_request" in sent.notices


@pytest.mark.parametrize("dialect", DIALECTS)
def test_nothing_changes_before_the_last_message(dialect):
    """Else the backend would read the whole conversation again, uncached."""
    usual, compacted = ask([*TALK, user("e")], dialect, tools=TOOLS), compacting(dialect)
    assert compacted.messages[:-1] == usual.messages[:-1]
    assert compacted.tools == usual.tools


@pytest.mark.parametrize(
    ("dialect", "model"),
    [
        pytest.param("ollama", "", id="a backend that knows no choices"),
        pytest.param("zai", "", id="a backend that knows only auto"),
        pytest.param("openrouter", "anthropic/claude-opus-5", id="a cache that ends with the choice"),
    ],
)
def test_calls_are_not_ruled_out_where_it_would_cost_the_cache(dialect, model):
    sent = compacting(dialect, model=model)
    assert sent.body.get("tool_choice") != "none"
    assert sent.tool_names == ["Read", "Bash"]
    assert said_last(sent) == ASKS


def test_sglang_is_reminded_because_a_choice_would_take_the_tools_away():
    sent = compacting("sglang")
    assert "tool_choice" not in sent.body
    assert said_last(sent).endswith(REMINDER)


@pytest.mark.parametrize("words", [ASKS, WITH_WISHES], ids=["plain", "with wishes"])
def test_a_reminder_is_the_last_word_and_the_users_words_stay(words):
    sent = compacting("generic", words, overrides={"compaction_help": ["tool_choice", "reminder"]})
    assert said_last(sent).startswith(words)
    assert said_last(sent).removeprefix(words).strip() == REMINDER
    assert sent.body["tool_choice"] == "none"


def test_the_words_of_the_user_stay():
    assert said_last(compacting(words=WITH_WISHES)) == WITH_WISHES


def test_a_summary_may_be_as_long_as_the_client_allows():
    sent = compacting("vllm", max_tokens=128_000, destination={"max_output_tokens": 32_000})
    assert sent.body["max_tokens"] == 32_000


@pytest.mark.parametrize("thinking", [{"type": "adaptive"}, {"type": "disabled"}, None])
def test_thinking_is_as_the_client_wants_it(thinking):
    keys = {"thinking": thinking} if thinking else {}
    usual, compacted = ask(TALK, "vllm", tools=TOOLS, **keys), compacting("vllm", **keys)
    assert compacted.body.get("chat_template_kwargs") == usual.body.get("chat_template_kwargs")


@pytest.mark.parametrize(
    "messages",
    [
        pytest.param([*TALK, user(result("e", "toolu_9"), text(ASKS))], id="beside a result"),
        pytest.param([*TALK, user("<system-reminder>x</system-reminder>", ASKS)], id="behind a reminder"),
        pytest.param([*TALK, user(ASKS), system("x")], id="before a system message"),
    ],
)
def test_it_is_found_where_clients_put_it(messages):
    assert "compaction_request" in ask(messages, tools=TOOLS).notices


@pytest.mark.parametrize(
    ("messages", "keys"),
    [
        pytest.param(
            [*TALK, user("e")],
            {"system": "You are good at summarizing conversations. Write <analysis> and <summary>."},
            id="a system prompt that speaks of summaries",
        ),
        pytest.param([*TALK, user("e")], {"system": ASKS}, id="a system prompt in the same words"),
        pytest.param([*TALK, user("Put <analysis> and <summary> into the page.")], {}, id="tags in the user's words"),
        pytest.param([*TALK, user(f"Why does it say `{OPENING}`?")], {}, id="a quotation"),
        pytest.param([*TALK, user("Summarize it: only file names.")], {}, id="a summary in the user's words"),
        pytest.param([user(ASKS), assistant("<summary>s</summary>"), user("e")], {}, id="an earlier request"),
        pytest.param([user("a"), assistant(ASKS), user("e")], {}, id="the model's words"),
        pytest.param([user("a"), assistant(call()), user(result(ASKS))], {}, id="a result"),
    ],
)
def test_what_only_looks_like_it_is_left_alone(messages, keys):
    sent = ask(messages, tools=TOOLS, overrides={"compaction_help": ["tool_choice", "reminder"]}, **keys)
    assert "tool_choice" not in sent.body
    assert "compaction_request" not in sent.notices
    assert REMINDER not in str(sent.messages)


def test_a_choice_of_the_clients_own_stands():
    assert compacting(tool_choice={"type": "any"}).body["tool_choice"] == "required"


def test_without_tools_there_is_nothing_to_rule_out():
    sent = ask([user("a"), assistant("b"), user(ASKS)])
    assert "tool_choice" not in sent.body
    assert "compaction_request" in sent.notices
