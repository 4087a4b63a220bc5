"""The shapes of a chat completion request, as far as we send them."""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict

from msgspec import Raw


class Markable(TypedDict, total=False):
    """What may carry a cache marker, in one spelling or the other."""

    cache_control: dict[str, object]
    prompt_cache_breakpoint: dict[str, object]


class TextPart(Markable):
    type: Literal["text"]
    text: str


class ImageUrl(TypedDict):
    url: str


class ImagePart(Markable):
    type: Literal["image_url"]
    image_url: ImageUrl


class File(TypedDict):
    filename: str
    file_data: str


class FilePart(Markable):
    type: Literal["file"]
    file: File


class DocumentPart(Markable):
    type: Literal["document_url"]
    document_url: str


class ThinkingPart(TypedDict):
    type: Literal["thinking"]
    thinking: list[TextPart]
    signature: NotRequired[str]


Part: TypeAlias = TextPart | ImagePart | FilePart | DocumentPart
Content: TypeAlias = str | list[Part]


class FunctionCall(TypedDict):
    name: str
    arguments: str


class ToolCall(TypedDict):
    id: str
    type: Literal["function"]
    function: FunctionCall
    extra_content: NotRequired[object]


class SystemMessage(TypedDict):
    role: Literal["system", "developer"]
    content: Content


class UserMessage(TypedDict):
    role: Literal["user"]
    content: Content


class AssistantMessage(TypedDict):
    role: Literal["assistant"]
    content: Content | None
    tool_calls: NotRequired[list[ToolCall]]
    extra_content: NotRequired[object]
    items_before: NotRequired[dict[int, list[object]]]  # not on this wire: see `reasoning_items`


class ToolMessage(TypedDict):
    role: Literal["tool"]
    tool_call_id: str
    content: Content


Message: TypeAlias = SystemMessage | UserMessage | AssistantMessage | ToolMessage


class Function(TypedDict):
    name: str
    description: NotRequired[str]
    parameters: Raw
    strict: NotRequired[bool]


class FunctionTool(Markable):
    type: Literal["function"]
    function: Function


class ServerTool(TypedDict):
    type: str
    parameters: dict[str, object]


OfferedTool: TypeAlias = FunctionTool | ServerTool
