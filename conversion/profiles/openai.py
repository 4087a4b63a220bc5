"""OpenAI's own models, at OpenAI and at Azure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from conversion.profiles.families import FAMILIES
from conversion.profiles.profile import BackendProfile, Family, family

_TO_XHIGH = ("none", "low", "medium", "high", "xhigh")
_REASONING: dict[str, object] = {"reasoning": "effort", "sampling": "without_reasoning", "stop_limit": 0}
_GPT_5: dict[str, object] = {**_REASONING, "allowed_tools": True}


def _families(newest_markers: Literal["strip", "breakpoint"]) -> tuple[Family, ...]:
    """The models, the newest first; only OpenAI itself is known to take the cache markers of the newest."""
    return (
        family(r"-search-(api|preview)", search_options=True),
        family(r"(^|[/:])gpt-[\d.]+-chat"),  # the models of ChatGPT do not reason
        family(
            r"(^|[/:])(gpt-6-astra|gpt-6\.1-sol)",
            **_GPT_5,
            efforts=("low", "medium", "high", "xhigh", "max"),
            wire="responses",  # chat completions refuse every request that has tools
            effort_with_tools="refused",
            cache_markers=newest_markers,
        ),
        family(
            r"(^|[/:])gpt-(5\.[6-9]|[6-9])",
            **_GPT_5,
            efforts=(*_TO_XHIGH, "max"),
            effort_with_tools="none",
            cache_markers=newest_markers,
        ),
        family(r"(^|[/:])gpt-5\.[45]", **_GPT_5, efforts=_TO_XHIGH, effort_with_tools="omit"),
        family(r"(^|[/:])gpt-5\.([23]|1-codex-max)", **_GPT_5, efforts=_TO_XHIGH),
        family(r"(^|[/:])gpt-5\.1", **_GPT_5, efforts=("none", "low", "medium", "high")),
        family(r"(^|[/:])gpt-5", **_GPT_5, efforts=("minimal", "low", "medium", "high")),
        family(r"(^|[/:])o\d", **_REASONING),
    )


OPENAI = BackendProfile(
    dialect="openai",
    max_tokens_field="max_completion_tokens",
    minimum_max_tokens=16,  # 400 where the limit is reached before any visible token
    system_anywhere=True,
    text_parts=True,
    image_limit=500,
    files=True,
    tool_ids="short",
    parallel_tool_calls=True,
    tool_limit=128,
    strict_tools=True,
    conversation_field="prompt_cache_key",
    user_field="safety_identifier",
    refuses_storage=True,
    standard_tier="default",
    fast_tier="priority",
    families=(FAMILIES, _families("breakpoint")),
)
AZURE_V1 = replace(OPENAI, dialect="azure_v1", fast_tier=None, families=(FAMILIES, _families("strip")))
AZURE = replace(AZURE_V1, dialect="azure", conversation_field=None, user_field=None, refuses_storage=False)

_SINCE_VERSION: tuple[tuple[str, Mapping[str, object]], ...] = (
    ("2024-09-01", {"stream_usage": False, "parallel_tool_calls": False}),
    ("2024-12-01", {"max_tokens_field": "max_tokens"}),
)


def version_overrides(api_version: str) -> Mapping[str, object]:
    """What an older API version of Azure's deployments does not know yet, as overrides; versions begin with a date."""
    overrides: dict[str, object] = {}
    for since, without in _SINCE_VERSION:
        if api_version and api_version[: len(since)] < since:
            overrides |= without
    return overrides
