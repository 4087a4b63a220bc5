"""Shorter system messages of a conversation: of Claude Code's own skills only the first sentence is told.

The listing keeps every name, and what users and projects wrote of theirs. The rest of such a message (environment,
names of tools that can be loaded, kinds of agents, the date) stays as it is.
"""

from __future__ import annotations

import re

from conversion.compression.rules import SKILLS

_LISTING = "The following skills are available for use with the Skill tool:"
_ENTRY = re.compile(r"- (\S+): (.*)", re.DOTALL)
_SENTENCE = re.compile(r".{20,}?(?<!e\.g)(?<!i\.e)\.(?=\s)", re.DOTALL)


def shorter_listing(text: str) -> str:
    """The text of a system message with the listing in it; one without a listing stays as it is."""
    before, found, listing = text.partition(_LISTING)
    if not found or (before and not before.endswith("\n")):
        return text
    listing, gap, after = _parted(listing)
    entries = re.split(r"\n(?=- )", listing)
    return "".join((before, found, "\n".join(map(_shorter, entries)), gap, after))


def _parted(listing: str) -> tuple[str, str, str]:
    """The entries, the blank line behind the last one, and what follows; a blank line stands before the first one."""
    head = len(listing) - len(listing.lstrip("\n"))
    end = listing.find("\n\n", head)
    return (listing, "", "") if end < 0 else (listing[:end], "\n\n", listing[end + 2 :])


def _shorter(entry: str) -> str:
    match = _ENTRY.fullmatch(entry)
    if match is None or not match[2].startswith(SKILLS.get(match[1], "\n")):
        return entry
    sentence = _SENTENCE.match(match[2])
    return f"- {match[1]}: {sentence[0]}" if sentence else entry
