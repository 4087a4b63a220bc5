"""Claude Code's request for a summary of its whole conversation, which ends in an error where the model calls a tool.

It is known by the words that its last message begins with, and by nothing else: prompts that merely speak of
summaries are none. The words themselves stay, and so does what the user wants of the summary: they say all about its
form. Tools stay listed, so that the backend's cache of the conversation holds.
"""

from __future__ import annotations

from conversion.profiles import BackendProfile
from conversion.request.blocks import Block
from conversion.request.history import Message
from conversion.request.notes import Notes

OPENING = "CRITICAL: Respond with TEXT ONLY"
REMINDER = "Answer with text only. Do not call any tool."


def forbids_tools(history: list[Message], profile: BackendProfile, notes: Notes) -> bool:
    """Whether the backend is to be told that it may not call a tool; what else helps it is put into the history."""
    last = next((message for message in reversed(history) if message.role != "system"), None)
    if last is None or not _asks_for_summary(last):
        return False
    notes.add("compaction_request", "the client asks for a summary of the conversation")
    if "reminder" in profile.compaction_help:
        last.blocks.append(Block("text", text=REMINDER))
    return "tool_choice" in profile.compaction_help


def _asks_for_summary(message: Message) -> bool:
    return message.role == "user" and any(
        block.type == "text" and block.text.startswith(OPENING) for block in message.blocks
    )
