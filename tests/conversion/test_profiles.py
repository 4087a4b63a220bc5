import re
from dataclasses import fields

import pytest

from conversion.profiles import DIALECTS, BackendProfile, Reasoning, address_overrides, profile_for, version_overrides

HABITS = {field.name for field in fields(BackendProfile)}
FAMILIES = [
    pytest.param(profile, family, id=f"{name} {family.pattern}")
    for name, profile in DIALECTS.items()
    for group in profile.families
    for family in group
]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_each_dialect_is_known_by_its_name(dialect):
    assert DIALECTS[dialect].dialect == dialect


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_habits_of_each_dialect_are_valid(dialect):
    profile = profile_for(dialect, "some-model")
    habits = {name: getattr(profile, name) for name in HABITS - {"dialect", "families"}}
    assert profile_for("generic", "", habits).overridden({}) == profile_for("generic", "", habits)


@pytest.mark.parametrize(("profile", "family"), FAMILIES)
def test_families_have_habits_that_exist(profile, family):
    re.compile(family.pattern)
    assert {name for name, _ in family.habits} <= HABITS - {"dialect", "families"}
    profile_for(profile.dialect, "", dict(family.habits))


@pytest.mark.parametrize(
    ("dialect", "model", "habit", "expected"),
    [
        ("openai", "gpt-4.1", "stop_limit", 4),
        ("openai", "GPT-5.5", "effort_with_tools", "omit"),
        ("openai", "gpt-5.5-mini-2026-03-17", "effort_with_tools", "omit"),
        ("openai", "ft:gpt-5.1:team", "reasoning", "effort"),
        ("openai", "gpt-6.1-sol", "effort_with_tools", "refused"),
        ("openai", "gpt-6.1-sol", "wire", "responses"),
        ("openai", "gpt-5.6", "wire", "chat"),
        ("openai", "gpt-5-chat-latest", "reasoning", "none"),
        ("openai", "gpt-5-search-api", "search_options", True),
        ("openai", "gpt-5-search-api", "reasoning", "none"),
        ("openai", "o4-mini", "stop_limit", 0),
        ("openai", "gpt-4o", "reasoning", "none"),
        ("azure", "gpt-5.6", "effort_with_tools", "none"),
        ("azure_v1", "gpt-5.6", "cache_markers", "strip"),
        ("openrouter", "openai/gpt-5.4", "stop_limit", 0),
        ("openrouter", "x-ai/grok-4-fast", "stop_limit", 0),
        ("openrouter", "qwen/qwen3-coder", "reasoning", "object_budget"),
        ("openrouter", "mistralai/devstral-small", "user_after_tool", False),
        ("groq", "openai/gpt-oss-120b", "reasoning", "effort"),
        ("groq", "qwen/qwen3-32b", "reasoning", "groq_switch"),
        ("groq", "llama-3.3-70b-versatile", "reasoning", "none"),
        ("deepseek", "deepseek-v4-pro", "response_format", "json_schema"),
        ("deepseek", "deepseek-v4-flash-vision-exp", "images", True),
        ("deepseek", "deepseek-v4-flash-vision-exp", "response_format", "json_schema"),
        ("gemini", "gemini-2.5-flash", "shown_reasoning", "gemini_budget"),
        ("gemini", "models/gemini-3.1-pro-preview", "efforts", ("low", "high")),
        ("gemini", "gemini-3.8-flash", "efforts", ("minimal", "low", "medium", "high")),
        ("gemini", "gemini-2.0-flash", "reasoning", "none"),
        ("xai", "grok-4.3", "reasoning", "effort"),
        ("xai", "grok-code-fast-1", "stop_limit", 0),
        ("mistral", "mistral-small-latest", "efforts", ("none", "high")),
        ("mistral", "magistral-medium-latest", "reasoning", "none"),
        ("moonshot", "kimi-k3", "reasoning", "moonshot_effort"),
        ("moonshot", "kimi-k2.7-code", "efforts", ("low", "medium", "high")),
        ("moonshot", "moonshot-v1-128k", "sampling", "free"),
        ("qwen", "qwen3.8-max", "reasoning_fields", ("reasoning_content",)),
        ("qwen", "qwen-plus", "thinks_unasked", False),
        ("zai", "glm-5.2", "reasoning", "zai_effort"),
        ("zai", "glm-4.7", "response_format", "json_object"),
        ("minimax", "MiniMax-M2.7", "images", False),
        ("minimax", "MiniMax-M3", "images", True),
        ("ollama", "qwen3:30b", "reasoning", "effort"),
        ("ollama", "qwen3-coder:30b", "reasoning", "none"),
        ("ollama", "deepseek-r1:8b-llama-distill-q4_K_M", "reasoning", "effort"),
        ("ollama", "devstral", "user_after_tool", False),
        ("vllm", "openai/gpt-oss-20b", "reasoning", "effort"),
        ("vllm", "mistralai/Mistral-Small-4-119B", "reasoning", "none"),
        ("vllm", "mistralai/Mistral-Small-4-119B", "tool_ids", "nine"),
        ("sglang", "qwen3", "parallel_tool_calls", False),
        ("generic", "mistralai/Devstral-Small", "user_after_tool", False),
        ("generic", "gemma-3", "assistant_first", False),
        ("generic", "llama3.3", "assistant_first", True),
    ],
)
def test_models_have_the_habits_of_their_family(dialect, model, habit, expected):
    assert getattr(profile_for(dialect, model), habit) == expected


