"""Packages of npm that only tests need, each in a folder of its own under `.cache` of the checkout.

A package is installed once; delete its folder to get the newest again.
"""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path

from tests.support.missing import missing

CACHE = Path(__file__).resolve().parent.parent.parent / ".cache"
OLDEST_NODE = 20
NO_NETWORK = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ENETUNREACH", "ETIMEDOUT")


@cache
def modules(folder: str, package: str, version: str) -> Path:
    """The `node_modules` with the package in it; it is installed first where it is not there yet."""
    found = CACHE / folder / "node_modules"
    if not (found / package / "package.json").exists():
        install(CACHE / folder, f"{package}@{version}")
    return found


def install(folder: Path, package: str) -> None:
    if (npm := shutil.which("npm")) is None:
        missing(f"{package} needs npm to be installed")
    folder.mkdir(parents=True, exist_ok=True)
    command = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--fetch-retry-mintimeout=1000"]
    run = subprocess.run([*command, package], capture_output=True, text=True)
    for code in NO_NETWORK:
        if run.returncode and f"code {code}" in run.stderr:
            missing(f"npm reaches no registry ({code}) to install {package} from")
    assert run.returncode == 0, run.stderr


@cache
def node() -> str:
    """The program, new enough for the packages that tests run."""
    found = shutil.which("node")
    version = subprocess.run([found, "--version"], capture_output=True, text=True).stdout if found else ""
    if found is None or int(version[1:].partition(".")[0]) < OLDEST_NODE:
        missing(
            f"node {OLDEST_NODE} or newer runs the TypeScript client and aimock, here is {version.strip() or 'none'}"
        )
    return found
