"""The first fault of a request body, in the order and in the words that clients know (protocol §1.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

ROLES = frozenset(("user", "assistant", "system", "developer"))
MOST_MESSAGES = 100_000

_REQUIRED = "Field required"
_STRING = "Input should be a valid string"
_LIST = "Input should be a valid list"
_OBJECT = "Input should be an object"
_CONTENT = "Input should be a valid string or a valid list"


def first_fault(body: object, *, needs_max_tokens: bool) -> str:
    """The sentence for the client about a body that cannot be read."""
    if not isinstance(body, dict):
        return f"The request body is not valid: {_OBJECT}"
    return next(_faults(body, needs_max_tokens), "The request body is not valid")


def _faults(body: Mapping[str, object], needs_max_tokens: bool) -> Iterator[str]:
    yield from _model(body)
    if needs_max_tokens or body.get("max_tokens") is not None:
        yield from _max_tokens(body)
    yield from _messages(body)
    yield from _content("system", body.get("system"))
    if not isinstance(body.get("stream"), bool | None):
        yield "stream: Input should be a valid boolean"
    yield from _tools(body.get("tools"))


def _model(body: Mapping[str, object]) -> Iterator[str]:
    match body.get("model"):
        case None:
            yield f"model: {_REQUIRED}"
        case "":
            yield "model: String should have at least 1 character"
        case str():
            pass
        case _:
            yield f"model: {_STRING}"


def _max_tokens(body: Mapping[str, object]) -> Iterator[str]:
    match body.get("max_tokens"):
        case None:
            yield f"max_tokens: {_REQUIRED}"
        case bool():
            yield "max_tokens: Input should be a valid integer"
        case int(limit):
            if limit < 0:
                yield "max_tokens: Input should be greater than or equal to 0"
        case _:
            yield "max_tokens: Input should be a valid integer"


def _messages(body: Mapping[str, object]) -> Iterator[str]:
    match body.get("messages"):
        case None:
            yield f"messages: {_REQUIRED}"
        case []:
            yield "messages: at least one message is required"
        case list(messages):
            if len(messages) > MOST_MESSAGES:
                yield f"messages: List should have at most {MOST_MESSAGES} items"
            for index, message in enumerate(messages):
                yield from _message(f"messages.{index}", message)
        case _:
            yield f"messages: {_LIST}"


def _message(place: str, message: object) -> Iterator[str]:
    if not isinstance(message, dict):
        yield f"{place}: {_OBJECT}"
        return
    role = message.get("role")
    if role is None:
        yield f"{place}.role: {_REQUIRED}"
    if not isinstance(role, str) or role not in ROLES:
        yield f"{place}.role: Input should be 'user', 'assistant' or 'system'"
    if "content" not in message and role != "system":
        yield f"{place}.content: {_REQUIRED}"
    yield from _content(f"{place}.content", message.get("content"))


def _content(place: str, content: object) -> Iterator[str]:
    if not isinstance(content, str | list | None):
        yield f"{place}: {_CONTENT}"


def _tools(tools: object) -> Iterator[str]:
    if tools is None:
        return
    if not isinstance(tools, list):
        yield f"tools: {_LIST}"
        return
    for index, tool in enumerate(tools):
        if not isinstance(tool, dict):
            yield f"tools.{index}: {_OBJECT}"
            return
        yield from _tool(f"tools.{index}", tool)


def _tool(place: str, tool: Mapping[str, object]) -> Iterator[str]:
    if "name" in tool and not isinstance(tool["name"], str):
        yield f"{place}.name: {_STRING}"
    for key in ("type", "description"):
        if not isinstance(tool.get(key), str | None):
            yield f"{place}.{key}: {_STRING}"
