"""A scripted backend of somebody else's making: `@copilotkit/aimock`, an imitation of OpenAI's wire and of its faults.

    with Aimock(folder, [{"match": {"userMessage": "hello"}, "response": {"content": "Hi"}}]) as aimock:
        …a gateway whose backend is `aimock.base_url`…

What a fixture may say (also of chaos, and of streams that break off) is in the README of the package.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from tests.support.gateway import eventually
from tests.support.npm import modules, node
from tests.support.postgres import free_port

PACKAGE, VERSION = "@copilotkit/aimock", "1"
START_TIMEOUT = 20.0
STOP_TIMEOUT = 10.0


class Aimock:
    def __init__(self, folder: Path, fixtures: Sequence[Mapping[str, Any]]) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.base_url = f"{self.url}/v1"
        self._log = folder / "aimock.log"
        self._fixtures = folder / "fixtures.json"
        self._fixtures.write_text(json.dumps({"fixtures": fixtures}))

    def __enter__(self) -> Aimock:
        program = modules("aimock", PACKAGE, VERSION) / PACKAGE / "dist" / "cli.js"
        options = [
            "--port",
            str(self.port),
            "--fixtures",
            str(self._fixtures),
            "--chunk-size",
            "4",
            "--validate-on-load",
        ]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen([node(), str(program), *options], stdout=log, stderr=log)
        eventually(self._is_ready, START_TIMEOUT, lambda: f"aimock did not start:\n{self._log.read_text()}")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(STOP_TIMEOUT)

    def _is_ready(self) -> bool:
        assert self._process.poll() is None, f"aimock ended:\n{self._log.read_text()}"
        try:
            with urlopen(f"{self.url}/__aimock/health", timeout=5) as response:
                return bool(response.status == 200)
        except OSError:
            return False
