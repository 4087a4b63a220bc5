"""What a chat completion request asks for, as far as the demo cares. Read tolerantly: odd parts count as absent."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

REMINDER = re.compile(r"<system-reminder>.*?</system-reminder>", re.DOTALL)  # Claude Code's own words around a prompt


@dataclass(frozen=True, slots=True)
class Tool:
    name: str
    schema: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Conversation:
    model: str
    prompt: str
    tool_results: tuple[str, ...]
    tools: tuple[Tool, ...]
    forced_tool: str | None
    reasoning: bool
    answer_schema: Mapping[str, object] | None
    max_tokens: int | None
    characters: int
    earlier_characters: int


def read_conversation(request: Mapping[str, object]) -> Conversation:
    messages = [message for message in array(request.get("messages")) if isinstance(message, Mapping)]
    last_answer = max((n for n, message in enumerate(messages) if message.get("role") == "assistant"), default=-1)
    sizes = [len(str(message)) for message in messages]
    limit = request.get("max_completion_tokens") or request.get("max_tokens")
    prompt = last_prompt(messages)
    return Conversation(
        model=str(request.get("model") or "demo"),
        prompt=prompt,
        tool_results=tuple(tool_results(messages[last_answer + 1 :])),
        tools=tuple(offered_tools(request.get("tools"))),
        forced_tool=forced_tool(request.get("tool_choice")),
        reasoning=wants_reasoning(request, prompt),
        answer_schema=answer_schema(request.get("response_format")),
        max_tokens=limit if isinstance(limit, int) else None,
        characters=sum(sizes) + len(str(request.get("tools") or "")),
        earlier_characters=sum(sizes[: last_answer + 1]),
    )


def last_prompt(messages: Sequence[Mapping[str, object]]) -> str:
    """The newest words of a person."""
    for message in reversed(messages):
        if message.get("role") == "user" and (words := content_text(message.get("content"))):
            return words
    return ""


def tool_results(messages: Sequence[Mapping[str, object]]) -> list[str]:
    return [content_text(message.get("content")) for message in messages if message.get("role") == "tool"]


def content_text(content: object) -> str:
    match content:
        case str():
            return REMINDER.sub("", content).strip()
        case list():
            texts = [content_text(part["text"]) for part in content if isinstance(part, Mapping) and "text" in part]
            return "\n".join(text for text in texts if text)
        case _:
            return ""


def offered_tools(tools: object) -> list[Tool]:
    functions = [mapping(mapping(tool).get("function")) for tool in array(tools)]
    return [Tool(str(f["name"]), mapping(f.get("parameters"))) for f in functions if "name" in f]


def forced_tool(choice: object) -> str | None:
    """The name of the tool that must be called; empty: any."""
    match choice:
        case "required":
            return ""
        case {"function": {"name": str(name)}}:
            return name
        case _:
            return None


def wants_reasoning(request: Mapping[str, object], prompt: str) -> bool:
    """Asked for by one of the fields that backends have for it, or by the word."""
    asked = (request.get("reasoning_effort"), request.get("reasoning"), request.get("thinking"))
    return any(field not in (None, "none", {"type": "disabled"}) for field in asked) or bool(
        re.search(r"\bthink\b", prompt, re.IGNORECASE)
    )


def answer_schema(response_format: object) -> Mapping[str, object] | None:
    match response_format:
        case {"type": "json_schema", "json_schema": {"schema": Mapping() as schema}}:
            return schema
        case {"type": "json_object"}:
            return {}
        case _:
            return None


def mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def array(value: object) -> list[object]:
    return value if isinstance(value, list) else []
