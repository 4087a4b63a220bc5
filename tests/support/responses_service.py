"""The service before a backend of OpenAI's, whose model MODEL takes tools through the Responses API alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.gateway import Gateway
from tests.support.scripted_backend import ScriptedBackend

MODEL = "gpt-6.1-sol"

_DIALECT = """
from routing.models import Backend
Backend.objects.filter(from_environment=True).update(dialect="openai")
"""


@contextmanager
def responses_service(folder: Path, backend: ScriptedBackend) -> Iterator[Gateway]:
    """It is started twice: what the first start makes of the environment does not know whose backend this is."""
    models = {"BIG_MODEL": MODEL, "MIDDLE_MODEL": MODEL}
    gateway = Gateway(folder, OPENAI_BASE_URL=backend.base_url, **models)
    with gateway:
        gateway.manage("shell", "--command", _DIALECT)
    with gateway:
        yield gateway
