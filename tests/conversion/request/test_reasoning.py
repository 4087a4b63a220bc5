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


OFF = {"thinking": {"type": "disabled"}}


@pytest.mark.parametrize(
    ("dialect", "model", "parameters", "expected"),
    [
        pytest.param("deepseek", "deepseek-v4-pro", {}, "", id="deepseek"),  # protocol D93
        pytest.param("deepseek", "deepseek-v4-pro", OFF, None, id="deepseek, switched off"),
        pytest.param("deepseek", "deepseek-chat", {}, None, id="deepseek, off by itself"),
        pytest.param(
            "deepseek", "deepseek-chat", {"output_config": {"effort": "high"}}, "", id="deepseek, switched on"
        ),
        pytest.param("moonshot", "kimi-k2.6", {}, " ", id="moonshot"),
        pytest.param("moonshot", "kimi-k2.6", OFF, None, id="moonshot, switched off"),
        pytest.param("moonshot", "moonshot-v1-128k", {}, None, id="moonshot, without thinking"),
        pytest.param("zai", "glm-4.7", {}, None, id="zai"),
    ],
)
def test_some_backends_want_a_word_where_no_thinking_is_known(dialect, model, parameters, expected):
    messages = [user("a"), assistant("b", call()), user(result()), assistant("c"), user("d")]
    sent = ask(messages, dialect, model=model, **parameters)
    found = [message.get("reasoning_content") for message in sent.messages if message["role"] == "assistant"]
    assert found == [expected, expected]


@pytest.mark.parametrize(
    ("dialect", "model", "fields"),
    [
        ("deepseek", "deepseek-v4-pro", {"reasoning_content"}),
        ("moonshot", "kimi-k2.6", {"reasoning_content"}),
        ("qwen", "qwen3.6-plus", {"reasoning_content"}),
        ("qwen", "qwen3-max", set()),
        ("zai", "glm-4.7", {"reasoning_content"}),
        ("groq", "openai/gpt-oss-120b", {"reasoning"}),
        ("groq", "llama-3.3-70b", set()),
        ("ollama", "qwen3", {"reasoning"}),
        ("vllm", "qwen3", set()),
        ("llamacpp", "qwen3", set()),
        ("together", "qwen3", set()),
        ("xai", "grok-4", set()),
        ("minimax", "MiniMax-M3", set()),
    ],
)
def test_the_text_of_thinking_has_the_field_of_its_dialect(dialect, model, fields):
    block = thinking(signature=sealed("t", None, f"{dialect}.test"))
    message = said(block, call(), dialect=dialect, model=model)
    assert {name: message[name] for name in message.keys() - {"role", "content", "tool_calls"}} == dict.fromkeys(
        fields, "Hm."
    )


def test_servers_of_ones_own_may_be_given_both_fields():
    fields = {"reasoning_fields": ["reasoning", "reasoning_content"]}
    block = thinking(signature=sealed("t", None, "vllm.test"))
    message = said(block, dialect="vllm", overrides=fields)
    assert (message["reasoning"], message["reasoning_content"]) == ("Hm.", "Hm.")


def test_minimax_gets_its_details_back():
    block = thinking(signature=sealed(group="minimax.test"))
    assert said(block, dialect="minimax")["reasoning_details"] == DETAILS


def test_mistral_gets_its_thinking_as_a_part():
    block = thinking(signature=sealed("t", None, "mistral.test"))
    thought = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}
    assert said(block, dialect="mistral")["content"] == [thought, {"type": "text", "text": "b"}]
    messages = [user("a"), assistant(block, call()), user(result())]
    assert ask(messages, "mistral").messages[1]["content"] == [thought]
    assert said(thinking(), call(), dialect="mistral")["content"] == "b"


@pytest.mark.parametrize("shown", ["Hm.", ""], ids=["shown", "hidden"])
def test_mistral_gets_the_signature_of_its_thinking_back(shown):
    state = {"signature": "sig", "text": None if shown else "Hm."}
    block = thinking(shown, sealed("ms", state, "mistral.test"))
    thought = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}], "signature": "sig"}
    assert said(block, dialect="mistral")["content"] == [thought, {"type": "text", "text": "b"}]


def test_thinking_may_stand_in_tags():
    block = thinking(signature=sealed("t", None, "generic.test"))
    message = said(block, dialect="generic", overrides={"reasoning_in_content": "tags"})
    assert message == {"role": "assistant", "content": "<think>Hm.</think>\nb"}


SIGNED = {"google": {"thought_signature": "abc"}}
DUMMY = {"google": {"thought_signature": "skip_thought_signature_validator"}}


def signatures(*blocks, **keys):
    two = (call(id="toolu_1"), call(id="toolu_2"))
    messages = [user("a"), assistant(*blocks, *two), user(result(id="toolu_1"), result(id="toolu_2"))]
    sent = ask(messages, keys.pop("dialect", "gemini"), **keys)
    return [each.get("extra_content") for each in sent.messages[1]["tool_calls"]]


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        pytest.param({"toolu_1": SIGNED}, [SIGNED, None], id="first"),  # protocol D96
        pytest.param({"toolu_1": SIGNED, "toolu_2": SIGNED}, [SIGNED, SIGNED], id="both"),
        pytest.param({"toolu_2": SIGNED}, [DUMMY, SIGNED], id="second"),
        pytest.param({"toolu_9": SIGNED}, [DUMMY, None], id="another"),  # protocol D96
    ],
)
def test_gemini_gets_the_signatures_of_its_calls_back(states, expected):
    state = sealed("gs", {"calls": states, "msg": None}, "gemini.test")
    assert signatures({"type": "redacted_thinking", "data": state}) == expected


def test_gemini_gets_a_dummy_where_no_signature_is_known():  # protocol D96
    assert signatures() == [DUMMY, None]
    assert signatures(thinking()) == [DUMMY, None]
    assert signatures(thinking(signature=sealed("gs", {"calls": {"toolu_1": SIGNED}, "msg": None}, "x"))) == [
        DUMMY,
        None,
    ]


def test_gemini_gets_what_hung_on_its_message_back():
    state = sealed("gs", {"calls": {}, "msg": SIGNED}, "gemini.test")
    assert said(thinking(signature=state), dialect="gemini")["extra_content"] == SIGNED


def test_any_backend_that_signs_calls_gets_the_signatures_back():
    state = sealed("gs", {"calls": {"toolu_1": SIGNED}, "msg": None}, "generic.test")
    assert signatures(thinking(signature=state), dialect="generic") == [SIGNED, None]


def test_signatures_may_be_held_back():
    state = sealed("gs", {"calls": {"toolu_1": SIGNED}, "msg": None}, "gemini.test")
    assert signatures(thinking(signature=state), overrides={"reasoning_state": "none"}) == [DUMMY, None]


def test_of_several_states_of_one_message_the_last_is_the_whole():
    first, whole = sealed(payload=DETAILS[:1]), sealed(payload=DETAILS)
    assert said(thinking(signature=first), thinking(signature=whole))["reasoning_details"] == DETAILS


def test_messages_in_a_row_keep_the_state_of_each():
    one = assistant(thinking(signature=sealed(payload=DETAILS[:1])), "b")
    two = assistant(thinking(signature=sealed(payload=DETAILS[1:])), "c")
    assert ask([user("a"), one, two, user("d")], "openrouter").messages[1]["reasoning_details"] == DETAILS
