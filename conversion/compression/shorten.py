"""A Messages request with a shorter prompt: the file to read first. A pure function of what it is given.

What the user says, what tools answered, names and schemas of tools are never touched. The same request comes out the
same, and turn N of a conversation stays the beginning of turn N+1, so that prompt caches hold.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from conversion.compression.compact import Compacted, compacted, total
from conversion.compression.extent import Extent
from conversion.compression.prompt import is_known
from conversion.compression.prompt_texts import PromptTexts
from conversion.compression.summary import summarised
from conversion.compression.system_messages import shorter_listing
from conversion.compression.tool_descriptions import shorter_description
from conversion.estimates import estimate_text
from conversion.notices import Notice
from conversion.request.history import SYSTEM_ROLES
from conversion.request.read import InputMessage, MessagesRequest, Tool
from conversion.request.unreadable import refuses_unreadable


@dataclass(frozen=True, slots=True)
class Shortened:
    """`saved_tokens` is an estimate; `compacted` says what went from the system prompt, where rules did that."""

    request: MessagesRequest
    saved_tokens: int = 0
    notices: tuple[Notice, ...] = ()
    compacted: Compacted | None = None


@refuses_unreadable
def shortened(request: MessagesRequest, extent: Extent, summary: str | None = None) -> Shortened:
    """The request as far shortened as `extent` says; with a summary that takes the place of Claude Code's guidance.

    Raises InvalidRequest where its contents cannot be read.
    """
    if extent.is_nothing:
        return Shortened(request)
    prompt = PromptTexts.of(request.system)
    if not is_known(prompt.texts):
        return Shortened(request, 0, _too_long(total(prompt.texts), extent))
    system, notices, by_rule = _system(prompt, extent, summary)
    tools, trimmed = _tools(request.tools, extent)
    messages, told_less = _messages(request.messages, extent)
    if trimmed:
        notices.append(Notice("tool_descriptions_shortened", f"tools: {trimmed} tokens left out"))
    if told_less:
        notices.append(Notice("system_messages_shortened", f"messages: {told_less} tokens left out"))
    notices += _too_long(total(system.texts), extent)
    changed = msgspec.structs.replace(request, system=system.raw, tools=tools, messages=messages)
    saved = total(prompt.texts) - total(system.texts) + trimmed + told_less
    return Shortened(changed, max(0, saved), tuple(notices), by_rule)


def _system(
    prompt: PromptTexts, extent: Extent, summary: str | None
) -> tuple[PromptTexts, list[Notice], Compacted | None]:
    limit = extent.max_system_tokens
    if limit is None or total(prompt.texts) <= limit:
        return prompt, [], None
    if summary is not None:
        texts = summarised(prompt.texts, summary)
        saved = total(prompt.texts) - total(texts)
        return prompt.replaced(texts), [Notice("system_prompt_summarised", f"system: {saved} tokens saved")], None
    result = compacted(prompt.texts, limit)
    if not result.removals:
        return prompt.replaced(result.texts), [], result
    names = ", ".join(removal.rule.name for removal in result.removals)
    detail = f"system: {result.tokens_before - result.tokens} tokens left out ({names})"
    return prompt.replaced(result.texts), [Notice("system_prompt_compacted", detail)], result


def _too_long(tokens: int, extent: Extent) -> tuple[Notice, ...]:
    """What cannot fit is said, not cut."""
    limit = extent.max_system_tokens
    if limit is None or tokens <= limit:
        return ()
    detail = f"system: {tokens} tokens have to stay where {limit} are wanted"
    return (Notice("system_prompt_too_long", detail),)


def _tools(tools: list[Tool] | None, extent: Extent) -> tuple[list[Tool] | None, int]:
    if not tools or not extent.tool_descriptions:
        return tools, 0
    shorter, saved = [], 0
    for tool in tools:
        before = tool.description or ""
        after = shorter_description(tool.name, before)
        if after != before:
            saved += estimate_text(before) - estimate_text(after)
            tool = msgspec.structs.replace(tool, description=after)
        shorter.append(tool)
    return shorter, saved


def _messages(messages: list[InputMessage], extent: Extent) -> tuple[list[InputMessage], int]:
    if not extent.system_messages:
        return messages, 0
    shorter, saved = [], 0
    for message in messages:
        if message.role in SYSTEM_ROLES:
            before = PromptTexts.of(message.content)
            after = before.replaced(tuple(map(shorter_listing, before.texts)))
            if after is not before:
                saved += total(before.texts) - total(after.texts)
                message = msgspec.structs.replace(message, content=after.raw)
        shorter.append(message)
    return shorter, saved
