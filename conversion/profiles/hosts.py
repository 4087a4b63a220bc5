"""Hosts of many makers' models: OpenRouter, Groq, Together."""

from __future__ import annotations

from conversion.profiles.families import FAMILIES, GPT_OSS
from conversion.profiles.profile import BackendProfile, family

OPENROUTER = BackendProfile(
    dialect="openrouter",
    max_tokens_field="max_completion_tokens",
    minimum_max_tokens=16,
    top_k=True,
    reasoning="object",
    efforts=("none", "minimal", "low", "medium", "high", "xhigh", "max"),
    text_parts=True,
    files=True,
    file_urls=True,
    tool_media=True,
    prefill="leave",
    reasoning_state="details",
    parallel_tool_calls=True,
    strict_tools=True,
    server_tools=(("web_search", "openrouter:web_search"), ("web_fetch", "openrouter:web_fetch")),
    cache_markers="keep",
    conversation_field="session_id",
    user_field="user",
    standard_tier="default",
    fast_tier="priority",
    families=(
        FAMILIES,
        (
            family(r"^openai/gpt-[\d.]+-chat", system_anywhere=True),
            family(r"^openai/(o\d|gpt-[5-9])", system_anywhere=True, stop_limit=0),
            family(r"^x-ai/grok-(4|code)", system_anywhere=True, stop_limit=0),
            family(r"^(openai|x-ai|deepseek)/", system_anywhere=True),
            family(r"^anthropic/", reasoning="object_budget", compaction_help=()),  # its cache ends with the choice
            family(r"^(google|qwen)/", reasoning="object_budget"),
        ),
    ),
)

GROQ = BackendProfile(
    dialect="groq",
    max_tokens_field="max_completion_tokens",
    system_anywhere=True,
    image_limit=5,
    parallel_tool_calls=True,
    tool_limit=128,
    strict_tools=True,
    format_with_tools=False,
    standard_tier="on_demand",
    families=(
        FAMILIES,
        (
            family(
                GPT_OSS,
                reasoning="effort",
                reasoning_fields=("reasoning",),  # others refuse the field
                usual_fields={"include_reasoning": True},
            ),
            family(
                r"qwen-?3|qwq|deepseek-r1",
                reasoning="groq_switch",
                efforts=("none", "high"),
                reasoning_fields=("reasoning",),
                usual_fields={"reasoning_format": "parsed"},  # `raw` is refused together with tools
            ),
        ),
    ),
)

TOGETHER = BackendProfile(
    dialect="together",
    top_k=True,
    reasoning="together",
    efforts=("none", "low", "medium", "high"),
    image_limit=10,
    strict_tools=True,
    families=(FAMILIES,),
)
