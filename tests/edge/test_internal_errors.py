"""An exception that nobody foresaw: the client learns that it happened, the log learns what it was."""

import json
import re
from uuid import uuid4

import pytest

from proxysite.handler import ApiHandler, ApiRequest

REQUEST_ID = "req_0123456789abcdef0123456789"


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/models"), ("POST", "/v1/messages/count_tokens")])
async def test_it_tells_the_client_nothing_of_the_inside(caplog, method, path):
    # protocol A14
    scope = {"type": "http", "method": method, "path": path, "headers": [], "query_string": b"", "body": b"{}"}
    identity = {"request_id": REQUEST_ID, "request_uuid": uuid4()}  # and no key, which no view foresees
    response = await ApiHandler().respond(ApiRequest({**scope, **identity}))
    assert (response.status_code, response["content-type"]) == (500, "application/json")
    assert json.loads(response.content) == {
        "type": "error",
        "error": {"type": "api_error", "message": "Internal server error"},
        "request_id": REQUEST_ID,
    }
    assert re.search(r"KeyError: 'key'", caplog.text)
