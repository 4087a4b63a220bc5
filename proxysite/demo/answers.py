"""What the demo says. It follows a few plain words, so that every path of a client can be walked without a model.

- "run `ls`", "read `README.md`", "use the WebFetch tool on `…`": a tool call, when such a tool is offered
- "think": reasoning before the answer
- a tool's result: a summary of it; a wanted JSON schema: a value that fits; anything else: an introduction and an echo
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from proxysite.demo.conversation import Conversation, Tool
from proxysite.demo.samples import sample_object

VERBS = {"run": "Bash", "execute": "Bash", "read": "Read"}
QUOTED = re.compile(r"`([^`]+)`|\"([^\"]+)\"")
RESULT_LINES = 5


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arguments: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Answer:
    text: str = ""
    reasoning: str = ""
    calls: tuple[Call, ...] = ()


def answer(conversation: Conversation) -> Answer:
    reasoning = f"A demo cannot really think about this: {conversation.prompt}" if conversation.reasoning else ""
    if conversation.tool_results:
        return Answer(tool_summary(conversation.tool_results), reasoning)
    if conversation.answer_schema is not None:
        value = sample_object(conversation.answer_schema, iter(quoted(conversation.prompt)), conversation.prompt[:60])
        return Answer(json.dumps(value), reasoning)
    if calls := wanted_calls(conversation):
        return Answer(f"I call {' and '.join(call.name for call in calls)}, as you asked.", reasoning, calls)
    return Answer(introduction(conversation), reasoning)


def wanted_calls(conversation: Conversation) -> tuple[Call, ...]:
    words = quoted(conversation.prompt)
    tools = {tool.name.lower(): tool for tool in conversation.tools}
    if conversation.forced_tool is not None and conversation.tools:
        return (call(tools.get(conversation.forced_tool.lower(), conversation.tools[0]), words, conversation),)
    for verb, name in VERBS.items():
        if name.lower() in tools and re.search(rf"\b{verb}\b[^`\n]*`", conversation.prompt, re.IGNORECASE):
            return tuple(call(tools[name.lower()], [word], conversation) for word in words)
    for tool in conversation.tools:
        if re.search(rf"\b(use|call)\b[^.\n]*\b{re.escape(tool.name)}\b", conversation.prompt, re.IGNORECASE):
            return (call(tool, words, conversation),)
    return ()


def call(tool: Tool, words: list[str], conversation: Conversation) -> Call:
    return Call(tool.name, sample_object(tool.schema, iter(words), conversation.prompt))


def quoted(prompt: str) -> list[str]:
    return [in_backticks or in_quotes for in_backticks, in_quotes in QUOTED.findall(prompt)]


def tool_summary(results: tuple[str, ...]) -> str:
    return "\n\n".join(result_summary(result) for result in results)


def result_summary(result: str) -> str:
    lines = result.splitlines()
    if not lines:
        return "The tool returned nothing."
    shown = "\n".join(lines[:RESULT_LINES])
    return f"The tool returned {len(lines)} line{'s' * (len(lines) != 1)}. It begins with:\n\n```\n{shown}\n```"


def introduction(conversation: Conversation) -> str:
    said = f'You said: "{conversation.prompt}"' if conversation.prompt else "You said nothing."
    return (
        "This is the demo backend of Claude Code Proxy. There is no model behind me, but everything else is real: "
        "your request was translated, routed and counted. " + said + "\n\n"
        "Try: run `ls` · read `README.md` · think about something."
    )
