"""Usage, counted once."""

import pytest

from tests.conversion.reply.replies import call, calls, chunk, streamed, terms, usage, whole

FIGURES = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "output_tokens")

REPORTS = [
    pytest.param({"prompt_tokens": 100, "completion_tokens": 50}, (100, 0, 0, 50), id="plain"),
    pytest.param({"input_tokens": 100, "output_tokens": 50}, (100, 0, 0, 50), id="in other words"),
    pytest.param(
        {"prompt_tokens": 1000, "completion_tokens": 50, "prompt_tokens_details": {"cached_tokens": 800}},
        (200, 800, 0, 50),
        id="cached",  # protocol F151
    ),
    pytest.param(
        {"prompt_tokens": 1000, "completion_tokens": 50, "prompt_tokens_details": {"cached_tokens": 1000}},
        (1, 1000, 0, 50),
        id="all cached",  # protocol F152
    ),
    pytest.param(
        {"prompt_tokens": 1000, "completion_tokens": 50, "prompt_tokens_details": {"cache_write_tokens": 300}},
        (700, 0, 300, 50),
        id="written",  # protocol F153
    ),
    pytest.param(
        {
            "prompt_tokens": 1000,
            "prompt_cache_hit_tokens": 700,
            "prompt_cache_miss_tokens": 300,
            "completion_tokens": 5,
        },
        (300, 700, 0, 5),
        id="hits and misses",  # protocol F154
    ),
    pytest.param(
        {"prompt_tokens": 1000, "cached_tokens": 600, "completion_tokens": 5}, (400, 600, 0, 5), id="cached at the top"
    ),
    pytest.param(
        {"prompt_tokens": 100, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 800}},
        (100, 800, 0, 5),
        id="cached tokens that the prompt does not contain",
    ),
    pytest.param(
        {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 180}, (100, 0, 0, 80), id="thoughts on top"
    ),  # protocol F155
    pytest.param({"prompt_tokens": 100.0, "completion_tokens": 50}, (100, 0, 0, 50), id="a float"),
    pytest.param({"prompt_tokens": "100", "completion_tokens": True}, (77, 0, 0, 2), id="no numbers: estimated"),
    pytest.param({"prompt_tokens": -5, "completion_tokens": 10**30}, (77, 0, 0, 2), id="nothing plausible"),
    pytest.param({"prompt_tokens": 0, "completion_tokens": 0}, (77, 0, 0, 2), id="all zero: estimated"),
]


@pytest.mark.parametrize(("reported", "expected"), REPORTS)
def test_it_counts_every_token_once(reported, expected):
    for reply in (
        whole({"content": "five!"}, usage=reported),
        streamed(chunk("five!", finish="stop"), {"choices": [], "usage": reported}),  # protocol G172
    ):
        assert tuple(reply.usage[name] for name in FIGURES) == expected


@pytest.mark.parametrize("cached", [0, 1, 500, 999])
def test_it_adds_up_to_what_the_backend_reports(cached):  # protocol F151: what the client's context meter shows
    details = {"cached_tokens": cached}
    assert sum(_figures(usage(1000, 50, prompt_tokens_details=details))) == 1050


def _figures(report):
    reply = streamed(chunk("a", finish="stop"), report)
    return [reply.usage[name] for name in FIGURES]


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(lambda report: {"choices": [{"index": 0, "delta": {}, "usage": report}]}, id="on the choice"),
        pytest.param(lambda report: {"choices": [], "x_groq": {"usage": report}}, id="x_groq"),
        pytest.param(lambda report: {"usage": report}, id="without choices"),
    ],
)
def test_it_finds_usage_wherever_it_is(place):  # protocol G173
    report = {"prompt_tokens": 100, "completion_tokens": 50}
    assert streamed(chunk("a", finish="stop"), place(report)).usage["output_tokens"] == 50


def test_it_believes_the_last_figures():  # protocol G173
    growing = [{**chunk("a"), "usage": {"prompt_tokens": 100, "completion_tokens": n}} for n in (1, 2, 3)]
    reply = streamed(*growing, {**chunk(finish="stop"), "usage": {"completion_tokens": 4, "prompt_tokens": None}})
    assert (reply.usage["input_tokens"], reply.usage["output_tokens"]) == (100, 4)


def test_it_takes_usage_of_a_chunk_that_says_null_for_none():
    assert streamed({**chunk("a"), "usage": None}, {**chunk(finish="stop"), "usage": None}).text == "a"


def test_it_estimates_what_nobody_reports():  # protocol F157, G170
    reply = streamed(chunk("x" * 40), calls(call('{"a":1}', name="Bash")), chunk(finish="stop"))
    assert (reply.usage["input_tokens"], reply.usage["output_tokens"]) == (77, 13)
    assert reply.translation.usage.estimated
    assert reply.translation.output_estimate == 13


def test_it_estimates_by_bytes_what_is_no_ascii():
    assert streamed(chunk("漢" * 8, finish="stop")).usage["output_tokens"] == 6


def test_it_marks_no_reported_figure_as_estimated():
    assert not whole({"content": "a"}, usage={"prompt_tokens": 5, "completion_tokens": 1}).translation.usage.estimated
    assert not whole({"content": ""}, usage={"prompt_tokens": 5, "completion_tokens": 0}).translation.usage.estimated


