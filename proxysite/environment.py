"""Reading the environment, with `.env` beside manage.py behind it; a wrong value is noted, not raised.

What cannot be used is replaced by its default and noted in `WRONG`. The system checks (`proxysite/checks.py`) report
it with the name of the variable, and no command runs until it is put right: better than a traceback of the settings.
"""

from __future__ import annotations

import os
from pathlib import Path

from dotenv import load_dotenv

BASE_DIR = Path(__file__).resolve().parent.parent
HOME = BASE_DIR if (BASE_DIR / "manage.py").exists() else Path.cwd()  # installed as a package: where it is started
load_dotenv(HOME / ".env")

WRONG: dict[str, str] = {}
"""Variable → what is wrong with its value, as the end of a sentence."""


def text(name: str, default: str = "") -> str:
    """The variable, or the content of the file that NAME_FILE points to (as container secrets come)."""
    if file := os.environ.get(f"{name}_FILE"):
        try:
            return Path(file).read_text().strip()
        except OSError as error:
            WRONG[f"{name}_FILE"] = f"names {file}, which cannot be read ({error.strerror})"
    return os.environ.get(name, "").strip() or default


def items(name: str) -> list[str]:
    return [item.strip() for item in text(name).split(",") if item.strip()]


def flag(name: str) -> bool:
    return choice(name, "no", ("1", "true", "yes", "on", "0", "false", "no", "off")) in {"1", "true", "yes", "on"}


def number(name: str, default: int, lowest: int = 0, highest: int = 10**9) -> int:
    word = first_word(name)
    if not word:
        return default
    if word.isascii() and word.isdigit() and lowest <= int(word) <= highest:
        return int(word)
    WRONG[name] = f"is {word!r}, which is not a whole number from {lowest} to {highest}"
    return default


def choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    word = first_word(name).lower()
    if not word or word in choices:
        return word or default
    WRONG[name] = f"is {word!r}, which is none of {', '.join(choices)}"
    return default


def first_word(name: str) -> str:
    """A comment behind the value, as `.env` files often have one, is not part of it."""
    return (text(name).split() or [""])[0]
