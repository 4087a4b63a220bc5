"""Prompts in the shape of Claude Code's: its headings and the beginnings of its paragraphs, the rest made up."""

IDENTITY = "You are Claude Code, Anthropic's official CLI for Claude."

FILLER = "made up guidance that only takes room and says nothing that anybody would miss. " * 8

ENVIRONMENT = """\
# Environment
You have been invoked in the following environment:
 - Primary working directory: /home/ada/project
 - Is a git repository: true
 - Platform: linux"""

GIT_STATUS = """\
gitStatus: This is the git status at the start of the conversation.

Current branch: main

Status:
 M src/app.py

Recent commits:
1234567 first"""

MEMORY_PATH = "You have a persistent file-based memory at `/home/ada/.claude/memory/`.   "

CONTEXT = f"# Context management\nWhen the conversation grows long, {FILLER}"
TONE = f"# Tone and style\n - Only use emojis if {FILLER}"
CARE = f"# Executing actions with care\n\nCarefully consider the reversibility {FILLER}"
HARNESS = f"# Harness\n - Text you output outside of tool use {FILLER}"
MEMORY = f"# Memory\n\n{MEMORY_PATH}\n\nAfter writing the file, add a one-line pointer {FILLER}"


def prompt(*parts: str) -> tuple[str, ...]:
    """Identity, and one text with these parts in it."""
    return IDENTITY, "\n\n".join(("\nYou are an agent working with the user.", *parts))
