"""Models whose rules go with them, whatever serves them (protocol §1.5.5, §2.6, §2.7)."""

from __future__ import annotations

from conversion.profiles.profile import family

MISTRAL_NAMES = r"(^|[/_-])(mistral|ministral|devstral|magistral|codestral|pixtral)"
GPT_OSS = r"gpt-?oss"

FAMILIES = (
    family(
        MISTRAL_NAMES,
        user_after_tool=False,
        assistant_first=False,
        tool_ids="nine",
        bare_calls_content="",
    ),
    family(r"gemma|llama-?2", assistant_first=False),
)
