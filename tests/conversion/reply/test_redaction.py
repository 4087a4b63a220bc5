"""A backend's words, fit for clients."""

import pytest

from conversion.reply.redaction import LONGEST, presentable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("messages[3].content: bad", "messages[3].content: bad", id="what is harmless stays"),
        pytest.param("max_tokens: 5 > 4", "max_tokens: 5 > 4", id="tokens are no secret"),
        pytest.param("unknown key: foo", "unknown key: foo", id="nor are keys of objects"),
        pytest.param("key sk-proj-abc_123 is bad", "key [redacted] is bad", id="a key"),
        pytest.param("my_sk-abcdefghijklmnop", "my_[redacted]", id="a key behind a word"),
        pytest.param("ask-about-it", "ask-about-it", id="a word that ends like one begins"),
        pytest.param("sk-abc****wxyz", "[redacted]", id="a masked key"),
        pytest.param("gsk_abcdef", "[redacted]", id="another key"),
        pytest.param("AIzaSyA1234567890", "[redacted]", id="a google key"),
        pytest.param("Authorization: Bearer abc.def", "Authorization: [redacted] [redacted]", id="a header"),
        pytest.param("api_key=abc&x=1", "api_key=[redacted]&x=1", id="a parameter"),
        pytest.param('{"api-key": "abc"}', '{"api-key": [redacted]"}', id="a field"),
        pytest.param("in organization org-AbCdEfGh12", "in organization [redacted]", id="an organisation"),
        pytest.param("see https://host.example:8000/v1?x=1.", "see [url]", id="an address"),
        pytest.param("a\n\tb\x00c", "a b c", id="one line"),
        pytest.param("<!DOCTYPE html><html><p>No&nbsp;way</p></html>", "No way", id="a page without a title"),
        pytest.param(
            "Error: Traceback (most recent call last):\n File", "Error: (an exception of the backend)", id="a trace"
        ),
        pytest.param(
            "Invalid `signature` in `thinking` block", "Invalid `reasoning state", id="a cue to drop reasoning"
        ),
        pytest.param(
            "role 'system' is not allowed", "a system message is not allowed", id="a cue to drop system messages"
        ),
        pytest.param("x: Extra inputs are not permitted", "x: unknown to the backend", id="a cue to drop fields"),
    ],
)
def test_it_shows_what_a_client_may_read(text, shown):
    assert presentable(text) == shown


def test_it_is_short():
    assert len(presentable("word " * 10_000)) == LONGEST
