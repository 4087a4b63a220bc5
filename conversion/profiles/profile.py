"""What can be said of a backend: one profile, which families of models and its administrator change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

import msgspec

from conversion.profiles.reasoning import Reasoning, WayName

Wire = Literal["chat", "responses"]
ToolCallParser = Literal["", "hermes", "qwen_xml", "mistral", "kimi", "deepseek", "minimax", "gpt_oss"]


@dataclass(frozen=True, slots=True)
class Family:
    """What some models of a dialect do differently: `pattern` is searched in the model's name in lower case."""

    pattern: str
    habits: tuple[tuple[str, Any], ...]  # Any: fields of BackendProfile, checked by its tests


def family(pattern: str, **habits: object) -> Family:
    return Family(pattern, tuple(habits.items()))


@dataclass(frozen=True, slots=True)
class BackendProfile:
    """The habits of one backend dialect, after the overrides of its backend and model."""

    dialect: str = "generic"
    family: str = ""  # the name to look families up by, where the model's own tells nothing (a deployment's)
    wire: Wire = "chat"  # which API it is asked through: chat completions, or Responses

    # length, sampling, streaming
    max_tokens_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    minimum_max_tokens: int = 1
    truncates_silently: bool = False  # a prompt beyond the window is cut without a word, so that we must refuse it
    streaming: Literal["asked", "always", "never"] = "asked"  # what the backend is asked for; the client gets its own
    stream_usage: bool = True  # stream_options.include_usage is understood
    tool_stream: bool = False  # `tool_stream: true` is needed for calls to stream
    stop_limit: int | None = 4  # how many stop sequences it takes; 0: none; None: any number
    sampling: Literal["free", "without_reasoning", "fixed"] = "free"  # temperature: taken, unless it thinks, or never
    top_k: bool = False

    # thinking
    reasoning: WayName | Reasoning = "none"  # how it is told how much to think
    shown_reasoning: WayName | Reasoning | None = None  # the same, where the client wants to see the thoughts
    efforts: tuple[str, ...] = ("low", "medium", "high")  # the words it knows; `none` among them: thinking can be off
    thinks_unasked: bool = True  # it thinks where nothing is said about it
    effort_with_tools: Literal["free", "omit", "none", "refused"] = "free"  # what tools leave of it (wire: chat)
    reasoning_summary: Literal["auto", "concise", "detailed", "none"] = "auto"  # what to show (wire: responses)

    # messages
    system_role: Literal["system", "developer"] = "system"
    system_anywhere: bool = False  # system messages may stand between the others; else they are wrapped in user text
    text_parts: bool = False  # several texts of one message stay parts; else they are joined
    images: bool = True
    image_urls: bool = True  # it fetches images itself
    image_limit: int | None = None  # how many images it takes in one request; the newest are kept
    files: bool = False  # PDF documents as parts of a message
    file_part: Literal["file", "document_url"] = "file"
    file_urls: bool = False  # it fetches PDF documents itself
    tool_media: bool = False  # images and files may stand in tool messages
    empty_result: str = ""  # the text of a tool result without content
    bare_calls_content: str | None = None  # the content of an assistant message that has calls and no text
    user_after_tool: bool = True  # a user message may follow a tool message
    assistant_first: bool = True  # the conversation may begin with the assistant
    prefill: Literal["instruct", "leave", "prefix", "partial", "continue"] = "instruct"
    tool_ids: Literal["any", "short", "nine"] = "any"  # any; at most 40 characters; exactly nine letters and digits
    clear_tool_uses: bool = False  # old results of tools are cleared where the client asks for it

    # the thinking of earlier turns
    reasoning_state: Literal["details", "text", "none"] = "text"  # what of it the backend needs back
    reasoning_fields: tuple[str, ...] = ()  # where its text goes back
    reasoning_in_content: Literal["no", "part", "tags"] = "no"  # its text stands in the content, before the answer
    reasoning_filler: str | None = None  # stands in those fields where thinking is on and no text is known
    call_signature: str | None = None  # stands for the signature of a message's first call where none is known

    # tools
    parallel_tool_calls: bool = False  # the parameter is understood
    tool_choices: tuple[str, ...] = ("auto", "any", "tool", "none")
    thinking_tool_choices: tuple[str, ...] | None = None  # the same while it thinks, where that is less
    any_tool_word: str = "required"
    compaction_help: tuple[Literal["tool_choice", "reminder"], ...] = ("tool_choice",)  # against calls in a summary
    allowed_tools: bool = False  # a choice may name the tools that are allowed, so that the list need not change
    tool_limit: int | None = None
    tool_names: Literal["any", "letter"] = "any"  # letter: names begin with a letter or an underscore
    description_limit: int | None = None  # how long descriptions may be, the rest is told in the system text
    strict_tools: bool = False
    schema_level: int = 0  # how much is taken out of schemas, 0 to 3 (protocol §3.5)
    schema_style: Literal["full", "inline", "grammar", "typed_branches"] = "full"  # what else level 0 changes
    server_tools: tuple[tuple[str, str], ...] = ()  # (our name of a server tool, its type there)
    search_options: bool = False  # a model that searches; `web_search_options` is understood
    response_format: Literal["json_schema", "json_object", "none"] = "json_schema"
    strict_format: bool = True
    format_with_tools: bool = True  # response_format is taken together with tools

    # identity, caching, tiers, and what else is to be said
    cache_markers: Literal["strip", "keep", "text", "breakpoint"] = "strip"  # text: on text parts only
    conversation_field: str | None = None
    user_field: str | None = None
    refuses_storage: bool = False  # `store: false` is sent
    standard_tier: str | None = None
    fast_tier: str | None = None
    usual_fields: Mapping[str, object] = field(default_factory=dict)  # fields of every request that the dialect needs
    extra_fields: Mapping[str, object] = field(default_factory=dict)  # fields of every request that one wants there
    omitted_fields: tuple[str, ...] = ()  # fields that the backend refuses

    # the reply
    think_tags: Literal["start", "implicit", "off"] = "start"  # <think> in the content; implicit: template opens it
    tool_arguments: Literal["forward", "buffer"] = "forward"  # buffer: in one piece, mended as a whole
    tool_call_parser: ToolCallParser = ""  # calls that the model writes into its text are read as calls
    lenient_eof: bool = False  # a clean end without finish_reason is an end
    cumulative: bool = False  # each chunk repeats all content so far

    families: tuple[tuple[Family, ...], ...] = ()  # groups of them: in each, the first that matches has a say

    def for_model(self, model: str) -> BackendProfile:
        """The profile of one model, after what its families do differently."""
        if not self.families:
            return self
        name = model.lower()
        habits: dict[str, Any] = {}  # Any: see Family
        for group in self.families:
            found = (each for each in group if re.search(each.pattern, name))
            habits |= dict(next(found, Family("", ())).habits)
        return replace(self, families=(), **habits)

    @property
    def remembers(self) -> bool:
        """The backend wants to see of its reasoning again, though the client does not."""
        takes_text = bool(self.reasoning_fields) or self.reasoning_in_content != "no"
        takes_more = self.reasoning_state == "details" or self.wire == "responses" or self.call_signature is not None
        return self.reasoning_state != "none" and (takes_text or takes_more)

    def overridden(self, overrides: Mapping[str, object]) -> BackendProfile:
        """The profile with other habits; raises ValueError where there is no such habit, or no such value for it."""
        habits = {each.name: getattr(self, each.name) for each in fields(self)}
        fixed = {"dialect", "families"}
        if unknown := [name for name in overrides if name in fixed or name not in habits]:
            raise ValueError(f"no such habit: {', '.join(unknown)}")
        try:
            return msgspec.convert(habits | dict(overrides), BackendProfile)
        except msgspec.ValidationError as error:
            raise ValueError(str(error)) from error
