import pytest

from tests.conversion.request.ask import DIALECTS, ask, assistant, call, image, result, system, text, tool, user

MARKER = {"type": "ephemeral"}
HOUR = {"type": "ephemeral", "ttl": "1h"}


def marked(words, marker=MARKER):
    return text(words, cache_control=marker)


def markers_in(value):
    match value:
        case dict():
            own = [value] if "cache_control" in value or "prompt_cache_breakpoint" in value else []
            return own + [each for inner in value.values() for each in markers_in(inner)]
        case list():
            return [each for inner in value for each in markers_in(inner)]
    return []


def test_markers_stay_on_their_parts():  # protocol C51
    sent = ask([user("a", marked("b"))], "openrouter", system=[text("s"), marked("t", HOUR)])
    assert sent.messages == [
        {"role": "system", "content": [text("s"), marked("t", HOUR)]},
        {"role": "user", "content": [text("a"), marked("b")]},
    ]


@pytest.mark.parametrize("dialect", [each for each in DIALECTS if each not in ("openrouter", "qwen", "minimax", "zai")])
def test_markers_are_stripped_elsewhere(dialect):  # protocol C51
    sent = ask(
        [user(marked("b"))], dialect, system=[marked("t")], tools=[tool(cache_control=MARKER)], cache_control=MARKER
    )
    assert markers_in(sent.body) == []
    assert [message["content"] for message in sent.messages] == ["t", "b"]


@pytest.mark.parametrize("dialect", ["qwen", "minimax", "zai"])
def test_some_dialects_take_markers_on_texts_only(dialect):
    messages = [user("a"), assistant("b"), user(marked("c"), image() | {"cache_control": MARKER})]
    sent = ask(messages, dialect, system=[marked("t")], tools=[tool(cache_control=MARKER)])
    assert markers_in(sent.body) == [marked("t"), marked("c")]
    assert ask(dialect=dialect, cache_control=HOUR).messages == [user(marked("Hello", HOUR))]


@pytest.mark.parametrize("field", ["cache_control", "prompt_cache_breakpoint"])
def test_markers_may_be_switched_off(field):
    sent = ask([user(marked("a"))], "openrouter", overrides={"omitted_fields": [field]}, cache_control=MARKER)
    assert sent.messages == [user("a")]
    assert "cache_control" not in sent.body


def test_only_the_last_four_are_kept():  # protocol C52
    messages = [user(marked("a")), assistant(marked("b")), user(marked("c"), image() | {"cache_control": MARKER})]
    sent = ask(messages, "openrouter", system=[marked("t")], tools=[tool(cache_control=MARKER)])
    assert len(markers_in(sent.body)) == 4
    assert len(markers_in(sent.messages[1:])) == 4


def test_tools_keep_theirs_beside_the_function():
    sent = ask(dialect="openrouter", tools=[tool(cache_control=HOUR)])
    assert sent.body["tools"][0]["cache_control"] == HOUR
    assert "cache_control" not in sent.body["tools"][0]["function"]


def test_results_and_system_messages_keep_theirs():
    messages = [user("a"), assistant(call()), user(result(cache_control=MARKER)), system(marked("s"))]
    sent = ask(messages, "openrouter", model="openai/gpt-4.1")
    assert sent.messages[2]["content"] == [marked("done")]
    assert sent.messages[3] == {"role": "system", "content": [marked("s")]}


def test_the_marker_of_the_request_is_forwarded():  # protocol B47
    assert ask(dialect="openrouter", cache_control=HOUR).body["cache_control"] == HOUR


def test_newer_openai_models_have_breakpoints_of_their_own():
    sent = ask([user(marked("a", HOUR))], model="gpt-5.6", system="s", tools=[tool(cache_control=MARKER)])
    assert sent.messages[1]["content"] == [text("a", prompt_cache_breakpoint={"mode": "explicit"})]
    assert len(markers_in(sent.body)) == 1


def test_the_marker_of_the_request_is_a_breakpoint_at_its_end():
    sent = ask([user("a"), assistant("b"), user("c")], model="gpt-5.6", cache_control=MARKER)
    assert sent.last["content"] == [text("c", prompt_cache_breakpoint={"mode": "explicit"})]
    assert "cache_control" not in sent.body


@pytest.mark.parametrize("marker", [{"type": "eternal"}, "ephemeral", {}, 5])
def test_other_markers_are_ignored(marker):
    assert markers_in(ask([user(marked("a", marker))], "openrouter").body) == []


def test_unknown_lifetimes_are_left_out():
    sent = ask([user(marked("a", {"type": "ephemeral", "ttl": "9y", "scope": "x"}))], "openrouter")
    assert sent.last["content"] == [marked("a")]


@pytest.mark.parametrize(
    ("dialect", "markers", "expected"),
    [
        pytest.param("openrouter", [HOUR], True, id="an hour"),
        pytest.param("openrouter", [HOUR, HOUR], True, id="an hour throughout"),
        pytest.param("openrouter", [MARKER], False, id="the usual five minutes"),
        pytest.param("openrouter", [HOUR, MARKER], False, id="both"),
        pytest.param("openrouter", [], False, id="nothing"),
        pytest.param("openai", [HOUR], False, id="an hour that the backend is not told of"),
    ],
)
def test_the_reply_is_told_of_long_lifetimes(dialect, markers, expected):
    sent = ask([user("a", *(marked(f"{number}", marker) for number, marker in enumerate(markers)))], dialect)
    assert sent.terms.one_hour_cache is expected


def test_the_marker_of_the_request_has_a_lifetime_too():
    assert ask("a", "openrouter", cache_control=HOUR).terms.one_hour_cache
