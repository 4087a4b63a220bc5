"""Texts that mean one thing, each with the habits that answer it: rules that are nothing but data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from conversion.repairs.refusal import Refusal
from conversion.repairs.repair import Repair


class Sentence(NamedTuple):
    """Where `pattern` is in the text, `unless` is not, and `part` is in the request, the overrides may help."""

    kind: str
    pattern: re.Pattern[str]
    overrides: Mapping[str, object]
    part: bytes = b""
    unless: re.Pattern[str] | None = None

    def repair(self, refusal: Refusal) -> Repair | None:
        if not refusal.has(self.part) or not self.pattern.search(refusal.text):
            return None
        if self.unless is not None and self.unless.search(refusal.text):
            return None
        return Repair(self.kind, overrides=self.overrides)
