import pytest

from conversion.errors import InvalidRequest
from tests.conversion.request.ask import DIALECTS, KEYS, ask, tool

GPT5 = {"model": "gpt-5-mini"}
SERVERS = ("ollama", "vllm", "sglang", "llamacpp", "lmstudio", "generic")


@pytest.mark.parametrize(
    ("dialect", "field", "value"),
    [
        pytest.param("openai", "max_completion_tokens", 16, id="openai"),  # protocol B18
        pytest.param("openrouter", "max_completion_tokens", 16, id="openrouter"),
        *(pytest.param(dialect, "max_completion_tokens", 16, id=dialect) for dialect in ("azure", "azure_v1")),
        *(
            pytest.param(dialect, "max_completion_tokens", 5, id=dialect)
            for dialect in ("groq", "xai", "moonshot", "minimax")
        ),
        *(
            pytest.param(dialect, "max_tokens", 5, id=dialect)  # protocol B18
            for dialect in ("mistral", "deepseek", "zai", "qwen", "gemini", "together", *SERVERS)
        ),
    ],
)
def test_max_tokens_has_the_field_and_the_minimum_of_the_dialect(dialect, field, value):
    sent = ask(dialect=dialect, max_tokens=5)
    assert sent.body[field] == value
    assert len({"max_tokens", "max_completion_tokens"} & sent.body.keys()) == 1


@pytest.mark.parametrize(
    ("destination", "requested", "expected"),
    [
        pytest.param({"max_output_tokens": 16384}, 128000, 16384, id="known limit"),  # protocol B19
        pytest.param({"max_tokens_limit": 4096}, 128000, 4096, id="configured limit"),
        pytest.param({"max_output_tokens": 200000, "max_tokens_limit": 4096}, 128000, 128000, id="known one wins"),
        pytest.param({"min_tokens": 100}, 5, 100, id="configured minimum"),
        pytest.param({"max_output_tokens": 50, "min_tokens": 100}, 5, 50, id="never above the limit"),
        pytest.param({}, 1000, 1000, id="as asked"),
    ],
)
def test_max_tokens_is_kept_within_the_limits(destination, requested, expected):
    sent = ask(dialect="generic", destination=destination, max_tokens=requested)
    assert sent.body["max_tokens"] == sent.terms.max_tokens == expected


def test_max_tokens_of_zero_is_told_to_the_edge():  # protocol B20
    sent = ask(max_tokens=0)
    assert sent.terms.max_tokens == 0
    assert sent.terms.estimated_input_tokens >= 1


def test_nothing_is_invented():  # protocol B21, B27
    assert ask(dialect="generic").body == {
        "model": "qwen3-coder",
        "messages": [{"role": "user", "content": "Hello"}],
        "max_tokens": 1000,
    }


@pytest.mark.parametrize("dialect", [dialect for dialect in DIALECTS if dialect not in ("deepseek", "moonshot")])
def test_sampling_is_passed_on_even_when_zero(dialect):  # protocol B21
    sent = ask(dialect=dialect, temperature=0, top_p=0.5)
    assert (sent.body["temperature"], sent.body["top_p"]) == (0, 0.5)


def test_models_that_reason_get_no_sampling():  # protocol B22
    sent = ask(**GPT5, temperature=0.3, top_p=0.5)
    assert sent.body.keys().isdisjoint({"temperature", "top_p"})
    assert sent.notices.keys() == {"temperature_dropped", "top_p_dropped"}


def test_models_that_do_not_reason_this_time_get_sampling():
    sent = ask(model="gpt-5.1", temperature=0.3, thinking={"type": "disabled"})
    assert sent.body["temperature"] == 0.3


@pytest.mark.parametrize(
    ("dialect", "model", "thinking", "expected"),
    [
        ("deepseek", "deepseek-v4-pro", None, None),
        ("deepseek", "deepseek-v4-pro", {"type": "disabled"}, 0.3),
        ("deepseek", "deepseek-chat", None, 0.3),
        ("moonshot", "kimi-k2.6", {"type": "disabled"}, None),
        ("moonshot", "kimi-k2-0905-preview", None, None),
        ("moonshot", "moonshot-v1-128k", None, 0.3),
    ],
)
def test_sampling_that_has_no_effect_or_is_fixed_is_dropped(dialect, model, thinking, expected):
    sent = ask(dialect=dialect, model=model, thinking=thinking, temperature=0.3)
    assert sent.body.get("temperature") == expected
    assert ("temperature_dropped" in sent.notices) == (expected is None)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_top_k_goes_where_it_is_known(dialect):  # protocol B23
    knows = {"openrouter", "together", "mistral", "vllm", "sglang", "llamacpp", "lmstudio"}
    expected = 40 if dialect in knows else None
    sent = ask(dialect=dialect, top_k=40)
    assert sent.body.get("top_k") == expected
    assert ("top_k_dropped" in sent.notices) == (expected is None)


