"""What mappings may ask of a request beside the name of its model: told by its shape, without converting it.

Looked at only where a mapping has conditions: most tables have none, and most requests cost nothing here.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from conversion.compression import is_side_request
from conversion.estimates import estimate_body
from conversion.request.read import MessagesRequest

_IMAGE = re.compile(rb'"type"\s*:\s*"image"')
_MEDIA = re.compile(rb'"data"\s*:\s*"[A-Za-z0-9+/=_-]{200,}"')


class Properties(NamedTuple):
    """Of a request of which nothing is known, nothing holds. `input_tokens` are estimated."""

    thinking: bool = False
    images: bool = False
    web_search: bool = False
    background: bool = False
    input_tokens: int = 0


NOTHING = Properties()


def properties(message: MessagesRequest) -> Properties:
    contents = [bytes(memoryview(turn.content)) for turn in message.messages]
    return Properties(
        thinking=_thinks(message.thinking),
        images=any(_IMAGE.search(content) for content in contents),
        web_search=any((tool.type or "").startswith("web_search") for tool in message.tools or ()),
        background=is_side_request(message),
        input_tokens=_tokens(message, contents),
    )


def _thinks(thinking: object) -> bool:
    match thinking:
        case {"type": "enabled" | "adaptive"}:
            return True
    return False


def _tokens(message: MessagesRequest, contents: list[bytes]) -> int:
    media = [len(found[0]) for content in contents for found in _MEDIA.finditer(content)]
    tools = sum(len(tool.description or "") + len(memoryview(tool.input_schema)) for tool in message.tools or ())
    length = len(memoryview(message.system)) + tools + sum(map(len, contents))
    return estimate_body(length, sum(media), len(media))
