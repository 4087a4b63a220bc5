"""The folder in which the workers of one service count together for Prometheus: a new one at each start."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from django.conf import settings

from accounting.metrics import FOLDER, runs

PREFIX = "metrics-"


def share_metrics() -> None:
    """Let processes that are started from now on count together. What a killed service left behind is removed."""
    settings.DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    remove_left(settings.DATA_DIR)
    folder = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=settings.DATA_DIR)
    os.environ[FOLDER] = folder
    owner = os.getpid()
    atexit.register(lambda: shutil.rmtree(folder, ignore_errors=True) if os.getpid() == owner else None)


def remove_left(data: Path) -> None:
    for folder in data.glob(f"{PREFIX}*"):
        if not runs(int(folder.name.removeprefix(PREFIX).partition("-")[0])):
            shutil.rmtree(folder, ignore_errors=True)