def test_the_administrator_has_the_last_word():
    profile = profile_for("openai", "o3", {"stop_limit": 4, "efforts": ["low"], "system_anywhere": False})
    assert (profile.stop_limit, profile.efforts, profile.system_anywhere) == (4, ("low",), False)
    assert profile.for_model("o3") is profile


def test_a_name_that_tells_nothing_may_have_a_family():
    assert profile_for("azure", "production", {"family": "gpt-5.5"}).effort_with_tools == "omit"
    assert profile_for("azure", "production").effort_with_tools == "free"


def test_the_administrator_may_describe_a_way_of_reasoning():
    way = {"on": {"thinking": True}, "effort": "thinking_level"}
    profile = profile_for("generic", "x", {"reasoning": way})
    assert profile.reasoning == Reasoning(on={"thinking": True}, effort="thinking_level")
    assert profile.overridden({"stop_limit": 1}).reasoning == profile.reasoning


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"colour": "red"}, "no such habit: colour"),
        ({"dialect": "azure"}, "no such habit: dialect"),
        ({"families": []}, "no such habit: families"),
        ({"stop_limit": "four"}, "stop_limit"),
        ({"prefill": "sometimes"}, "prefill"),
        ({"family": 5}, "family"),
        ({"reasoning": "telepathy"}, "telepathy"),
        ({"reasoning": {"word": "x"}}, "word"),
    ],
)
def test_overrides_are_checked(overrides, message):
    with pytest.raises(ValueError, match=message):
        profile_for("generic", "x", overrides)


def test_an_unknown_dialect_is_told_which_are_known():
    with pytest.raises(ValueError, match=r"unknown dialect 'x', known are openai, azure, .*, generic"):
        profile_for("x", "y")


@pytest.mark.parametrize(
    ("api_version", "unknown"),
    [
        ("2024-03-01-preview", {"stream_usage", "parallel_tool_calls", "max_tokens_field"}),
        ("2024-09-01-preview", {"max_tokens_field"}),
        ("2024-12-01-preview", set()),
        ("2025-04-01-preview", set()),
        ("", set()),
    ],
)
def test_older_versions_of_azure_know_less(api_version, unknown):
    overrides = version_overrides(api_version)
    assert overrides.keys() == unknown
    profile_for("azure", "gpt-4.1", overrides)


@pytest.mark.parametrize(
    ("dialect", "url", "expected"),
    [
        ("deepseek", "https://api.deepseek.com/beta", {"prefill": "prefix"}),  # protocol D91
        ("deepseek", "https://api.deepseek.com/beta/", {"prefill": "prefix"}),
        ("deepseek", "https://api.deepseek.com/v1", {}),
        ("generic", "https://llm.example.com/beta", {}),
    ],
)
def test_some_addresses_know_more(dialect, url, expected):
    assert address_overrides(dialect, url) == expected
    profile_for(dialect, "m", expected)
