"""The ways in which backends are told how much to think (protocol §1.3), each as the fields that say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

WayName = Literal[
    "none",
    "effort",
    "object",
    "object_budget",
    "deepseek",
    "gemini_level",
    "gemini_budget",
    "groq_switch",
    "minimax",
    "moonshot",
    "moonshot_effort",
    "moonshot_keep",
    "qwen",
    "template",
    "template_both",
    "together",
    "zai",
    "zai_effort",
]


class Reasoning(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fields of the request; a path such as `reasoning.effort` is that of a field within an object.

    `off` switches thinking off; where it is empty, the word `none` does. `on` goes with every effort.
    `effort` is the path of the word, `words` says some of them in the backend's own (empty: not at all).
    `budget` is the path of a number of thinking tokens, `budgets` the numbers for words, where only numbers are known.
    """

    off: dict[str, object] = {}
    on: dict[str, object] = {}
    effort: str = ""
    words: dict[str, str] = {}
    budget: str = ""
    budgets: dict[str, int] = {}


_OBJECT_OFF: dict[str, object] = {"reasoning": {"enabled": False}}
_THINKING_OFF: dict[str, object] = {"thinking": {"type": "disabled"}}
_THINKING_ON: dict[str, object] = {"thinking": {"type": "enabled"}}
_THINKING_KEPT: dict[str, object] = {"thinking": {"type": "enabled", "clear_thinking": False}}
_GOOGLE_ON: dict[str, object] = {"extra_body": {"google": {"thinking_config": {"include_thoughts": True}}}}
_GOOGLE = "extra_body.google.thinking_config."  # `extra_body` is literally on the wire

WAYS: Mapping[WayName, Reasoning] = {
    "none": Reasoning(),
    "effort": Reasoning(effort="reasoning_effort"),
    "object": Reasoning(off=_OBJECT_OFF, effort="reasoning.effort"),
    "object_budget": Reasoning(off=_OBJECT_OFF, effort="reasoning.effort", budget="reasoning.max_tokens"),
    "deepseek": Reasoning(off=_THINKING_OFF, on=_THINKING_ON, effort="reasoning_effort", words={"medium": "high"}),
    "gemini_level": Reasoning(on=_GOOGLE_ON, effort=f"{_GOOGLE}thinking_level"),
    "gemini_budget": Reasoning(
        on=_GOOGLE_ON, budget=f"{_GOOGLE}thinking_budget", budgets={"low": 1_024, "medium": 8_192, "high": 24_576}
    ),
    "groq_switch": Reasoning(effort="reasoning_effort", words={"high": "default"}),
    "minimax": Reasoning(off=_THINKING_OFF, on={"thinking": {"type": "adaptive"}}),
    "moonshot": Reasoning(off=_THINKING_OFF, on=_THINKING_ON),
    "moonshot_effort": Reasoning(effort="reasoning_effort", words={"medium": "high"}),
    "moonshot_keep": Reasoning(off=_THINKING_OFF, on={"thinking": {"type": "enabled", "keep": "all"}}),
    "qwen": Reasoning(
        off={"enable_thinking": False},
        on={"enable_thinking": True},
        budget="thinking_budget",
        budgets={"low": 2_048, "medium": 8_192, "high": 16_384, "xhigh": 32_768, "max": 38_912},
    ),
    "template": Reasoning(
        off={"chat_template_kwargs": {"enable_thinking": False}}, on={"chat_template_kwargs": {"enable_thinking": True}}
    ),
    "template_both": Reasoning(  # templates read only the spelling that they know
        off={"chat_template_kwargs": {"enable_thinking": False, "thinking": False}},
        on={"chat_template_kwargs": {"enable_thinking": True, "thinking": True}},
    ),
    "together": Reasoning(off=_OBJECT_OFF, effort="reasoning_effort"),
    "zai": Reasoning(off=_THINKING_OFF, on=_THINKING_KEPT),
    "zai_effort": Reasoning(
        off=_THINKING_OFF,
        on=_THINKING_KEPT,
        effort="reasoning_effort",
        words={"low": "", "medium": "", "high": "", "xhigh": "high"},
    ),
}


def way_of(reasoning: WayName | Reasoning) -> Reasoning:
    """The way by its name, or the administrator's own."""
    return reasoning if isinstance(reasoning, Reasoning) else WAYS[reasoning]
