"""A last message of the assistant, which the answer is to continue (protocol §2.11)."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from conversion.profiles import BackendProfile
from conversion.request.wire import AssistantMessage, Message

_INSTRUCTION = "Continue your last message exactly where it stopped. Do not repeat any of it and do not comment."
_MESSAGE_FIELDS: Mapping[str, dict[str, object]] = {"prefix": {"prefix": True}, "partial": {"partial": True}}
_BODY_FIELDS: Mapping[str, dict[str, object]] = {
    "continue": {"continue_final_message": True, "add_generation_prompt": False}
}
"""What each way of `BackendProfile.prefill` adds to the message and to the request."""


class Prefill(Struct):
    """What the request gets beside its messages. `text`: what the answer may repeat before it goes on."""

    fields: dict[str, object]
    text: str = ""


def apply_prefill(messages: list[Message], profile: BackendProfile, *, exact: bool) -> Prefill:
    """Makes the backend continue the last message, if it is the assistant's; white space at its end is cut off.

    Not `exact` with thinking or a fixed format: no backend continues in the middle of those.
    """
    last = messages[-1]
    if last["role"] != "assistant" or "tool_calls" in last:
        return Prefill({})
    text = _trimmed(last)
    repeated = text if exact else ""
    way = profile.prefill if exact or profile.prefill == "leave" else "instruct"
    if way == "instruct":
        messages.append({"role": "user", "content": _INSTRUCTION})
        return Prefill({}, repeated)
    last.update(_MESSAGE_FIELDS.get(way, {}))  # type: ignore[typeddict-item]  # fields of some dialects only
    return Prefill(_BODY_FIELDS.get(way, {}), repeated)


def _trimmed(message: AssistantMessage) -> str:
    """The text of the message, which loses the white space at its end."""
    content = message["content"]
    if isinstance(content, str):
        message["content"] = content = content.rstrip()
        return content
    for part in content or ():
        if part["type"] == "text":
            part["text"] = part["text"].rstrip()
            return part["text"]
    return ""
