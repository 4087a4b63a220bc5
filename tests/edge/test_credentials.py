"""A backend with several credentials: what is refused rests for every process, and nobody notices."""

from collections import Counter

import httpx
import pytest

from tests.support.answers import text
from tests.support.gateway import CLIENT_KEY, Gateway, eventually
from tests.support.messages import request
from tests.support.rows import backend_rows, load, numbers
from tests.support.scripted_backend import ScriptedBackend, error

SECRETS = {"FIRST_KEY": "sk-first-0123456789", "SECOND_KEY": "sk-second-0123456789"}


def credential_row(backend, name):
    fields = {"backend": backend["pk"], "sealed": f"env:{name}", "hint": name, "label": name}
    return {"model": "routing.backendcredential", "pk": next(numbers), "fields": fields}


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with ScriptedBackend() as backend:
        folder = tmp_path_factory.mktemp("credentials")
        gateway = Gateway(folder, "--workers", "2", OPENAI_BASE_URL=backend.base_url, **SECRETS)
        row, model = backend_rows("shared", backend.base_url, "m")
        load(gateway, row, model, *(credential_row(row, name) for name in SECRETS))
        with gateway:
            yield gateway, backend


def ask(gateway):
    """In a session of its own and over a connection of its own, so that any process and any credential may serve it."""
    headers = {"x-api-key": CLIENT_KEY, "x-claude-code-session-id": f"session {next(numbers)}"}
    url, body = f"{gateway.url}/v1/messages", request(model="shared/m")
    return httpx.post(url, json=body, headers=headers, timeout=30, trust_env=False)


def used(backend):
    return Counter(asked.headers["authorization"].removeprefix("Bearer ") for asked in backend.requests)


def test_sessions_are_shared_among_credentials_until_one_is_refused(service):
    gateway, backend = service
    first, second = SECRETS.values()
    backend.script_with(lambda asked: text("Hello"))
    assert {ask(gateway).status_code for _ in range(40)} == {200}
    assert min(used(backend)[secret] for secret in (first, second)) > 5

    def refuse_first(asked):
        return error(401, "wrong key") if first in asked.headers["authorization"] else text("Hello")

    backend.script_with(refuse_first)
    eventually(lambda: resting(gateway, backend, first), 30, lambda: f"still asked with it: {used(backend)}")


def resting(gateway, backend, secret):
    """Whether of so many sessions none uses it; each of them is answered whatever happens."""
    backend.requests.clear()
    assert {ask(gateway).status_code for _ in range(20)} == {200}
    return secret not in used(backend)
