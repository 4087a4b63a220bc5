"""Programs on this machine that could answer, found by asking the ports they use unless told otherwise."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass

TIMEOUT = 0.3
ANSWER_LIMIT = 1 << 20
USUAL_PORTS = {"Ollama": 11434, "LM Studio": 1234, "llama.cpp": 8080, "vLLM": 8000}


@dataclass(frozen=True, slots=True)
class LocalBackend:
    program: str
    base_url: str
    models: tuple[str, ...]

    @property
    def variables(self) -> dict[str, str]:
        """What has to stand in `.env` for it to be used."""
        return {"OPENAI_BASE_URL": self.base_url, "BIG_MODEL": self.models[0]}

    @property
    def lines(self) -> list[str]:
        return [f"{name}={value}" for name, value in self.variables.items()]


def local_backends(own_port: int) -> Iterator[LocalBackend]:
    """Those that have a model to answer with."""
    for program, port in USUAL_PORTS.items():
        if port != own_port and (models := listed_models(port)):
            yield LocalBackend(program, f"http://127.0.0.1:{port}/v1", models)


def listed_models(port: int) -> tuple[str, ...]:
    """The models that can chat; none where nothing or something else answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    try:
        connection.request("GET", "/v1/models")
        answer = json.loads(connection.getresponse().read(ANSWER_LIMIT))
        names = [str(model["id"]) for model in answer["data"]]
    except (OSError, http.client.HTTPException, ValueError, LookupError, TypeError):
        return ()
    finally:
        connection.close()
    return tuple(name for name in names if "embed" not in name.lower())
