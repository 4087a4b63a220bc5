"""Requests that Claude Code makes beside the conversation, by their shape: none of them is worth a summary.

The title of a session and the check of an action have prompts of their own and no tools; the summary of a whole
conversation is asked for in the last message of the user.
"""

from __future__ import annotations

from conversion.compression.prompt_texts import PromptTexts
from conversion.request.compaction import OPENING
from conversion.request.history import SYSTEM_ROLES
from conversion.request.read import MessagesRequest
from conversion.request.unreadable import refuses_unreadable

_COMPACTIONS = (
    OPENING,
    "Your task is to create a detailed summary of",
)


@refuses_unreadable
def is_side_request(request: MessagesRequest) -> bool:
    return not request.tools or bool(request.stop_sequences) or _has_format(request) or _is_compaction(request)


def _has_format(request: MessagesRequest) -> bool:
    match request.output_config:
        case {"format": dict()}:
            return True
        case _:
            return request.output_format is not None


def _is_compaction(request: MessagesRequest) -> bool:
    last = next((message for message in reversed(request.messages) if message.role not in SYSTEM_ROLES), None)
    if last is None or last.role != "user":
        return False
    return any(text.startswith(_COMPACTIONS) for text in PromptTexts.of(last.content).texts)