@pytest.mark.parametrize(
    ("parameter", "value", "message"),
    [
        ("temperature", "hot", "temperature: Input should be a valid number"),
        ("top_p", True, "top_p: Input should be a valid number"),
        ("stop_sequences", "x", "stop_sequences: Input should be a valid list"),
        ("stop_sequences", ["a", 5], "stop_sequences.1: Input should be a valid string"),
    ],
)
def test_values_of_a_wrong_type_are_refused(parameter, value, message):
    with pytest.raises(InvalidRequest, match=message):
        ask(**{parameter: value})


def test_stop_sequences_beyond_the_limit_are_enforced_here():  # protocol B24
    sent = ask(stop_sequences=list("abcdef"))
    assert sent.body["stop"] == list("abcd")
    assert sent.terms.local_stop_sequences == ("e", "f")
    assert sent.terms.stop_sequences == tuple("abcdef")


@pytest.mark.parametrize(
    ("dialect", "told"),
    [("gemini", 5), ("vllm", 6), ("sglang", 6), ("llamacpp", 6), ("ollama", 6), ("lmstudio", 4), ("mistral", 4)],
)
def test_dialects_take_so_many_stop_sequences(dialect, told):  # protocol B24
    sent = ask(dialect=dialect, stop_sequences=list("abcdef"))
    assert (len(sent.body["stop"]), len(sent.terms.local_stop_sequences)) == (told, 6 - told)


@pytest.mark.parametrize(
    ("dialect", "model"),
    [
        *(("openai", model) for model in ("o3", "gpt-5-mini", "gpt-5.4", "gpt-6.2")),
        ("azure", "gpt-5-mini"),
        ("xai", "grok-4-fast"),
        ("xai", "grok-4.3"),
        ("xai", "grok-code-fast-1"),
        ("openrouter", "x-ai/grok-4"),
    ],
)
def test_stop_sequences_of_models_that_reason_are_enforced_here(dialect, model):  # protocol B25
    sent = ask(dialect=dialect, model=model, stop_sequences=["</severity>"])
    assert "stop" not in sent.body
    assert sent.terms.local_stop_sequences == ("</severity>",)


def test_empty_and_repeated_stop_sequences_are_dropped():
    sent = ask(stop_sequences=["", " \n", "a", "a"])
    assert sent.body["stop"] == ["a"]
    assert sent.terms.stop_sequences == ("a",)
    assert "stop" not in ask(stop_sequences=[""]).body


def test_streams_report_their_usage():  # protocol B26
    sent = ask(stream=True)
    assert (sent.body["stream"], sent.body["stream_options"]) == (True, {"include_usage": True})
    assert sent.conversion.stream


@pytest.mark.parametrize("dialect", DIALECTS)
def test_backends_without_stream_options_get_none(dialect):  # protocol B26
    sent = ask(dialect=dialect, stream=True)
    assert sent.body["stream"] is True
    assert ("stream_options" in sent.body) == (dialect not in {"zai", "mistral"})


def test_qwen_is_always_asked_for_a_stream():
    assert ask(dialect="qwen", stream=False).conversion.stream


@pytest.mark.parametrize(
    ("stream", "tools", "expected"),
    [(True, [tool()], True), (True, [], None), (False, [tool()], None)],
    ids=["stream", "no tools", "no stream"],
)
def test_calls_of_zai_stream_only_when_it_is_told(stream, tools, expected):
    assert ask(dialect="zai", stream=stream, tools=tools).body.get("tool_stream") == expected


@pytest.mark.parametrize(
    ("dialect", "model", "field", "value"),
    [
        ("minimax", "MiniMax-M3", "reasoning_split", True),
        ("groq", "openai/gpt-oss-20b", "include_reasoning", True),
        ("groq", "qwen/qwen3-32b", "reasoning_format", "parsed"),
        ("qwen", "qwen3.7-plus", "preserve_thinking", True),
    ],
)
def test_some_fields_are_in_every_request(dialect, model, field, value):
    assert ask(dialect=dialect, model=model).body[field] == value


