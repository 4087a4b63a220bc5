"""What server tools did earlier in the conversation, as text of the assistant (protocol §2.10).

A conversation that began with such tools goes on here; ids and encrypted outputs are of no use to another model.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from conversion.request.arguments import arguments_of
from conversion.request.blocks import Block, inner_blocks

_HIDDEN = "[output not available]"


def section(result: Block, use: Block | None) -> str:
    """The text of a call and its result, at the place of the result; empty where the model needs none."""
    match result.type:
        case "mcp_tool_result":
            return _mcp(result, use)
        case "web_search_tool_result":
            return _headed("web_search", _asked(use, "query"), _search_lines(result))
        case "web_fetch_tool_result":
            return _headed("web_fetch", _asked(use, "url"), _fetched(_object(result)))
        case "tool_search_tool_result":
            return ""
        case "advisor_tool_result":
            return _advice(_object(result))
        case _:
            return _headed(use.name if use else "code_execution", _code(use), _execution(_object(result)))


def web_result_line(result: Block) -> str:
    return f"{result.title} — {result.url}" if result.title else result.url


def _headed(name: str, asked: str, lines: list[str]) -> str:
    head = f"[{name}] {asked}".rstrip()
    return "\n".join([head, *(line for line in lines if line)])


def _asked(use: Block | None, key: str) -> str:
    match _input(use).get(key):
        case str(value):
            return f"{key}: {value}"
        case _:
            return ""


def _input(use: Block | None) -> Mapping[str, object]:
    plain = msgspec.json.decode(arguments_of(use.input)) if use else {}
    return plain if isinstance(plain, dict) else {}


def _object(result: Block) -> Mapping[str, object]:
    return result.content if isinstance(result.content, dict) else {}


def _search_lines(result: Block) -> list[str]:
    if error := _error(_object(result)):
        return [error]
    return [f"{number}. {web_result_line(each)}" for number, each in enumerate(inner_blocks(result.content), 1)]


def _fetched(content: Mapping[str, object]) -> list[str]:
    match content:
        case {"content": {"source": {"type": "text", "data": str(text)}}}:
            return [text]
        case _:
            return [_error(content) or _HIDDEN]


def _advice(content: Mapping[str, object]) -> str:
    match content:
        case {"type": "advisor_result", "text": str(text)}:
            return f"[advisor] {text}"
        case _:
            return ""


def _code(use: Block | None) -> str:
    match _input(use):
        case {"code": str(code)}:
            return code
        case {"command": str(command), "path": str(path)}:
            return f"{command} {path}"
        case {"command": str(command)}:
            return command
        case _:
            return ""


def _execution(content: Mapping[str, object]) -> list[str]:
    if error := _error(content):
        return [error]
    if str(content.get("type", "")).startswith("encrypted"):
        return [_HIDDEN]
    shown = [str(content[key]) for key in ("stdout", "stderr", "content") if isinstance(content.get(key), str)]
    if isinstance(lines := content.get("lines"), list):
        shown += map(str, lines)
    return [*shown, f"return code: {content['return_code']}"] if "return_code" in content else shown


def _mcp(result: Block, use: Block | None) -> str:
    call = f"{use.server_name}.{use.name}({arguments_of(use.input)})" if use else "call"
    output = "\n".join(inner.text for inner in inner_blocks(result.content))
    return f"MCP {call} → {'Error: ' if result.is_error else ''}{output}"


def _error(content: Mapping[str, object]) -> str:
    match content.get("error_code"):
        case str(code):
            return f"error: {code}"
        case _:
            return ""
