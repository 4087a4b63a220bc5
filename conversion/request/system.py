"""The system prompt as the first message (protocol §2.3); what the gateway adds stands at its end, for the caches."""

from __future__ import annotations

from collections.abc import Iterable

from conversion.request.blocks import Block, plain_blocks, read_blocks
from conversion.request.draft import Draft
from conversion.request.history import Message
from conversion.request.media import text_part
from conversion.request.notes import Notes
from conversion.request.parts import joined, text_parts
from conversion.request.read import ABSENT, MessagesRequest
from conversion.request.remembered import Remembered
from conversion.request.wire import SystemMessage

ATTRIBUTION = "x-anthropic-billing-header:"

_plain = Remembered(plain_blocks)


def read_system(request: MessagesRequest, notes: Notes) -> Message:
    """The system prompt without the attribution: it means nothing to a backend, and changes from session to session."""
    blocks = _plain.of(request.system) if request.system is not ABSENT else []
    if blocks is None:
        blocks = read_blocks(request.system, "system", notes)
    return Message("system", [_without_attribution(block) for block in blocks], "system")


def system_message(
    prompt: Message, head: list[Message], additions: Iterable[str], draft: Draft
) -> SystemMessage | None:
    """The prompt, the system messages before anyone spoke, and what the gateway has to add."""
    parts = [part for message in (prompt, *head) for part in text_parts(message, draft)]
    parts += map(text_part, additions)
    return {"role": draft.profile.system_role, "content": joined(parts, "\n\n")} if parts else None


def _without_attribution(block: Block) -> Block:
    if not block.text.startswith(ATTRIBUTION):
        return block
    return Block("text", text=block.text.partition("\n")[2], cache_control=block.cache_control)