def test_the_administrator_may_add_fields_and_leave_some_out():
    overrides = {"extra_fields": {"provider": {"sort": "price"}}, "omitted_fields": ["user", "tools"]}
    body = ask(dialect="openrouter", overrides=overrides, tools=[tool()]).body
    assert body["provider"] == {"sort": "price"}
    assert body.keys().isdisjoint({"user", "tools"})


@pytest.mark.parametrize(
    ("dialect", "window", "refused"),
    [
        pytest.param("ollama", 4_000, True, id="too long"),
        pytest.param("ollama", 4_600, False, id="perhaps too long"),
        pytest.param("ollama", None, False, id="unknown window"),
        pytest.param("vllm", 4_000, False, id="the backend says so itself"),
    ],
)
def test_prompts_that_would_be_cut_in_silence_are_refused(dialect, window, refused):
    request = {"messages": "word " * 4_000, "dialect": dialect, "destination": {"context_window": window}}
    if not refused:
        ask(**request)
        return
    with pytest.raises(InvalidRequest, match=r"^prompt is too long: \d+ tokens > 4000 maximum$"):
        ask(**request)


@pytest.mark.parametrize(
    ("streaming", "asked", "expected"),
    [
        ("asked", True, True),
        ("asked", False, False),
        ("always", False, True),
        ("never", True, False),
    ],
)
def test_the_backend_may_be_asked_for_another_kind_of_reply(streaming, asked, expected):
    sent = ask(dialect="generic", overrides={"streaming": streaming}, stream=asked)
    assert sent.conversion.stream is sent.body.get("stream", False) is expected


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [
        ("openai", {"prompt_cache_key": KEYS.conversation, "safety_identifier": KEYS.user, "store": False}),
        ("azure_v1", {"prompt_cache_key": KEYS.conversation, "safety_identifier": KEYS.user, "store": False}),
        ("openrouter", {"session_id": KEYS.conversation, "user": KEYS.user}),
        ("mistral", {"prompt_cache_key": KEYS.conversation}),
        ("moonshot", {"prompt_cache_key": KEYS.conversation}),
        *(
            (dialect, {})
            for dialect in ("azure", "deepseek", "gemini", "xai", "qwen", "zai", "minimax", "groq", "together")
        ),
        *((dialect, {}) for dialect in SERVERS),
    ],
)
def test_identity_goes_where_it_is_understood(dialect, expected):  # protocol B36, B37
    fields = {"prompt_cache_key", "safety_identifier", "store", "session_id", "user"}
    assert {name: value for name, value in ask(dialect=dialect).body.items() if name in fields} == expected


@pytest.mark.parametrize(
    ("dialect", "parameters", "expected"),
    [
        ("openai", {"service_tier": "standard_only"}, "default"),  # protocol B38
        ("azure", {"service_tier": "standard_only"}, "default"),
        ("xai", {"service_tier": "standard_only"}, "default"),
        ("groq", {"service_tier": "standard_only"}, "on_demand"),  # protocol B38
        ("mistral", {"service_tier": "standard_only"}, None),  # protocol B38
        ("generic", {"service_tier": "standard_only"}, None),
        ("openai", {"service_tier": "auto"}, None),
        ("openai", {"speed": "fast"}, "priority"),  # protocol B39
        ("openrouter", {"speed": "fast"}, "priority"),
        ("xai", {"speed": "fast"}, "priority"),
        ("ollama", {"speed": "fast"}, None),  # protocol B39
        ("generic", {"speed": "fast"}, None),
        ("openai", {"speed": "standard"}, None),
    ],
)
def test_tiers_are_translated(dialect, parameters, expected):
    assert ask(dialect=dialect, **parameters).body.get("service_tier") == expected


def test_skills_that_cannot_run_are_noticed():
    assert "skills_dropped" in ask(container={"skills": [{"type": "anthropic", "skill_id": "pdf"}]}).notices
    assert ask(container={"id": "c", "skills": []}).conversion.notices == ()  # protocol B40


def test_a_speed_that_nobody_offers_is_noticed():  # protocol B39
    assert "speed_dropped" in ask(dialect="generic", speed="fast").notices
