"""The members of the computer and the browser toolset, as models read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import msgspec
from msgspec import Raw, Struct

Schema: TypeAlias = Mapping[str, object]

_TEXT = {"type": "string"}
_WHOLE = {"type": "integer"}
_NUMBER = {"type": "number"}
_SECONDS = {"type": "integer", "description": "Seconds"}
_DIRECTION = {"type": "string", "enum": ["up", "down", "left", "right"]}
_POINT = {
    "type": "array",
    "items": _WHOLE,
    "minItems": 2,
    "maxItems": 2,
    "description": "Pixels from the left edge and from the top edge",
}
_REGION = {"type": "array", "items": _WHOLE, "minItems": 4, "maxItems": 4, "description": "Left, top, right, bottom"}
_HELD = {"type": "string", "description": "Keys to hold meanwhile, such as ctrl+shift"}
_KEYS = {"type": "string", "description": "A key, or keys joined by +, such as ctrl+s"}


class Member(Struct, frozen=True):
    """One tool of a toolset, as a model reads it; `required` are names of its properties."""

    description: str
    properties: dict[str, Schema] = {}
    required: tuple[str, ...] = ()

    def schema(self) -> Raw:
        plain = {"type": "object", "properties": self.properties, "required": list(self.required)}
        return Raw(msgspec.json.encode(plain))


def _click(what: str) -> Member:
    where = "at a place of the screen, or where the pointer is"
    return Member(f"{what} {where}.", {"coordinate": _POINT, "text": _HELD})


COMPUTER: Mapping[str, Member] = {
    "key": Member("Presses a key or several at once.", {"text": _KEYS, "repeat": _WHOLE}, ("text",)),
    "hold_key": Member("Holds a key for some time.", {"text": _KEYS, "duration": _SECONDS}, ("text", "duration")),
    "type": Member("Types a text.", {"text": _TEXT}, ("text",)),
    "cursor_position": Member("Tells where the pointer is."),
    "mouse_move": Member("Moves the pointer without clicking.", {"coordinate": _POINT}, ("coordinate",)),
    "left_mouse_down": Member("Presses the left button and holds it."),
    "left_mouse_up": Member("Releases the left button."),
    "left_click": _click("Clicks the left button"),
    "left_click_drag": Member(
        "Drags with the left button from one place to another.",
        {"start_coordinate": _POINT, "coordinate": _POINT, "text": _HELD},
        ("start_coordinate", "coordinate"),
    ),
    "right_click": _click("Clicks the right button"),
    "middle_click": _click("Clicks the middle button"),
    "double_click": _click("Clicks the left button twice"),
    "triple_click": _click("Clicks the left button three times"),
    "scroll": Member(
        "Scrolls at a place of the screen, or where the pointer is.",
        {"scroll_direction": _DIRECTION, "scroll_amount": _WHOLE, "coordinate": _POINT, "text": _HELD},
        ("scroll_direction", "scroll_amount"),
    ),
    "wait": Member("Waits.", {"duration": _SECONDS}, ("duration",)),
    "screenshot": Member("Takes a picture of the screen."),
    "zoom": Member("Takes a picture of a part of the screen, enlarged.", {"region": _REGION}, ("region",)),
}

_TAB = {"type": "string", "description": "The tab, else the active one"}
_PLACE: Schema = {
    "type": "object",
    "description": "A place in the viewport, in pixels",
    "properties": {"type": {"type": "string", "enum": ["coordinate"]}, "x": _WHOLE, "y": _WHOLE},
    "required": ["type", "x", "y"],
}
_ELEMENT: Schema = {
    "type": "object",
    "description": "An element that read_page or find told of, such as ref_7",
    "properties": {"type": {"type": "string", "enum": ["ref"]}, "ref": _TEXT},
    "required": ["type", "ref"],
}
_TARGET: Schema = {"anyOf": [_PLACE, _ELEMENT]}


def _in_tab(description: str, required: tuple[str, ...] = (), **properties: Schema) -> Member:
    return Member(description, {**properties, "tab_id": _TAB}, required)


def _at_target(what: str) -> Member:
    return _in_tab(f"{what} a place or an element of the page.", ("target",), target=_TARGET, modifiers=_HELD)


BROWSER: Mapping[str, Member] = {
    "navigate": _in_tab("Opens a URL, or goes back, forward, or reloads.", ("url",), url=_TEXT),
    "list_tabs": Member("Lists the open tabs."),
    "new_tab": Member("Opens an empty tab."),
    "switch_tab": Member("Makes a tab the active one.", {"tab_id": _TEXT}, ("tab_id",)),
    "close_tab": Member("Closes a tab.", {"tab_id": _TEXT}, ("tab_id",)),
    "read_page": _in_tab(
        "Reads the page, or the part below an element, as a tree of elements with references.",
        filter={"type": "string", "enum": ["all", "interactive"]},
        ref=_TEXT,
        depth=_WHOLE,
    ),
    "get_page_text": _in_tab("Reads the text of the page."),
    "read_console": _in_tab("Reads what the console said since it was last read."),
    "read_network": _in_tab("Reads which requests were made since they were last read."),
    "find": _in_tab("Finds elements by a description in plain words.", ("query",), query=_TEXT),
    "form_input": _in_tab(
        "Sets the value of a form's element.",
        ("target", "value"),
        target=_ELEMENT,
        value={"type": ["string", "number", "boolean"]},
    ),
    "file_upload": _in_tab(
        "Chooses files for a file input; by paths, or by ids of documents.",
        ("target",),
        target=_ELEMENT,
        paths={"type": "array", "items": _TEXT},
        document_ids={"type": "array", "items": _TEXT},
    ),
    "scroll_to": _in_tab("Scrolls to an element.", ("target",), target=_ELEMENT),
    "screenshot": _in_tab("Takes a picture of the viewport."),
    "zoom": _in_tab("Takes a picture of a part of the viewport, enlarged.", ("region",), region=_REGION),
    "left_click": _at_target("Clicks"),
    "right_click": _at_target("Clicks the right button on"),
    "middle_click": _at_target("Clicks the middle button on"),
    "double_click": _at_target("Clicks twice on"),
    "triple_click": _at_target("Clicks three times on"),
    "hover": _in_tab("Moves the pointer to a place or an element.", ("target",), target=_TARGET),
    "left_click_drag": _in_tab(
        "Drags from one place to another.", ("from", "target"), **{"from": _PLACE, "target": _PLACE}
    ),
    "left_mouse_down": _in_tab("Presses the left button at a place and holds it.", ("target",), target=_PLACE),
    "left_mouse_up": _in_tab("Releases the left button at a place.", ("target",), target=_PLACE),
    "mouse_move": _in_tab("Moves the pointer to a place.", ("target",), target=_PLACE),
    "scroll": _in_tab(
        "Scrolls at a place.",
        ("scroll_direction", "target"),
        scroll_direction=_DIRECTION,
        target=_PLACE,
        scroll_amount=_WHOLE,
    ),
    "type": _in_tab("Types a text where the focus is.", ("text",), text=_TEXT),
    "key": _in_tab("Presses a key or several at once.", ("text",), text=_KEYS, repeat=_WHOLE),
    "hold_key": _in_tab("Holds a key for some time.", ("text", "duration"), text=_KEYS, duration=_NUMBER),
    "wait": _in_tab("Waits.", ("duration",), duration=_NUMBER),
    "javascript_exec": _in_tab(
        "Runs JavaScript in the page and tells the value of its last expression.", ("text",), text=_TEXT
    ),
}
