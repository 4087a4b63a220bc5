"""Log lines without secrets."""

import logging
import sys

import pytest

from proxysite.redaction import RedactingFormatter, redacted
from routing.keys import new_text


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("key sk-or-v1-0123456789abcdef0123456789 refused", "key sk-… refused", id="of a backend"),
        pytest.param("key AIzaSyA0123456789abcdefgh refused", "key AIza… refused", id="of Google"),
        pytest.param("Authorization: Bearer abcdefgh12345678, sent", "Authorization: Bearer …, sent", id="bearer"),
        pytest.param("{'x-api-key': 'short'}", "{'x-api-key': '…'}", id="header"),
        pytest.param("postgres://user:secret@host/name", "postgres://user:…@host/name", id="address"),
        pytest.param("(b'x-api-key', b'secret')", "(b'x-api-key', b'…')", id="header of ASGI"),
    ],
)
def test_it_cuts_what_looks_like_a_key(line, expected):
    assert redacted(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "task-0123456789abcdef0123456789 took 3 s",
        "model openai/gpt-5.4-mini at https://openrouter.ai/api/v1",
        "bearer of news",
        "request req_0197f5c2d1e07d3fb1d2c3a4e5f60718 failed",
    ],
)
def test_it_leaves_everything_else_alone(line):
    assert redacted(line) == line


def test_it_leaves_the_public_part_of_a_client_key():
    key = new_text()
    assert redacted(f"key {key} is revoked") == f"key {key[:13]}… is revoked"


def test_it_redacts_arguments_and_tracebacks():
    secret = "sk-0123456789abcdef0123456789"
    try:
        raise ValueError(secret)
    except ValueError:
        record = logging.LogRecord("routing", logging.ERROR, __file__, 1, "key %s", (secret,), sys.exc_info())
    line = RedactingFormatter().format(record)
    assert "ValueError" in line
    assert secret not in line


def test_all_loggers_write_through_it(settings):
    formatters = {handler["formatter"] for handler in settings.LOGGING["handlers"].values()}
    assert formatters == {"line"}
    assert all(not logger.get("handlers") for logger in settings.LOGGING["loggers"].values())
