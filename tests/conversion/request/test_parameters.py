import pytest

from conversion.errors import InvalidRequest
from tests.conversion.request.ask import KEYS, ask

GPT5 = {"model": "gpt-5-mini"}


@pytest.mark.parametrize(
    ("dialect", "field", "value"),
    [
        pytest.param("openai", "max_completion_tokens", 16, id="openai"),  # protocol B18
        pytest.param("openrouter", "max_completion_tokens", 16, id="openrouter"),
        pytest.param("generic", "max_tokens", 5, id="generic"),  # protocol B18
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


@pytest.mark.parametrize("dialect", ["openai", "openrouter", "generic"])
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
    ("dialect", "expected"),
    [("openrouter", 40), ("openai", None), ("generic", None)],
)
def test_top_k_goes_where_it_is_known(dialect, expected):  # protocol B23
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


@pytest.mark.parametrize("model", ["o3", "gpt-5-mini", "gpt-5.4", "gpt-6.2"])
def test_stop_sequences_of_models_that_reason_are_enforced_here(model):  # protocol B25
    sent = ask(model=model, stop_sequences=["</severity>"])
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


def test_backends_without_stream_options_get_none():  # protocol B26
    sent = ask(dialect="generic", overrides={"stream_usage": False}, stream=True)
    assert sent.body["stream"] is True
    assert "stream_options" not in sent.body


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
        ("openrouter", {"session_id": KEYS.conversation, "user": KEYS.user}),
        ("generic", {}),
    ],
)
def test_identity_goes_where_it_is_understood(dialect, expected):  # protocol B36, B37
    fields = {"prompt_cache_key", "safety_identifier", "store", "session_id", "user"}
    assert {name: value for name, value in ask(dialect=dialect).body.items() if name in fields} == expected


@pytest.mark.parametrize(
    ("dialect", "parameters", "expected"),
    [
        ("openai", {"service_tier": "standard_only"}, "default"),  # protocol B38
        ("generic", {"service_tier": "standard_only"}, None),
        ("openai", {"service_tier": "auto"}, None),
        ("openai", {"speed": "fast"}, "priority"),  # protocol B39
        ("openrouter", {"speed": "fast"}, "priority"),
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
