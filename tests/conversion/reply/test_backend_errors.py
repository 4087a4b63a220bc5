"""Failures of backends, told so that the client does the right thing."""

import json

import pytest

from conversion.reply.backend_errors import backend_failure
from tests.conversion.reply.replies import destination, terms


def failure(status, body=b"", headers=None):
    encoded = body if isinstance(body, bytes) else json.dumps(body).encode()
    return backend_failure(status, headers or {}, encoded, terms=terms(), destination=destination(), now=1_000_000.0)


def error(message="Something", **fields):
    return {"error": {"message": message, **fields}}


ROWS = [
    # upstream status, body → status, type, x-should-retry
    pytest.param(400, error("bad"), (400, "invalid_request_error", None), id="400"),
    pytest.param(422, error("bad"), (400, "invalid_request_error", None), id="422"),
    pytest.param(418, error("bad"), (400, "invalid_request_error", None), id="another 4xx"),
    pytest.param(401, error("Incorrect API key"), (502, "api_error", False), id="401"),  # protocol J232
    pytest.param(403, error("Country not supported"), (502, "api_error", False), id="403"),
    pytest.param(402, error("Pay"), (402, "billing_error", False), id="402"),  # protocol J233
    pytest.param(429, error(code="insufficient_quota"), (402, "billing_error", False), id="429, no quota"),
    pytest.param(429, error(type="exceeded_current_quota_error"), (402, "billing_error", False), id="429, moonshot"),
    pytest.param(400, error("Insufficient Balance"), (402, "billing_error", False), id="400, no balance"),
    pytest.param(429, error("You exceeded your current quota", status="RESOURCE_EXHAUSTED"), (429, "rate_limit_error", None), id="429, gemini"),
    pytest.param(429, error("Slow down"), (429, "rate_limit_error", None), id="429"),  # protocol J234
    pytest.param(429, error(type="engine_overloaded_error"), (529, "overloaded_error", None), id="429, overloaded"),
    pytest.param(503, error("busy"), (529, "overloaded_error", None), id="503"),  # protocol J236
    pytest.param(529, error("busy"), (529, "overloaded_error", None), id="529"),
    pytest.param(500, error("The engine is currently overloaded"), (529, "overloaded_error", None), id="500, overloaded"),
    pytest.param(500, error("boom"), (500, "api_error", None), id="500"),  # protocol I215
    pytest.param(502, error("boom"), (502, "api_error", None), id="502"),
    pytest.param(520, b"", (502, "api_error", None), id="520"),
    pytest.param(408, error("slow"), (504, "timeout_error", None), id="408"),
    pytest.param(504, b"<html>", (504, "timeout_error", None), id="504"),
    pytest.param(524, b"", (504, "timeout_error", None), id="524"),
    pytest.param(409, error("conflict"), (409, "conflict_error", None), id="409"),
    pytest.param(425, error("early"), (529, "overloaded_error", None), id="425"),
    pytest.param(413, error("big"), (413, "request_too_large", None), id="413"),
    pytest.param(405, error("method"), (502, "api_error", None), id="405"),
    pytest.param(410, error("gone"), (502, "api_error", None), id="410"),
    pytest.param(404, error("The model `x` does not exist"), (404, "not_found_error", None), id="404"),  # protocol J237
    pytest.param(404, {"detail": "Not Found"}, (502, "api_error", None), id="404, no such path"),
    pytest.param(404, b"<html>model</html>", (502, "api_error", None), id="404, a page"),
    pytest.param(400, error("x is not a valid model ID"), (404, "not_found_error", None), id="400, unknown model"),
    pytest.param(301, b"", (502, "api_error", None), id="a redirect"),
    pytest.param(200, b"<html></html>", (502, "api_error", None), id="200, a page"),  # protocol J240
    pytest.param(200, error("Slow", code=429), (429, "rate_limit_error", None), id="200, an error"),
]  # fmt: skip


