"""Secrets that nobody configured: made once and kept under DATA_DIR, readable by their owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from proxysite.environment import WRONG


def kept_secret(file: Path) -> str:
    """What the file holds; it is written first where it is missing."""
    try:
        if not file.exists():
            create(file)
        return file.read_text().strip()
    except OSError as error:
        WRONG["DATA_DIR"] = f"is {str(file.parent)!r}, which cannot be used ({error.strerror})"
        return new_secret()


def create(file: Path) -> None:
    """Written whole before it gets its name, so that two processes that start at once agree on one secret."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        opened.write(new_secret())
    try:
        os.link(draft, file)
    except FileExistsError:
        pass  # another process was first: its secret is the one
    finally:
        draft.unlink()


def new_secret() -> str:
    return secrets.token_urlsafe(48)
