"""Client tools that Anthropic defines by a dated type: the description and the schema that others need (protocol §3.1).

The client runs them; only the model must be told what they take.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import msgspec
from msgspec import Raw

from conversion.request.read import ABSENT, Tool
from conversion.request.toolsets import member_tools

_Completion: TypeAlias = tuple[str, str, Mapping[str, object]]
"""A name, a description, a schema."""

_STRING = {"type": "string"}
_INTEGER = {"type": "integer"}
_NUMBER = {"type": "number"}
_POINT = {"type": "array", "items": _INTEGER, "minItems": 2, "maxItems": 2}

_ACTIONS_2024 = (
    "key",
    "type",
    "mouse_move",
    "left_click",
    "left_click_drag",
    "right_click",
    "middle_click",
    "double_click",
    "screenshot",
    "cursor_position",
)
_ACTIONS_2025 = ("left_mouse_down", "left_mouse_up", "scroll", "hold_key", "wait", "triple_click")


def client_tools(tool: Tool) -> list[Tool]:
    """What an entry of `tools` offers, with schemas; nothing where it is not the client that runs it."""
    if tool.type in (None, "custom"):
        return [tool]
    if (members := member_tools(tool)) is not None:
        return members
    completed = _typed_tool(tool) or (tool if tool.input_schema is not ABSENT else None)
    return [completed] if completed else []


def _typed_tool(tool: Tool) -> Tool | None:
    for prefix, complete in _COMPLETIONS.items():
        if (tool.type or "").startswith(prefix):
            name, description, schema = complete(tool)
            return msgspec.structs.replace(
                tool,
                type="custom",
                name=tool.name or name,
                description=description,
                input_schema=Raw(msgspec.json.encode(schema)),
            )
    return None


def _object(required: list[str], **properties: Mapping[str, object]) -> Mapping[str, object]:
    return {"type": "object", "properties": properties, "required": required}


def _one_of(*words: str) -> Mapping[str, object]:
    return {"type": "string", "enum": list(words)}


def _bash(tool: Tool) -> _Completion:
    schema = _object(
        [],
        command={"type": "string", "description": "The command to run"},
        restart={"type": "boolean", "description": "Start a new session"},
    )
    return "bash", "Runs a command in a shell session that persists between calls.", schema


def _text_editor(tool: Tool) -> _Completion:
    old = (tool.type or "").endswith(("_20241022", "_20250124"))
    commands = ("view", "create", "str_replace", "insert", *(("undo_edit",) if old else ()))
    schema = _object(
        ["command", "path"],
        command=_one_of(*commands),
        path={"type": "string", "description": "Absolute path of a file or directory"},
        file_text={"type": "string", "description": "The content, for create"},
        old_str={"type": "string", "description": "The text to replace, which must occur once, for str_replace"},
        new_str={"type": "string", "description": "The new text, for str_replace"},
        insert_line={"type": "integer", "description": "The line after which to insert, for insert"},
        insert_text={"type": "string", "description": "The text to insert, for insert"},
        view_range={**_POINT, "description": "First and last line to view, -1 for the end"},
    )
    name = "str_replace_editor" if old else "str_replace_based_edit_tool"
    return name, "Views, creates and edits text files.", schema


def _memory(tool: Tool) -> _Completion:
    schema = _object(
        ["command"],
        command=_one_of("view", "create", "str_replace", "insert", "delete", "rename"),
        path={"type": "string", "description": "A path under /memories"},
        view_range=_POINT,
        file_text=_STRING,
        old_str=_STRING,
        new_str=_STRING,
        insert_line=_INTEGER,
        insert_text=_STRING,
        old_path=_STRING,
        new_path=_STRING,
    )
    return "memory", "Keeps notes in files that outlast the conversation.", schema


def _computer(tool: Tool) -> _Completion:
    old = (tool.type or "").endswith("_20241022")
    zoom = ("zoom",) if tool.enable_zoom or (tool.type or "") >= "computer_20251124" else ()
    actions = _ACTIONS_2024 if old else (*_ACTIONS_2024, *_ACTIONS_2025, *zoom)
    schema = _object(
        ["action"],
        action=_one_of(*actions),
        coordinate=_POINT,
        start_coordinate=_POINT,
        text=_STRING,
        duration=_NUMBER,
        scroll_direction=_one_of("up", "down", "left", "right"),
        scroll_amount=_INTEGER,
        region={"type": "array", "items": _INTEGER, "minItems": 4, "maxItems": 4},
    )
    size = f"{tool.display_width_px}x{tool.display_height_px} pixels"
    return "computer", f"Controls the mouse, the keyboard and the screen of a computer. The screen is {size}.", schema


_COMPLETIONS: Mapping[str, Callable[[Tool], _Completion]] = {
    "bash_": _bash,
    "text_editor_": _text_editor,
    "memory_": _memory,
    "computer_2": _computer,
}
