"""`safeguard_results` of a reply: what Claude Code's auto mode waits for before it runs a tool call.

Undocumented; the shapes are those that the client reads (version 2.1.331). A result that it cannot read, or a call that
has none, is not run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import UNSET, Struct, UnsetType


class Evaluated(Struct, frozen=True, gc=False, tag_field="type", tag="evaluated"):
    """A verdict; the explanation of a flagged call is shown to the model and to the user."""

    outcome: Literal["flagged", "not_flagged"]
    explanation: str | UnsetType = UNSET


class Unavailable(Struct, frozen=True, gc=False, tag_field="type", tag="unavailable"):
    """No verdict, for now: the client may let the model try the same call once more."""

    reason: Literal["timeout", "error", "input_too_long", "truncated"]


Verdict = Evaluated | Unavailable


class Available(Struct, frozen=True, gc=False, tag_field="type", tag="available"):
    """The judge ran; `tool_uses` has what became of each call, by its id."""

    tool_uses: Mapping[str, Verdict]


class SafeguardResult(Struct, frozen=True, gc=False, tag_field="type", tag="dangerous_tool_use"):
    status: Available
