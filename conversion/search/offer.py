"""The `web_search` server tool as a function that any model can call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from msgspec import Raw
from msgspec.structs import replace

from conversion.profiles import BackendProfile
from conversion.request.read import InputMessage, MessagesRequest, Tool

NAME = "web_search"
MOST_USES = 10
"""Searches of one reply, whatever the client would allow."""

_SCHEMA = Raw(
    msgspec.json.encode(
        {
            "type": "object",
            "properties": {"query": {"type": "string", "description": "What to search for"}},
            "required": ["query"],
            "additionalProperties": False,
        }
    )
)
_DESCRIPTION = (
    "Searches the web and gives titles, addresses and extracts of pages. Use it for what you cannot know. "
    "Name the addresses of the pages that your answer rests on."
)


@dataclass(frozen=True, slots=True)
class SearchTerms:
    """What the client wants of searches; `country` is a code of two letters, empty where it does not say."""

    max_uses: int = MOST_USES
    allowed_domains: tuple[str, ...] = ()
    blocked_domains: tuple[str, ...] = ()
    country: str = ""


def search_terms(request: MessagesRequest, profile: BackendProfile) -> SearchTerms | None:
    """The terms of a search that the gateway is to run; None where none is wanted, or the backend searches itself."""
    if profile.search_options or NAME in dict(profile.server_tools):
        return None
    return next((_terms(tool) for tool in request.tools or () if _is_search(tool)), None)


def with_function(request: MessagesRequest) -> MessagesRequest:
    """The request with a function in place of the server tool."""
    tools = [_function(tool) if _is_search(tool) else tool for tool in request.tools or ()]
    return replace(request, tools=tools)


def next_round(request: MessagesRequest, said: Raw, results: Raw, *, last: bool) -> MessagesRequest:
    """The request of the round that follows: what the model said so far, and what was found.

    Nothing is forced any more, and when `last`, nothing may be called.
    """
    messages = [*request.messages, InputMessage("assistant", said), InputMessage("user", results)]
    return replace(request, messages=messages, tool_choice={"type": "none"} if last else None)


def _is_search(tool: Tool) -> bool:
    return (tool.type or "").startswith(f"{NAME}_")


def _function(tool: Tool) -> Tool:
    return Tool(name=tool.name or NAME, description=_DESCRIPTION, input_schema=_SCHEMA)


def _terms(tool: Tool) -> SearchTerms:
    uses = tool.max_uses
    return SearchTerms(
        max_uses=min(uses, MOST_USES) if isinstance(uses, int) and uses > 0 else MOST_USES,
        allowed_domains=_domains(tool.allowed_domains),
        blocked_domains=_domains(tool.blocked_domains),
        country=_country(tool.user_location),
    )


def _domains(value: object) -> tuple[str, ...]:
    items: Sequence[object] = value if isinstance(value, list) else ()
    return tuple(item.strip().lower() for item in items if isinstance(item, str) and item.strip())


def _country(value: object) -> str:
    match value:
        case {"country": str(code)} if len(code) == 2 and code.isalpha():
            return code.lower()
    return ""
