"""The picker of the real client, `/model`, offers what the gateway offers, and what is picked is asked."""

import json

import httpx
import pytest

from tests.support.answers import text
from tests.support.claude_code import binary
from tests.support.gateway import CLIENT_KEY, eventually
from tests.support.terminal import ENTER, UP, Terminal

pytestmark = pytest.mark.full

OFFER = """
from routing.models import Backend, BackendModel
BackendModel.objects.create(backend=Backend.objects.get(name="environment"), name="vendor/offered", is_offered=True)
"""


def listed(gateway):
    headers = {"x-api-key": CLIENT_KEY}
    models = httpx.get(f"{gateway.url}/v1/models?limit=1000", headers=headers, trust_env=False).json()["data"]
    return [model["id"] for model in models]


@pytest.fixture
def terminal(claude, gateway, backend):
    """The client at its prompt, when it has read the list; it has been started before."""
    gateway.manage("shell", "-c", OFFER)
    eventually(lambda: "claude-gw/vendor/offered" in listed(gateway), 10, lambda: "the model is not listed")
    backend.script_with(lambda request: text(f"I am {request.json['model']}."))
    claude.environment |= {"CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY": "1"}
    settings = claude.home / ".claude"
    settings.mkdir()
    trusted = {"hasTrustDialogAccepted": True, "hasCompletedProjectOnboarding": True}
    known = {"hasCompletedOnboarding": True, "theme": "dark", "projects": {str(claude.project): trusted}}
    (settings / ".claude.json").write_text(json.dumps(known))
    environment = claude.variables()
    del environment["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"]  # or it would not ask for the list
    with Terminal([binary()], environment, claude.project) as terminal:
        terminal.shows("❯")
        cached = settings / "cache" / "gateway-models.json"
        eventually(cached.exists, 30, lambda: "the client has not asked for the list")
        yield terminal


def test_an_offered_model_is_in_the_picker_and_answers_once_it_is_picked(terminal):
    terminal.type("/model")
    terminal.shows("Switch")
    terminal.type(ENTER)
    terminal.shows("claude-opus: big (environment)")
    terminal.type(UP)
    terminal.shows("vendor/offered (environment)")
    terminal.type(ENTER)
    terminal.shows("vendor/offered")
    terminal.type("Who are you?")
    terminal.shows("Who are you?")
    terminal.type(ENTER)
    terminal.shows("I am vendor/offered.")
