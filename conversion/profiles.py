"""Backend dialects as data: one declarative profile each; code asks for a capability, never for a vendor's name.

A profile is made in three steps (`profile_for`): the dialect's habits, then those of the model's family within the
dialect, then what the backend's administrator says. A new dialect is one row of `DIALECTS`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

import msgspec


@dataclass(frozen=True, slots=True)
class Family:
    """What some models of a dialect do differently: `pattern` is searched in the model's name in lower case."""

    pattern: str
    habits: tuple[tuple[str, Any], ...]  # Any: fields of BackendProfile, checked by its tests


@dataclass(frozen=True, slots=True)
class BackendProfile:
    """The habits of one backend dialect, after the overrides of its backend and model."""

    dialect: str = "generic"

    # length, sampling, streaming
    max_tokens_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    minimum_max_tokens: int = 1
    streaming: Literal["asked", "always", "never"] = "asked"  # what the backend is asked for; the client gets its own
    stream_usage: bool = True  # stream_options.include_usage is understood
    stop_limit: int | None = 4  # how many stop sequences it takes; 0: none; None: any number
    sampling: Literal["free", "without_reasoning"] = "free"  # temperature and top_p always, or with effort none only
    top_k: bool = False

    # thinking
    reasoning: Literal["none", "effort", "object"] = "none"  # nothing, `reasoning_effort`, or the object `reasoning`
    efforts: tuple[str, ...] = ("low", "medium", "high")  # the words it knows
    reasoning_budget: bool = False  # takes a number of thinking tokens instead of a word
    effort_with_tools: Literal["free", "omit", "none", "refused"] = "free"  # what tools leave of the effort

    # messages
    system_anywhere: bool = False  # system messages may stand between the others; else they are wrapped in user text
    text_parts: bool = False  # several texts of one message stay parts; else they are joined
    images: bool = True
    image_urls: bool = True  # it fetches images itself
    files: bool = False  # PDF documents as `file` parts
    file_urls: bool = False  # it fetches PDF documents itself
    tool_media: bool = False  # images and files may stand in tool messages
    empty_result: str = ""  # the text of a tool result without content
    bare_calls_content: str | None = None  # the content of an assistant message that has calls and no text
    user_after_tool: bool = True  # a user message may follow a tool message
    assistant_first: bool = True  # the conversation may begin with the assistant
    prefill: Literal["instruct", "leave", "prefix", "partial", "continue"] = "instruct"
    tool_ids: Literal["any", "short", "nine"] = "any"  # any; at most 40 characters; exactly nine letters and digits
    reasoning_fields: tuple[str, ...] = ()  # where the text of earlier thinking goes back

    # tools
    parallel_tool_calls: bool = False  # the parameter is understood
    tool_choices: tuple[str, ...] = ("auto", "any", "tool", "none")
    any_tool_word: str = "required"
    tool_limit: int | None = None
    strict_tools: bool = False
    server_tools: tuple[tuple[str, str], ...] = ()  # (our name of a server tool, its type there)
    response_format: Literal["json_schema", "json_object", "none"] = "json_schema"

    # identity, caching, tiers
    cache_markers: Literal["strip", "keep", "breakpoint"] = "strip"
    conversation_field: str | None = None
    user_field: str | None = None
    refuses_storage: bool = False  # `store: false` is sent
    standard_tier: str | None = None
    fast_tier: str | None = None

    # the reply
    think_tags: Literal["start", "implicit", "off"] = "start"  # <think> in the content; implicit: template opens it
    tool_arguments: Literal["forward", "buffer"] = "forward"
    reasoning_state: Literal["details", "text"] = "text"  # what its reasoning needs to come back as next turn
    lenient_eof: bool = False  # a clean end without finish_reason is an end
    cumulative: bool = False  # each chunk repeats all content so far

    families: tuple[Family, ...] = ()

    def for_model(self, model: str) -> BackendProfile:
        """The profile of one model: the first family that matches its name has a say."""
        name = model.lower()
        for family in self.families:
            if re.search(family.pattern, name):
                return replace(self, families=(), **dict(family.habits))
        return replace(self, families=()) if self.families else self


