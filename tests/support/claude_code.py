"""The real Claude Code client, headless: `ClaudeCode(folder, url, key).run("Say hello")`.

It comes from npm (tests/support/npm.py). The package for the platform is installed itself: the main package wants a
newer Node.js than the binary needs (that is none), and its install script does nothing but copy the binary.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.npm import modules

ARCHITECTURES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}
TOOLS = "Bash Read Edit Write Agent"
TIMEOUT = 120.0
LATEST = "latest"


@dataclass(frozen=True)
class Run:
    """What the client printed: one event a line, the last one its result."""

    events: list[dict[str, Any]]
    errors: str

    @property
    def result(self) -> dict[str, Any]:
        return next(event for event in reversed(self.events) if event["type"] == "result")

    @property
    def text(self) -> str:
        assert not self.result["is_error"], f"the client failed: {self.result}\n{self.errors}"
        return str(self.result["result"])

    @property
    def session_id(self) -> str:
        return str(self.result["session_id"])

    def blocks(self, kind: str) -> list[dict[str, Any]]:
        """The content blocks of one type, in the order in which the client saw them."""
        messages = [event["message"] for event in self.events if event["type"] in {"assistant", "user"}]
        contents = [message["content"] for message in messages if isinstance(message["content"], list)]
        return [block for content in contents for block in content if block["type"] == kind]


@dataclass
class ClaudeCode:
    """One user: a home folder, a project folder, and the gateway as the only thing that the client may ask."""

    folder: Path
    url: str
    key: str
    environment: dict[str, str] = field(default_factory=dict)
    version: str = LATEST

    def __post_init__(self) -> None:
        self.home, self.project = self.folder / "home", self.folder / "project"
        self.home.mkdir()
        self.project.mkdir()

    def run(self, prompt: str, *options: str) -> Run:
        command = [binary(self.version), "-p", prompt, "--output-format", "stream-json", "--verbose"]
        command += ["--permission-mode", "acceptEdits", "--allowedTools", TOOLS, *options]
        try:
            run = subprocess.run(
                command,
                env=self.variables(),
                cwd=self.project,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=TIMEOUT,
            )
        except subprocess.TimeoutExpired as late:
            raise AssertionError(f"the client did not end:\n{late.stdout!r}\n{late.stderr!r}") from None
        events = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
        ended = bool(events) and events[-1]["type"] == "result"
        assert ended, f"the client ended with {run.returncode}:\n{run.stdout}\n{run.stderr}"
        return Run(events, run.stderr)

    def variables(self) -> dict[str, str]:
        """Its whole environment."""
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": str(self.home),
            "CLAUDE_CONFIG_DIR": str(self.home / ".claude"),
            "ANTHROPIC_BASE_URL": self.url,
            "ANTHROPIC_AUTH_TOKEN": self.key,
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "CLAUDE_CODE_MAX_RETRIES": "0",  # a second attempt is a failure that the test wants to see
            **self.environment,
        }


def binary(version: str = LATEST) -> str:
    """The client's path; it is installed first where it is not there yet."""
    folder = "claude-code" if version == LATEST else f"claude-code-{version}"
    return str(modules(folder, package(), version) / package() / "claude")


def package() -> str:
    system = "darwin" if sys.platform == "darwin" else "linux"
    musl = "-musl" if system == "linux" and platform.libc_ver()[0] != "glibc" else ""
    return f"@anthropic-ai/claude-code-{system}-{ARCHITECTURES[platform.machine().lower()]}{musl}"
