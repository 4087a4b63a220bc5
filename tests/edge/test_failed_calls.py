"""A backend that could not read its model's call answers with an error, and what the model wrote (protocol E28)."""

import pytest

from tests.conversion.request.ask import tool
from tests.support.answers import text
from tests.support.messages import names, request
from tests.support.scripted_backend import whole

CALL = '<function=Bash>{"command": "ls"}</function>'


def failed(generation):
    said = {"message": "Failed to call a function.", "type": "invalid_request_error", "code": "tool_use_failed"}
    return whole({"error": {**said, "failed_generation": generation}}, 400)


def ask(client, **fields):
    return client.post("/v1/messages", json=request(tools=[tool("Bash")], **fields))


@pytest.mark.parametrize(
    "generation", [CALL, '[{"name": "Bash", "parameters": {"command": "ls"}}]'], ids=["tags", "json"]
)
def test_a_call_that_can_be_read_is_the_answer(client, backend, generation):
    backend.script(failed(generation))
    message = ask(client).json()
    assert [(block["name"], block["input"]) for block in message["content"]] == [("Bash", {"command": "ls"})]
    assert (message["stop_reason"], len(backend.requests)) == ("tool_use", 1)


def test_a_call_that_can_be_read_is_the_answer_of_a_stream(client, backend):
    backend.script(failed(CALL))
    response = ask(client, stream=True)
    assert names(response.text)[-1] == "message_stop"
    assert '"name":"Bash"' in response.text


def test_what_cannot_be_read_is_asked_for_once_more_with_a_lower_temperature(client, backend):
    backend.script(failed("<function=Bash"), text("Hello"), text("Hello"))
    assert ask(client).json()["content"][0]["text"] == "Hello"
    ask(client)
    assert [asked.json.get("temperature") for asked in backend.requests] == [None, 0.2, None]


@pytest.mark.parametrize("streaming", [True, False], ids=["streamed", "whole"])
def test_what_cannot_be_read_twice_is_text(client, backend, streaming):
    backend.script(failed("<function=Bash"), failed("<function=Bash once more"))
    response = ask(client, stream=streaming)
    assert response.status_code == 200
    assert "<function=Bash once more" in response.text
    assert '"stop_reason":"end_turn"' in response.text
    assert len(backend.requests) == 2
