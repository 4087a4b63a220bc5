"""Texts of backends are matched in lower case, see `ErrorReport.text`."""

from __future__ import annotations

import re


def any_of(*patterns: str) -> re.Pattern[str]:
    """Found where one of the patterns is; a dot stands for line ends too."""
    return re.compile("|".join(patterns), re.DOTALL)
