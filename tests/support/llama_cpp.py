"""A real backend that nobody here wrote: the server of llama.cpp, with the model of tests/support/tiny_model.py.

    with LlamaCpp(folder) as server:
        …a gateway whose backend is `server.base_url`…

It comes with the wheel `xllamacpp` and runs in a process of its own. Nearly every byte of a prompt is a token, and
`context` of them fit. `POST {server.url}/v1/messages` is its own idea of the Messages API.
"""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from tests.support import tiny_model
from tests.support.missing import missing

ROOT = Path(__file__).resolve().parent.parent.parent
MODEL = "tiny"
STOP_TIMEOUT = 10.0


class LlamaCpp:
    def __init__(self, folder: Path, context: int = 2048) -> None:
        if find_spec("xllamacpp") is None:
            missing("the server of llama.cpp needs the wheel xllamacpp")
        self.context = context
        self._model = folder / "tiny.gguf"
        self._log = folder / "llama_cpp.log"

    @property
    def base_url(self) -> str:
        return f"{self.url}/v1"

    def __enter__(self) -> LlamaCpp:
        tiny_model.write(self._model)
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(self._model), str(self.context)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=ROOT,
            )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        assert self.url, f"the server of llama.cpp did not start:\n{self._log.read_text(errors='replace')}"
        return self

    def __exit__(self, *_: object) -> None:
        """It ends with its standard input."""
        self._process.communicate(timeout=STOP_TIMEOUT)


def serve(model: str, context: int) -> None:
    from xllamacpp import CommonParams, Server

    parameters = CommonParams()
    parameters.model.path = model
    parameters.model_alias = {MODEL}
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.n_ctx = context
    parameters.n_parallel = 1
    parameters.cpuparams.n_threads = 1
    parameters.warmup = False
    parameters.use_jinja = True
    server = Server(parameters)
    print(server.listening_address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
