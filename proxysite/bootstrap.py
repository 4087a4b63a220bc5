"""The first start on a fresh machine: `serve` and `test` make `.venv` beside manage.py and re-run themselves there.

Only the standard library, in words that an old Python understands too: it runs before anything is installed.

- An environment that has the requirements is used as it is: an active one, uv's, a container's.
- Otherwise `.venv` gets the hash-pinned requirements of `proxysite/deploy/`, through uv where there is one, else pip.
- A stamp in `.venv` says what was installed, so that nothing is done as long as the pinned requirements stay the same.
- Other commands install nothing, but run in that `.venv` too.
- `DJANGO_NO_BOOTSTRAP=1` switches all of this off, as in the container image.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
STAMP = ENVIRONMENT / "claude-code-proxy.stamp"
DEPLOY = ROOT / "proxysite" / "deploy"
LOCKS = ("requirements.lock", "requirements-test.lock", "requirements-full.lock")  # each holds the one before
SERVE, TEST, FULL = range(3)
OLDEST = (3, 11)


def ensure_environment(arguments: list[str]) -> None:
    """Return where the command can run; elsewhere see to the environment and run the command there instead."""
    if os.environ.get("DJANGO_NO_BOOTSTRAP"):
        return
    level = wanted_level(arguments[1:])
    inside = Path(sys.prefix).resolve() == ENVIRONMENT
    if is_ready(level, inside):
        return
    if level is None:
        if not PYTHON.exists():
            raise SystemExit("The requirements are not installed yet: `python3 manage.py serve` does that, too.")
    elif is_foreign():
        if inside:
            raise SystemExit(f"{ENVIRONMENT} lacks requirements: install {DEPLOY / LOCKS[level]} in it, or remove it.")
    elif not is_current(level):
        install(level)
    os.execv(PYTHON, [str(PYTHON), *arguments])


def is_ready(level: int | None, inside: bool) -> bool:
    """Whether the command can run in this interpreter."""
    if not inside:
        return is_equipped()
    if level is None:
        return True
    return is_current(level) if STAMP.exists() else is_equipped()


def wanted_level(arguments: list[str]) -> int | None:
    """Which of the locks the command needs; None: no command that makes environments."""
    if arguments[:1] == ["serve"]:
        return SERVE
    if arguments[:1] == ["test"]:
        return FULL if "--full" in arguments else TEST
    return None


def is_equipped() -> bool:
    return all(importlib.util.find_spec(name) for name in ("django", "ninja", "msgspec"))


def is_foreign() -> bool:
    """Whether `.venv` was made by someone else, who decides what is in it."""
    return not STAMP.exists() and any(ENVIRONMENT.glob("lib/python*/site-packages/django"))


def is_current(level: int) -> bool:
    if not (STAMP.exists() and PYTHON.exists()):
        return False
    return STAMP.read_text() in {stamp(enough) for enough in range(level, len(LOCKS))}


def stamp(level: int) -> str:
    """What the stamp says once a level is installed: which lock, for which Python, and the state of all locks."""
    locks = b"".join((DEPLOY / lock).read_bytes() for lock in LOCKS)
    return f"{python_version()} {LOCKS[level]} {hashlib.sha256(locks).hexdigest()}\n"


def python_version() -> str:
    return f"{sys.version_info[0]}.{sys.version_info[1]}"


def install(level: int) -> None:
    """Make `.venv` where it is missing, broken or another Python's, and install what the level needs."""
    if sys.version_info < OLDEST:
        raise SystemExit(f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed; this is {sys.version.split()[0]}.")
    uv = shutil.which("uv")
    print(f"Setting up {ENVIRONMENT} with {'uv' if uv else 'pip'}: once, about a minute …", file=sys.stderr, flush=True)
    if not (PYTHON.exists() and STAMP.exists() and STAMP.read_text().startswith(f"{python_version()} ")):
        maker = [uv, "venv", "--quiet", "--python", sys.executable] if uv else [sys.executable, "-m", "venv"]
        run([*maker, "--clear", str(ENVIRONMENT)])
    STAMP.write_text(f"{python_version()} incomplete\n")
    installer = [uv, "pip", "install", "--python", str(PYTHON)] if uv else [str(PYTHON), "-m", "pip", "install"]
    run([*installer, "--quiet", "--require-hashes", "-r", str(DEPLOY / LOCKS[level])])
    STAMP.write_text(stamp(level))


def run(command: list[str]) -> None:
    if code := subprocess.run(command, env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}).returncode:
        raise SystemExit(f"This failed with exit code {code}, see above: {' '.join(command)}")
