"""POST /v1/messages/count_tokens: an estimate that knows of everything in the request, and asks no backend."""

import base64
import os

from tests.support.messages import assert_is_error, request


def counted(client, **fields):
    response = client.post("/v1/messages/count_tokens", json=request(max_tokens=None, **fields))
    assert response.status_code == 200, response.text
    return response.json()["input_tokens"]


def test_every_part_of_a_request_counts(client, backend):
    # protocol K248, K250
    tool = {"name": "Read", "description": "Reads a file", "input_schema": {"type": "object", "properties": {}}}
    call = {"type": "tool_use", "id": "toolu_1", "name": "Read", "input": {"path": "a.txt"}}
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "the text of the file"}
    turns = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": [call]}]
    alone = counted(client)
    assert alone >= 1
    assert counted(client, system="You are kind") > alone
    assert counted(client, tools=[tool]) > alone
    assert counted(client, messages=[*turns, {"role": "user", "content": [result]}]) > counted(
        client, messages=turns[:1]
    )
    assert not backend.requests


def test_an_image_does_not_count_as_its_base64(client):
    # protocol K249
    data = base64.b64encode(os.urandom(768 * 1024)).decode()
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}}
    assert counted(client, messages=[{"role": "user", "content": [image]}]) < 5000


def test_without_messages_there_is_nothing_to_count(client):
    # protocol K250
    response = client.post("/v1/messages/count_tokens", json=request(max_tokens=None, messages=None))
    assert "messages" in assert_is_error(response, 400, "invalid_request_error")


def test_what_no_message_may_ask_for_is_not_counted(client):
    # the same validation as that of messages
    servers = [{"type": "url", "name": "x", "url": "https://mcp.test"}]
    response = client.post("/v1/messages/count_tokens", json=request(mcp_servers=servers))
    assert "mcp_servers" in assert_is_error(response, 400, "invalid_request_error")
