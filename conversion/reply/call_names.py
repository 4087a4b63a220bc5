"""The name of a called tool (protocol §3.3): mangled ones recognised, unknown ones made legal."""

from __future__ import annotations

import re
from collections.abc import Mapping

_FOREIGN = re.compile(r"[^a-zA-Z0-9_-]+")
_LONGEST = 128


def offered_name(name: str, tool_names: Mapping[str, str]) -> str:
    """The name under which the backend was offered what the model called; the model's own where nothing fits.

    `tool_names` is the backend's name → the client's. Recognised are the client's names, other cases, and a name with
    something before or after it that can be no part of a name: `functions.Bash`, `default_api:Bash`, `Bash<|call|>`.
    """
    name = name.strip()
    if name in tool_names:
        return name
    parts = [part for part in _FOREIGN.split(name) if part]
    for candidate in (name, *parts[-1:], *parts[:1]):
        if found := _only_match(candidate, tool_names):
            return found
    return name


def legal_name(name: str) -> str:
    """A name that nobody offered, as clients accept it: they tell the model that there is no such tool."""
    return _FOREIGN.sub("_", name)[:_LONGEST]


def _only_match(candidate: str, tool_names: Mapping[str, str]) -> str | None:
    if candidate in tool_names:
        return candidate
    alike = [offered for offered, client in tool_names.items() if client == candidate]
    if not alike:
        folded = candidate.casefold()
        alike = [offered for offered, client in tool_names.items() if folded in (offered.casefold(), client.casefold())]
    return alike[0] if len(alike) == 1 else None
