import re
from dataclasses import fields

import pytest

from conversion.profiles import DIALECTS, BackendProfile, profile_for

HABITS = {field.name for field in fields(BackendProfile)}
FAMILIES = [
    pytest.param(profile, family, id=f"{name} {family.pattern}")
    for name, profile in DIALECTS.items()
    for family in profile.families
]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_each_dialect_is_known_by_its_name(dialect):
    assert DIALECTS[dialect].dialect == dialect


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
        ("openai", "gpt-5-chat-latest", "reasoning", "none"),
        ("openai", "o4-mini", "stop_limit", 0),
        ("openai", "gpt-4o", "reasoning", "none"),
        ("openrouter", "openai/gpt-5.4", "stop_limit", 0),
        ("openrouter", "x-ai/grok-4-fast", "stop_limit", 0),
        ("openrouter", "qwen/qwen3-coder", "reasoning_budget", True),
        ("generic", "mistralai/Devstral-Small", "user_after_tool", False),
        ("generic", "llama3.3", "assistant_first", True),
    ],
)
def test_models_have_the_habits_of_their_family(dialect, model, habit, expected):
    assert getattr(profile_for(dialect, model), habit) == expected


def test_the_administrator_has_the_last_word():
    profile = profile_for("openai", "o3", {"stop_limit": 4, "efforts": ["low"], "system_anywhere": False})
    assert (profile.stop_limit, profile.efforts, profile.system_anywhere) == (4, ("low",), False)
    assert profile.for_model("o3") is profile


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"colour": "red"}, "no such habit: colour"),
        ({"dialect": "azure"}, "no such habit: dialect"),
        ({"families": []}, "no such habit: families"),
        ({"stop_limit": "four"}, "stop_limit"),
        ({"prefill": "sometimes"}, "prefill"),
    ],
)
def test_overrides_are_checked(overrides, message):
    with pytest.raises(ValueError, match=message):
        profile_for("generic", "x", overrides)


def test_an_unknown_dialect_is_told_which_are_known():
    with pytest.raises(ValueError, match="unknown dialect 'x', known are openai, openrouter, generic"):
        profile_for("x", "y")
