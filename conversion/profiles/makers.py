"""Makers of models who serve their own."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from conversion.profiles.families import FAMILIES
from conversion.profiles.profile import BackendProfile, Family, family
from conversion.profiles.reasoning import WayName

_LOW_TO_HIGH = ("none", "low", "medium", "high")

_ONLY_AT: Mapping[tuple[str, str], Mapping[str, object]] = {("deepseek", "/beta"): {"prefill": "prefix"}}
"""For a dialect and a path of its API: habits that it has nowhere else."""

DEEPSEEK = BackendProfile(
    dialect="deepseek",
    sampling="without_reasoning",
    reasoning="deepseek",
    efforts=(*_LOW_TO_HIGH, "max"),
    system_anywhere=True,
    images=False,
    reasoning_fields=("reasoning_content",),
    reasoning_filler="",
    thinking_tool_choices=("auto", "none"),  # 400: thinking mode does not support this tool_choice
    response_format="json_object",
    families=(
        FAMILIES,
        (family(r"vision|-vl|ocr", images=True),),
        (
            family(r"deepseek-chat", thinks_unasked=False),
            family(r"deepseek-v[4-9]", response_format="json_schema"),
        ),
    ),
)

_GEMINI_2: dict[str, object] = {"format_with_tools": False, "shown_reasoning": "gemini_budget"}
GEMINI = BackendProfile(
    dialect="gemini",
    stop_limit=5,
    reasoning="effort",
    shown_reasoning="gemini_level",
    image_urls=False,
    files=True,
    empty_result="(no output)",
    call_signature="skip_thought_signature_validator",
    tool_limit=512,
    tool_names="letter",
    schema_level=1,
    families=(
        FAMILIES,
        (
            family(r"gemini-(1|2\.0)|gemma", reasoning="none", shown_reasoning=None, format_with_tools=False),
            family(r"gemini-2\.5-pro", **_GEMINI_2),
            family(r"gemini-2", **_GEMINI_2, efforts=_LOW_TO_HIGH),
            family(r"gemini-[3-9].*pro", efforts=("low", "high")),
            family(r"gemini-[3-9]", efforts=("minimal", "low", "medium", "high")),
        ),
    ),
)

XAI = BackendProfile(
    dialect="xai",
    max_tokens_field="max_completion_tokens",
    system_anywhere=True,
    parallel_tool_calls=True,
    tool_limit=128,
    standard_tier="default",
    fast_tier="priority",
    families=(
        FAMILIES,
        (
            family(r"grok-(4\.[3-9]|[5-9])", reasoning="effort", efforts=(*_LOW_TO_HIGH, "xhigh"), stop_limit=0),
            family(r"grok-(4|code)", stop_limit=0),
            family(r"grok-3-mini", reasoning="effort", efforts=("low", "high")),
        ),
    ),
)

MISTRAL = BackendProfile(
    dialect="mistral",
    stream_usage=False,  # older ones refuse stream_options, and usage is reported without being asked for
    top_k=True,
    image_limit=8,
    files=True,
    file_part="document_url",
    file_urls=True,
    bare_calls_content="",
    user_after_tool=False,
    assistant_first=False,
    prefill="prefix",
    tool_ids="nine",
    reasoning_in_content="part",
    parallel_tool_calls=True,
    tool_choices=("auto", "any", "none"),
    any_tool_word="any",
    strict_tools=True,
    schema_style="inline",
    conversation_field="prompt_cache_key",
    families=(
        (
            family(r"mistral-(small-(latest|2603)|medium-3[-.]5)", reasoning="effort", efforts=("none", "high")),
            family(r"mistral-large-4", reasoning="effort"),
        ),
    ),
)


def _thinking_kimi(pattern: str, reasoning: WayName, *efforts: str, tool_choices: tuple[str, ...]) -> Family:
    """A model that thinks, and that refuses calls in the history without any thinking before them."""
    return family(
        pattern,
        sampling="fixed",
        reasoning=reasoning,
        efforts=efforts,
        reasoning_fields=("reasoning_content",),
        reasoning_filler=" ",
        thinking_tool_choices=tool_choices,
    )


_UNFORCED = ("auto", "none")  # 400: tool_choice is incompatible with thinking enabled
MOONSHOT = BackendProfile(
    dialect="moonshot",
    max_tokens_field="max_completion_tokens",
    image_urls=False,
    prefill="partial",
    schema_style="typed_branches",
    conversation_field="prompt_cache_key",
    families=(
        (
            family(r"moonshot-v1", tool_choices=("auto", "any", "tool")),
            _thinking_kimi(
                r"kimi-k3", "moonshot_effort", "low", "medium", "high", "max", tool_choices=("auto", "any", "none")
            ),
            _thinking_kimi(r"kimi-k2\.[7-9]", "moonshot_keep", "low", "medium", "high", tool_choices=_UNFORCED),
            _thinking_kimi(r"kimi-k2\.6", "moonshot_keep", *_LOW_TO_HIGH, tool_choices=_UNFORCED),
            _thinking_kimi(r"kimi-k2\.5", "moonshot", *_LOW_TO_HIGH, tool_choices=_UNFORCED),
            _thinking_kimi(r"kimi-k2-thinking", "none", tool_choices=_UNFORCED),
            family(r"kimi", sampling="fixed"),
        ),
    ),
)

QWEN = BackendProfile(
    dialect="qwen",
    streaming="always",  # many models refuse to think without a stream
    reasoning="qwen",
    efforts=(*_LOW_TO_HIGH, "xhigh", "max"),
    thinks_unasked=False,
    empty_result="(no output)",
    bare_calls_content="",
    prefill="partial",
    thinking_tool_choices=("auto", "none"),
    cache_markers="text",
    families=(
        (
            family(
                r"qwen-?(3\.[6-9]|[4-9])",
                thinks_unasked=True,
                reasoning_fields=("reasoning_content",),
                usual_fields={"preserve_thinking": True},
            ),
            family(r"qwen-?3\.5|qwq|qvq|thinking", thinks_unasked=True),
        ),
    ),
)

ZAI = BackendProfile(
    dialect="zai",
    stream_usage=False,
    tool_stream=True,
    reasoning="zai",
    efforts=(*_LOW_TO_HIGH, "xhigh", "max"),
    bare_calls_content="",
    reasoning_fields=("reasoning_content",),
    tool_choices=("auto",),
    response_format="json_object",
    cache_markers="text",
    families=(
        (
            family(r"glm-(5\.[2-9]|[6-9])", reasoning="zai_effort", response_format="json_schema"),
            family(r"glm-5", response_format="json_schema"),
        ),
    ),
)

MINIMAX = BackendProfile(
    dialect="minimax",
    max_tokens_field="max_completion_tokens",
    reasoning="minimax",
    efforts=_LOW_TO_HIGH,
    reasoning_state="details",
    tool_choices=(),  # the parameter is not in its specification
    response_format="json_object",
    cache_markers="text",
    usual_fields={"reasoning_split": True},
    families=((family(r"minimax-m[12]", images=False),),),
)


def address_overrides(dialect: str, base_url: str) -> Mapping[str, object]:
    """What a backend can do at this address only, as overrides."""
    return _ONLY_AT.get((dialect, urlsplit(base_url).path.rstrip("/")), {})