def profile_for(dialect: str, model: str, overrides: Mapping[str, object] | None = None) -> BackendProfile:
    """The profile of a model at a backend; raises ValueError where an override has no such field or a wrong value."""
    if dialect not in DIALECTS:
        raise ValueError(f"unknown dialect {dialect!r}, known are {', '.join(DIALECTS)}")
    profile = DIALECTS[dialect].for_model(model)
    return _overridden(profile, overrides) if overrides else profile


def _overridden(profile: BackendProfile, overrides: Mapping[str, object]) -> BackendProfile:
    habits = {field.name: getattr(profile, field.name) for field in fields(profile)}
    fixed = {"dialect", "families"}
    if unknown := [name for name in overrides if name in fixed or name not in habits]:
        raise ValueError(f"no such habit: {', '.join(unknown)}")
    try:
        return msgspec.convert(habits | dict(overrides), BackendProfile)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error


def _family(pattern: str, **habits: object) -> Family:
    return Family(pattern, tuple(habits.items()))


_OPENAI_REASONING: dict[str, object] = {"reasoning": "effort", "sampling": "without_reasoning", "stop_limit": 0}
_TO_XHIGH = ("none", "low", "medium", "high", "xhigh")
_MISTRAL: dict[str, object] = {
    "user_after_tool": False,
    "assistant_first": False,
    "tool_ids": "nine",
    "bare_calls_content": "",
}
_MISTRAL_NAMES = r"(^|[/_-])(mistral|ministral|devstral|magistral|codestral|pixtral)"

OPENAI = BackendProfile(
    dialect="openai",
    max_tokens_field="max_completion_tokens",
    minimum_max_tokens=16,  # 400 where the limit is reached before any visible token
    system_anywhere=True,
    text_parts=True,
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
    families=(
        _family(r"(^|[/:])gpt-[\d.]+-chat"),  # the models of ChatGPT do not reason
        _family(
            r"(^|[/:])(gpt-6-astra|gpt-6\.1-sol)",
            **_OPENAI_REASONING,
            efforts=("low", "medium", "high", "xhigh", "max"),
            effort_with_tools="refused",
            cache_markers="breakpoint",
        ),
        _family(
            r"(^|[/:])gpt-(5\.[6-9]|[6-9])",
            **_OPENAI_REASONING,
            efforts=(*_TO_XHIGH, "max"),
            effort_with_tools="none",
            cache_markers="breakpoint",
        ),
        _family(r"(^|[/:])gpt-5\.[45]", **_OPENAI_REASONING, efforts=_TO_XHIGH, effort_with_tools="omit"),
        _family(r"(^|[/:])gpt-5\.([23]|1-codex-max)", **_OPENAI_REASONING, efforts=_TO_XHIGH),
        _family(r"(^|[/:])gpt-5\.1", **_OPENAI_REASONING, efforts=("none", "low", "medium", "high")),
        _family(r"(^|[/:])gpt-5", **_OPENAI_REASONING, efforts=("minimal", "low", "medium", "high")),
        _family(r"(^|[/:])o\d", **_OPENAI_REASONING),
    ),
)

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
    parallel_tool_calls=True,
    strict_tools=True,
    server_tools=(("web_search", "openrouter:web_search"), ("web_fetch", "openrouter:web_fetch")),
    cache_markers="keep",
    conversation_field="session_id",
    user_field="user",
    standard_tier="default",
    fast_tier="priority",
    reasoning_state="details",
    families=(
        _family(r"^openai/gpt-[\d.]+-chat", system_anywhere=True),
        _family(r"^openai/(o\d|gpt-[5-9])", system_anywhere=True, stop_limit=0),
        _family(r"^x-ai/grok-(4|code)", system_anywhere=True, stop_limit=0),
        _family(r"^(openai|x-ai|deepseek)/", system_anywhere=True),
        _family(r"^(anthropic|google|qwen)/", reasoning_budget=True),
        _family(_MISTRAL_NAMES, **_MISTRAL),
    ),
)

GENERIC = BackendProfile(
    families=(
        _family(_MISTRAL_NAMES, **_MISTRAL),
        _family(r"gemma|llama-?2", assistant_first=False),
    ),
)

DIALECTS: Mapping[str, BackendProfile] = {profile.dialect: profile for profile in (OPENAI, OPENROUTER, GENERIC)}