def test_it_tells_how_much_was_thought():  # protocol F156
    report = {"prompt_tokens": 9, "completion_tokens": 50, "completion_tokens_details": {"reasoning_tokens": 20}}
    assert whole({"content": "a"}, usage=report).usage["output_tokens_details"] == {"thinking_tokens": 20}
    assert "output_tokens_details" not in whole({"content": "a"}).usage


def test_it_never_tells_of_more_thought_than_output():
    report = {"prompt_tokens": 9, "completion_tokens": 5, "completion_tokens_details": {"reasoning_tokens": 20}}
    assert whole({"content": "a"}, usage=report).usage["output_tokens_details"] == {"thinking_tokens": 5}


@pytest.mark.parametrize(
    ("tier", "speed", "expected"),
    [
        pytest.param(None, None, ("standard", "standard"), id="absent"),  # protocol F159
        pytest.param("priority", None, ("priority", "standard"), id="priority"),
        pytest.param("fast", "fast", ("priority", "fast"), id="fast"),
        pytest.param("batch", None, ("batch", "standard"), id="batch"),
        pytest.param("default", "fast", ("standard", "standard"), id="not as fast as asked for"),
    ],
)
def test_it_tells_the_tier(tier, speed, expected):
    reply = streamed({**chunk("a", finish="stop"), "service_tier": tier}, terms=terms(speed=speed))
    assert (reply.usage["service_tier"], reply.usage["speed"]) == expected
    assert reply.translation.usage.service_tier == tier


def paid(dollars):
    """What a vendor charges for a request with one's own key there."""
    return {"cost_details": {"upstream_inference_cost": dollars}}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({"cost": 0.00123}, "0.00123", id="dollars"),
        pytest.param({"cost": 1e-7}, "0.0000001", id="a small price"),
        pytest.param({"cost_in_usd_ticks": 37_756_000}, "0.0037756", id="ticks"),
        pytest.param({"cost": 0.1 + 0.2}, "0.3", id="a binary fraction"),
        pytest.param({"cost": 100}, "100", id="a whole price"),
        pytest.param({"cost": 1e-300}, "0", id="next to nothing"),
        pytest.param({"cost": True}, None, id="no number"),
        pytest.param({"cost": -1}, None, id="a negative price"),
        pytest.param({"cost": 0}, None, id="nothing"),
        pytest.param({"cost": 0.02, **paid(0.4), "is_byok": False}, "0.02", id="of which the vendor got a part"),
        pytest.param({"cost": 0.02, **paid(0.4), "is_byok": True}, "0.42", id="a fee beside what the vendor charges"),
        pytest.param({"cost": 0, **paid(0.4), "is_byok": True}, "0.4", id="no fee beside what the vendor charges"),
        pytest.param({"cost": 0.02, **paid(None), "is_byok": True}, None, id="a fee alone"),
        pytest.param({"cost": 0.02, "is_byok": True}, None, id="a fee without details"),
        pytest.param({"cost": 0.02, "cost_details": [], "is_byok": True}, None, id="a fee with odd details"),
        pytest.param({"cost": -1, **paid(0.4), "is_byok": True}, None, id="a negative fee"),
    ],
)
def test_it_keeps_the_backends_price_to_itself(fields, expected):  # protocol F158
    reply = whole({"content": "a"}, usage={"prompt_tokens": 5, "completion_tokens": 1, **fields})
    assert reply.translation.usage.cost == expected
    assert not reply.usage.keys() & fields.keys()


def test_it_puts_cache_writes_where_the_request_asked_for_them():  # protocol F153
    report = {"prompt_tokens": 9, "completion_tokens": 5, "prompt_tokens_details": {"cache_write_tokens": 3}}
    five_minutes = {"ephemeral_5m_input_tokens": 3, "ephemeral_1h_input_tokens": 0}
    one_hour = {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 3}
    assert whole({"content": "a"}, usage=report).usage["cache_creation"] == five_minutes
    assert whole({"content": "a"}, usage=report, terms=terms(one_hour_cache=True)).usage["cache_creation"] == one_hour


@pytest.mark.parametrize(
    "split",
    [
        pytest.param({"cache_creation": {"ephemeral_5m_input_tokens": 1, "ephemeral_1h_input_tokens": 2}}, id="claude"),
        pytest.param(
            {"prompt_tokens_details": {"cache_creation_token_details": {"ephemeral_1h_input_tokens": 2}}}, id="litellm"
        ),
    ],
)
@pytest.mark.parametrize("asked", [True, False], ids=["an hour was asked for", "five minutes were asked for"])
def test_it_believes_a_backend_that_says_for_how_long_it_caches(split, asked):
    report = {"prompt_tokens": 9, "completion_tokens": 5, "cache_creation_input_tokens": 3, **split}
    reply = whole({"content": "a"}, usage=report, terms=terms(one_hour_cache=asked))
    assert reply.usage["cache_creation"] == {"ephemeral_5m_input_tokens": 1, "ephemeral_1h_input_tokens": 2}
    assert reply.translation.usage.cache_creation_1h_input_tokens == 2
    assert reply.usage["cache_creation_input_tokens"] == 3
    assert "cache_creation_1h_input_tokens" not in reply.usage


def test_it_promises_no_credit():
    reply = whole({"content": "a"}, terms=terms(fallback_credit=True))
    assert reply.usage["fallback_credit"] == {"status": {"type": "not_applied", "reason": "not_enabled"}}
    assert "fallback_credit" not in whole({"content": "a"}).usage
