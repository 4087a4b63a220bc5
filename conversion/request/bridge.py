"""For models that refuse a user message right after a tool message (protocol §2.7).

Claude Code adds reminders behind tool results on most turns: they move into the tool message. Anything else is said
after a word of the assistant.
"""

from __future__ import annotations

from conversion.request.media import text_part
from conversion.request.wire import Content, Message

_OPENING = "<system-reminder>"
_CLOSING = "</system-reminder>"


def bridged(messages: list[Message]) -> list[Message]:
    """The messages of one turn, with no user message right behind a tool message."""
    found: list[Message] = []
    for message in messages:
        if found and found[-1]["role"] == "tool" and message["role"] == "user":
            reminder = _reminder(message["content"])
            if reminder:
                found[-1]["content"] = _with_reminder(found[-1]["content"], reminder)
                continue
            found.append({"role": "assistant", "content": "Understood."})
        found.append(message)
    return found


def _reminder(content: Content) -> str:
    """The text, where all of it is reminders."""
    if isinstance(content, list):
        if any(part["type"] != "text" for part in content):
            return ""
        content = "\n\n".join(part["text"] for part in content if part["type"] == "text")
    *reminders, rest = content.split(_CLOSING)
    only_reminders = all(reminder.lstrip().startswith(_OPENING) for reminder in reminders)
    return content if reminders and only_reminders and not rest.strip() else ""


def _with_reminder(content: Content, reminder: str) -> Content:
    if isinstance(content, str):
        return f"{content}\n\n{reminder}"
    return [*content, text_part(reminder)]
