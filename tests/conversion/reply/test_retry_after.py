"""When to try again."""

import pytest

from conversion.reply.retry_after import retry_after, retry_after_milliseconds

NOW = 1_000_000.0


@pytest.mark.parametrize(
    ("headers", "message", "delay", "expected"),
    [
        pytest.param({}, "", "", None, id="nobody says"),
        pytest.param({"retry-after": "7"}, "", "", 7, id="seconds"),  # protocol J234
        pytest.param({"Retry-After": "7.2"}, "", "", 8, id="parts of seconds"),
        pytest.param({"retry-after": "Mon, 12 Jan 1970 13:47:10 GMT"}, "", "", 30, id="a date"),
        pytest.param({"retry-after": "Mon, 12 Jan 1970 13:00:00 GMT"}, "", "", 1, id="a date gone by"),
        pytest.param({"retry-after": "soon"}, "", "", None, id="no number"),
        pytest.param({"retry-after-ms": "1500", "retry-after": "9"}, "", "", 2, id="milliseconds first"),
        pytest.param(
            {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m30s"}, "", "", 90, id="requests"
        ),
        pytest.param(
            {"x-ratelimit-remaining-requests": "5", "x-ratelimit-reset-requests": "1m30s"},
            "",
            "",
            None,
            id="some remain",
        ),
        pytest.param(
            {"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "850ms"}, "", "", 1, id="tokens"
        ),
        pytest.param(
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1000042000"}, "", "", 42, id="milliseconds since 1970"
        ),
        pytest.param({}, "", "12s", 12, id="a delay in the body"),  # protocol J235
        pytest.param({}, "Please try again in 1.5s.", "", 2, id="a text"),
        pytest.param({}, "Please try again in 20ms.", "", 1, id="a text, milliseconds"),
        pytest.param({}, "Please try again in 2m5.5s.", "", 126, id="a text, minutes"),
        pytest.param({}, "Please retry after 3 seconds.", "", 3, id="a text, whole words"),
        pytest.param({"retry-after": "999999"}, "", "", 3600, id="an hour at most"),
        pytest.param({"retry-after": "0"}, "", "", 1, id="a second at least"),
        pytest.param({"retry-after": "9" * 400}, "", "", None, id="no number of this world"),
    ],
)
def test_it_finds_out_how_long_to_wait(headers, message, delay, expected):
    assert retry_after(headers, message, delay, NOW) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param({"Retry-After-Ms": "1500"}, 1500, id="milliseconds"),
        pytest.param({"retry-after-ms": "999999999"}, 3_600_000, id="an hour at most"),
        pytest.param({"retry-after-ms": "soon"}, None, id="no number"),
        pytest.param({"retry-after": "7"}, None, id="seconds"),
    ],
)
def test_it_passes_milliseconds_on(headers, expected):
    assert retry_after_milliseconds(headers) == expected
