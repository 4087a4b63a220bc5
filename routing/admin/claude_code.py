"""What to type, or to write down, so that Claude Code uses a key."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Setup:
    """One of the ways: where the text goes, and the text."""

    place: str
    text: str


def setups(base_url: str, key: str) -> tuple[Setup, ...]:
    variables = {
        "ANTHROPIC_BASE_URL": base_url,
        "ANTHROPIC_AUTH_TOKEN": key,
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    }
    shell = [f"export {name}={value}" for name, value in variables.items()]
    powershell = [f'$env:{name} = "{value}"' for name, value in variables.items()]
    return (
        Setup("In a shell (Linux, macOS)", "\n".join([*shell, "claude"])),
        Setup("In PowerShell (Windows)", "\n".join([*powershell, "claude"])),
        Setup("For good, in ~/.claude/settings.json", json.dumps({"env": variables}, indent=2)),
    )
