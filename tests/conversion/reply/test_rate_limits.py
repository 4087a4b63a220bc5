"""The limits of a backend as the client is told them."""

import pytest

from conversion.reply.rate_limits import rate_limits

NOW = 1_800_000_000.5


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        pytest.param({"content-type": "x", "x-ratelimit-reset": "1"}, {}, id="none"),
        pytest.param(
            {
                "x-ratelimit-limit-requests": "60",
                "x-ratelimit-remaining-requests": "59",
                "x-ratelimit-reset-requests": "1m30.5s",
                "x-ratelimit-limit-tokens": "150000",
                "x-ratelimit-remaining-tokens": "0",
                "x-ratelimit-reset-tokens": "850ms",
            },
            {
                "requests-limit": "60",
                "requests-remaining": "59",
                "requests-reset": "1800000091.0",
                "tokens-limit": "150000",
                "tokens-remaining": "0",
                "tokens-reset": "1800000001.35",
            },
            id="all",
        ),
        pytest.param(
            {"x-ratelimit-limit-tokens": "many", "x-ratelimit-remaining-tokens": "5", "x-ratelimit-reset-tokens": "9" * 12},
            {"tokens-remaining": "5"},
            id="what is no figure is left out",
        ),
        # protocol J247
        pytest.param({"anthropic-ratelimit-unified-status": "rejected"}, {}, id="those of a subscription"),
    ],
)  # fmt: skip
def test_it_tells_the_limits_in_the_clients_words(headers, told):
    expected = {f"anthropic-ratelimit-{name}": value for name, value in told.items()}
    assert {name.decode(): value.decode() for name, value in rate_limits(headers, NOW, str)} == expected
