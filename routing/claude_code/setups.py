"""The ways to tell Claude Code its variables: what to type, or to write down. Each quotes in its own manner."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from routing.claude_code.variables import Variable

POWERSHELL_QUOTES = re.compile("['‘’‚‛]")
"""PowerShell takes typographic ones for quotes as well; doubled, each of them stands for itself."""


@dataclass(frozen=True, slots=True)
class Setup:
    """One of the ways: where the text goes, and the text."""

    name: str
    place: str
    text: str


def setups(variables: Sequence[Variable]) -> list[Setup]:
    return [Setup(name, PLACES[name], write(variables)) for name, write in WRITERS.items()]


def shell(variables: Sequence[Variable]) -> str:
    lines = [f"export {variable.name}={shlex.quote(variable.value)}" for variable in variables]
    return "\n".join([*lines, "claude"])


def powershell(variables: Sequence[Variable]) -> str:
    lines = [f"$env:{variable.name} = {powershell_quoted(variable.value)}" for variable in variables]
    return "\n".join([*lines, "claude"])


def powershell_quoted(text: str) -> str:
    """In single quotes, in which nothing but a quote means anything."""
    return f"'{POWERSHELL_QUOTES.sub(lambda quote: quote[0] * 2, text)}'"


def settings(variables: Sequence[Variable]) -> str:
    return json.dumps({"env": {variable.name: variable.value for variable in variables}}, indent=2, ensure_ascii=False)


WRITERS: Mapping[str, Callable[[Sequence[Variable]], str]] = MappingProxyType(
    {"shell": shell, "powershell": powershell, "json": settings}
)
PLACES = {
    "shell": "In a shell (Linux, macOS)",
    "powershell": "In PowerShell (Windows)",
    "json": "For good, in ~/.claude/settings.json",
}