@pytest.mark.parametrize(("status", "body", "expected"), ROWS)
def test_it_tells_a_failure_with_the_status_that_the_client_understands(status, body, expected):
    told = failure(status, body)
    assert (told.status, told.type, told.should_retry) == expected


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        pytest.param(400, error("messages[3]: bad role"), "messages[3]: bad role", id="the backend's words"),
        pytest.param(400, {"detail": [{"loc": ["body", "x"], "msg": "wrong"}]}, "body.x: wrong", id="a list of faults"),
        pytest.param(400, {"detail": "wrong"}, "wrong", id="detail"),
        pytest.param(400, {"message": "wrong"}, "wrong", id="message"),
        pytest.param(400, {"msg": "wrong"}, "wrong", id="msg"),
        pytest.param(400, {"Error": "wrong"}, "wrong", id="Error"),
        pytest.param(400, {"error": "wrong", "code": "x"}, "wrong", id="error as text"),
        pytest.param(400, {"errors": [{"message": "wrong"}]}, "wrong", id="errors"),
        pytest.param(400, [error("wrong")], "wrong", id="an array"),
        pytest.param(400, b"wrong", "wrong", id="plain text"),
        pytest.param(400, b"", "Bad Request", id="nothing"),
        pytest.param(499, b"", "HTTP 499", id="nothing, and an unknown status"),
        pytest.param(
            400,
            error("Provider returned error", metadata={"raw": '{"error":{"message":"wrong"}}'}),
            "wrong",
            id="what an aggregator quotes",
        ),
        pytest.param(400, error("x", metadata={"raw": "wrong"}), "wrong", id="a quoted text"),
        pytest.param(502, b"<html><head><title>502 Bad Gateway</title></head><hr>nginx</html>", "502 Bad Gateway", id="a page"),
        pytest.param(401, error("No auth"), "The backend rejected the gateway's credentials (HTTP 401: No auth)", id="401"),
        pytest.param(404, error("no model"), "model: claude-sonnet-5-5 (backend model backend-model not found)", id="404"),
        pytest.param(402, error("Pay"), "The backend account has no credit left (Pay)", id="402"),
        pytest.param(
            400,
            error("This model supports at most 16384 completion tokens"),
            "max_tokens: 16385 > 16384, which is the maximum allowed number of output tokens for this model",
            id="the output limit",
        ),
    ],
)  # fmt: skip
def test_it_finds_the_words(status, body, message):  # protocol J239
    assert failure(status, body).message == message


@pytest.mark.parametrize(
    ("body", "explanation"),
    [
        pytest.param(
            error(
                "Filtered",
                code="content_filter",
                innererror={
                    "code": "ResponsibleAIPolicyViolation",
                    "content_filter_result": {"hate": {"filtered": True}, "violence": {"filtered": False}},
                },
            ),
            "The backend's content filter refused the prompt (hate): Filtered",
            id="azure",
        ),
        pytest.param(
            error("No", code="invalid_prompt"), "The backend's content filter refused the prompt: No", id="openai"
        ),
        pytest.param(
            error("", metadata={"reasons": ["violence"], "error_type": "flagged_input"}),
            "The backend's content filter refused the prompt (violence)",
            id="openrouter",
        ),
        pytest.param(
            error("Input was flagged", code=403, metadata={"reasons": ["violence"], "flagged_input": "x"}),
            "The backend's content filter refused the prompt (violence): Input was flagged",
            id="openrouter, without a word for it",
        ),
    ],
)
def test_it_explains_a_refused_prompt(body, explanation):  # protocol J241
    assert failure(400, body).explanation == explanation


@pytest.mark.parametrize(
    ("headers", "place"),
    [
        pytest.param({"Location": "https://other.test/x?token=s"}, "other.test", id="a host"),
        pytest.param({"location": "/elsewhere"}, "another address", id="a path"),
        pytest.param({"location": "https://[x"}, "another address", id="no address"),
        pytest.param({}, "another address", id="nowhere"),
    ],
)
def test_it_names_the_host_that_a_backend_redirects_to(headers, place):
    assert failure(302, b"", headers=headers).message == f"The backend redirects to {place}"


def test_it_remembers_what_the_backend_answered():
    assert failure(401, error()).upstream_status == 401


def test_it_asks_to_wait_for_a_model_that_loads():
    told = failure(503, error("Loading model"))
    assert (told.status, told.retry_after) == (529, 10)


def test_it_keeps_keys_to_itself():  # protocol J245, J232
    told = failure(401, error("Incorrect API key provided: sk-abcdef1234567890. See https://x.example/keys?org=1"))
    assert "sk-abc" not in told.message
    assert "https" not in told.message


def test_it_reads_no_more_of_a_body_than_it_needs():
    assert len(failure(500, b"x" * (1 << 20)).message) <= 1_000
    assert failure(500, b"[" * 1_000_000).status == 500
