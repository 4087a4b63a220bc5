"""Reasoning of a client that wants no thinking: kept by the service, and given back to the backend in the next turn."""

import pytest

from tests.conversion.request.ask import assistant, result, tool, user
from tests.support.answers import reasoning, text, tool_call
from tests.support.gateway import eventually
from tests.support.messages import request

MODEL = "tests/wants-its-reasoning-back"
WANTS_IT_BACK = f"""
from routing.models import Backend, BackendModel
profile = {{"reasoning_fields": ["reasoning_content"]}}
BackendModel.objects.get_or_create(backend=Backend.objects.get(name="environment"), name="{MODEL}", defaults={{"profile": profile}})
"""


def ask(client, *messages, stream):
    asked = request(
        model=MODEL, messages=list(messages), tools=[tool("Read")], thinking={"type": "disabled"}, stream=stream
    )
    return client.post("/v1/messages", json=asked)


def reasoning_given_back(client, backend, stream):
    """What the backend sees of its reasoning in the turn after a call."""
    backend.script(reasoning("Hm, a file.", then=tool_call("Read", {"path": "x"})), text("Done"))
    first = ask(client, user("a"), stream=False)
    assert [block["type"] for block in first.json()["content"]] == ["tool_use"]
    (call,) = first.json()["content"]
    assert ask(client, user("a"), assistant(call), user(result("b", call["id"])), stream=stream).status_code == 200
    return backend.requests[-1].json["messages"][1].get("reasoning_content")


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_the_backend_sees_its_reasoning_again(gateway, client, backend, stream):
    gateway.manage("shell", "-c", WANTS_IT_BACK)
    eventually(lambda: reasoning_given_back(client, backend, stream) == "Hm, a file.", 20.0, gateway.output)
