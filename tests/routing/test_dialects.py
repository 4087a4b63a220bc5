"""Which dialect a base URL tells, and what overrides make of it."""

import pytest

from conversion.profiles import DIALECTS
from routing.dialects import HOSTS, PORTS, dialect_of, profile, wrong_overrides

URLS = [
    ("https://openrouter.ai/api/v1", "openrouter"),
    ("https://api.openai.com/v1", "openai"),
    ("https://eu.api.openai.com/v1", "openai"),
    ("https://API.OpenAI.com/v1", "openai"),
    ("https://team.openai.azure.com/openai/v1", "azure_v1"),
    ("https://team.openai.azure.com/openai/v1/", "azure_v1"),
    ("https://team.openai.azure.com/openai/deployments/gpt", "azure"),
    ("https://team.openai.azure.com", "azure_v1"),
    ("https://team.cognitiveservices.azure.com/openai/deployments/gpt", "azure"),
    ("https://team.openai.azure.us/openai/v1", "azure_v1"),
    ("https://api.deepseek.com", "deepseek"),
    ("https://generativelanguage.googleapis.com/v1beta/openai", "gemini"),
    ("https://api.x.ai/v1", "xai"),
    ("https://api.mistral.ai/v1", "mistral"),
    ("https://api.moonshot.ai/v1", "moonshot"),
    ("https://api.moonshot.cn/v1", "moonshot"),
    ("https://dashscope-intl.aliyuncs.com/compatible-mode/v1", "qwen"),
    ("https://api.z.ai/api/paas/v4", "zai"),
    ("https://api.minimax.io/v1", "minimax"),
    ("https://api.groq.com/openai/v1", "groq"),
    ("https://api.together.xyz/v1", "together"),
    ("http://localhost:11434/v1", "ollama"),
    ("http://127.0.0.1:1234/v1", "lmstudio"),
    ("http://[::1]:8080/v1", "llamacpp"),
    ("http://localhost:8000/v1", "vllm"),
    ("http://host.docker.internal:11434/v1", "ollama"),
    ("http://ollama:11434/v1", "ollama"),
    ("http://192.168.1.7:8000/v1", "vllm"),
    ("http://127.0.0.1:9099/v1", "generic"),
    ("https://llm.example.com:8000/v1", "generic"),
    ("https://api.openai.com.example.org/v1", "generic"),
    ("https://example.com/api.openai.com", "generic"),
    ("http://localhost:99999/v1", "generic"),
    ("nonsense", "generic"),
]


@pytest.mark.parametrize(("url", "dialect"), URLS, ids=[url for url, _ in URLS])
def test_the_host_tells_the_dialect(url, dialect):
    assert dialect_of(url) == dialect


@pytest.mark.parametrize(
    ("url", "recognised", "dialect"),
    [
        ("http://127.0.0.1:9099/v1", "llamacpp", "llamacpp"),
        ("https://llm.example.com/v1", "vllm", "vllm"),
        ("http://localhost:8000/v1", "llamacpp", "llamacpp"),
        ("https://openrouter.ai/api/v1", "vllm", "openrouter"),
        ("http://127.0.0.1:9099/v1", "of another version", "generic"),
    ],
    ids=["another port", "a name", "another server's port", "a known host", "unknown"],
)
def test_the_list_tells_the_dialect_where_the_host_does_not(url, recognised, dialect):
    assert dialect_of(url, recognised=recognised) == dialect


def test_an_api_version_makes_azure_ask_deployments():
    assert dialect_of("https://team.openai.azure.com", "2024-12-01-preview") == "azure"
    assert dialect_of("https://team.openai.azure.com/openai/v1", "2024-12-01-preview") == "azure_v1"


@pytest.mark.parametrize("dialect", sorted({*HOSTS.values(), *PORTS.values(), "azure_v1", "generic"}))
def test_each_dialect_that_a_url_can_tell_has_a_profile(dialect):
    assert dialect in DIALECTS
    assert profile(dialect, "some-model").dialect == dialect


def test_the_overrides_of_the_model_win_over_those_of_the_backend():
    habits = profile("generic", "m", {"minimum_max_tokens": 5, "lenient_eof": True}, {"minimum_max_tokens": 7})
    assert (habits.minimum_max_tokens, habits.lenient_eof) == (7, True)


def test_overrides_that_fit_no_more_are_left_out(caplog):
    assert profile("generic", "m", {"gone": 1}) == profile("generic", "m")
    assert "gone" in caplog.text


@pytest.mark.parametrize(
    ("overrides", "complaint"),
    [
        ({"no_such_habit": 1}, "no_such_habit"),
        ({"dialect": "openai"}, "dialect"),
        ({"max_tokens_field": "tokens"}, "tokens"),
        ({"minimum_max_tokens": "many"}, "int"),
        (["a list"], "object"),
    ],
)
def test_wrong_overrides_are_told(overrides, complaint):
    assert complaint in wrong_overrides(overrides)


def test_right_overrides_are_fine():
    assert wrong_overrides({"max_tokens_field": "max_completion_tokens", "stop_limit": None}) is None
