"""Small Messages requests, and the reading of what comes back."""

import json
import re

from tests.support.scripted_backend import Request

STREAMED = Request("POST", "", {}, b'{"model": "middle", "stream": true, "stream_options": {"include_usage": true}}')
"""A request to a backend, for a test that wants the chunks of an answer before any request is made."""


def request(text="Hello", **fields):
    """The smallest request, with fields changed or (None) left out."""
    asked = {"model": "claude-sonnet-5-5", "max_tokens": 100, "messages": [{"role": "user", "content": text}]}
    return {name: value for name, value in {**asked, **fields}.items() if value is not None}


def assert_is_error(response, status, error_type):
    """The envelope of protocol §6.1, and nothing else."""
    assert (response.status_code, response.headers["content-type"]) == (status, "application/json"), response.text
    body = response.json()
    assert body["type"] == "error"
    assert body["error"]["type"] == error_type
    assert body["request_id"] == response.headers["request-id"]
    assert re.fullmatch(r"req_[A-Za-z0-9]{20,}", body["request_id"])
    return body["error"]["message"]


def events(body):
    """The events of a stream, as (name, data), comments left out."""
    found = []
    for frame in body.replace("\r\n", "\n").split("\n\n"):
        lines = dict(line.split(": ", 1) for line in frame.splitlines() if line and not line.startswith(":"))
        if lines:
            found.append((lines["event"], json.loads(lines["data"])))
    return found


def names(body):
    return [name for name, _ in events(body)]
