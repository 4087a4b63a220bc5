import math
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounting.entries import interrupted
from accounting.models import UsageRecord
from accounting.usage_table import LOST, store
from conversion.notices import Notice
from conversion.usage import Usage
from tests.accounting.samples import closing, entry, opening

pytestmark = pytest.mark.django_db

FINAL = ("closed", "failed", "cancelled", "interrupted")


def test_an_open_request_has_estimates():
    request = opening(estimated_input_tokens=40)
    store([entry(request, output_tokens=3)], "host-1-abc")
    row = UsageRecord.objects.get(pk=request.request_id)
    assert (row.state, row.input_tokens, row.output_tokens, row.estimated) == ("open", 40, 3, True)
    assert (row.finished_at, row.duration_ms, row.http_status, row.journal) == (None, None, None, "host-1-abc")


def test_a_closed_request_has_what_was_reported():
    request = opening(estimated_input_tokens=40)
    usage = Usage(1, 2, 3, 4, 5, 6, "priority", "0.00012345", False, 2)
    store([entry(request, closing(usage=usage), output_tokens=3)], "")
    row = UsageRecord.objects.get(pk=request.request_id)
    assert row.state == "closed"
    assert (row.input_tokens, row.output_tokens, row.thinking_tokens) == (1, 2, 5)
    assert (row.cache_read_input_tokens, row.cache_creation_input_tokens, row.web_search_requests) == (3, 4, 6)
    assert row.cache_creation_1h_input_tokens == 2
    assert (row.service_tier, row.reported_cost, row.estimated) == ("priority", Decimal("0.00012345"), False)


def test_it_keeps_who_asked_for_what():
    who = {"client_id": 1, "client_name": "Ann", "team_id": 2, "team_name": "Core", "key_id": 3}
    where = {"backend_id": 4, "backend_name": "local", "routed_model": "big", "mapping": "sonnet"}
    what = {"requested_model": "claude-sonnet-4-5", "endpoint": "messages", "stream": True}
    session = {"session_id": "s", "agent_id": "a", "parent_agent_id": "p"}
    request = opening(**who, **where, **what, **session)
    store([entry(request)], "")
    row = UsageRecord.objects.values().get(pk=request.request_id)
    assert {**who, **where, **what, **session}.items() <= row.items()


def test_it_keeps_how_it_ended():
    request = opening(started_at=1_790_000_000.25)
    end = closing(
        state="failed",
        http_status=529,
        error_type="overloaded_error",
        stop_reason=None,
        notices=[Notice("image_dropped", "messages.0")],
        time_to_first_token=0.25,
        duration=2.5,
    )
    store([entry(request, end)], "")
    row = UsageRecord.objects.get(pk=request.request_id)
    assert row.finished_at == datetime.fromtimestamp(1_790_000_002.75, UTC)
    assert (row.http_status, row.error_type, row.stop_reason) == (529, "overloaded_error", "")
    assert row.notices == [{"code": "image_dropped", "detail": "messages.0"}]
    assert (row.time_to_first_token_ms, row.duration_ms) == (250, 2500)


@pytest.mark.parametrize(
    ("reported", "kept"),
    [
        pytest.param("0.1", Decimal("0.1"), id="a price"),
        pytest.param("1.5e-7", Decimal("0.00000015"), id="with an exponent"),
        pytest.param("0.12345678901234567", Decimal("0.123456789012"), id="too exact"),
        pytest.param("1e30", None, id="too much"),
        pytest.param("-1", None, id="negative"),
        pytest.param("NaN", None, id="no number"),
        pytest.param("Infinity", None, id="no end"),
        pytest.param("free", None, id="a word"),
        pytest.param(None, None, id="nothing"),
    ],
)
def test_it_keeps_a_cost_that_is_one(reported, kept):
    request = opening()
    store([entry(request, closing(usage=Usage(cost=reported)))], "")
    cost = UsageRecord.objects.get(pk=request.request_id).reported_cost
    assert cost == kept if kept is None else math.isclose(cost, kept)


@pytest.mark.parametrize("final", FINAL)
def test_an_open_row_gives_way_to_a_final_one(final):
    request = opening()
    store([entry(request)], "")
    store([entry(request, closing(state=final))], "")
    assert UsageRecord.objects.get(pk=request.request_id).state == final


@pytest.mark.parametrize("later", ["open", *FINAL])
@pytest.mark.parametrize("final", FINAL)
def test_a_final_row_stays(final, later):
    request = opening()
    store([entry(request, closing(5, state=final))], "")
    store([entry(request, None if later == "open" else closing(9, state=later))], "")
    row = UsageRecord.objects.get(pk=request.request_id)
    assert (row.state, row.output_tokens) == (final, 5)


def test_a_guess_gives_way_to_the_journal():
    request = opening()
    store([entry(request)], "")
    UsageRecord.objects.update(state="interrupted", error_type=LOST)
    store([entry(request, closing(5))], "")
    row = UsageRecord.objects.get(pk=request.request_id)
    assert (row.state, row.output_tokens, row.error_type) == ("closed", 5, "")


def test_one_request_twice_in_a_batch_is_one_row():
    request = opening()
    store([entry(request), entry(request, closing(5)), entry(request, closing(9))], "")
    assert [row.output_tokens for row in UsageRecord.objects.all()] == [5]


texts = st.text(max_size=300) | st.sampled_from(["\0", "x" * 10_000, "'; DROP TABLE", "{}", "%s", "\u202e", "💡" * 250])
numbers = st.integers(min_value=-(2**63), max_value=2**63 - 1)
openings = st.builds(
    opening,
    started_at=st.floats(0, 4e9),
    estimated_input_tokens=numbers,
    **dict.fromkeys(("client_name", "team_name", "requested_model", "backend_name", "routed_model", "mapping"), texts),
    **dict.fromkeys(("session_id", "agent_id", "parent_agent_id", "endpoint"), texts),
)
usages = st.builds(Usage, *[numbers] * 6, st.none() | texts, st.none() | texts, st.booleans(), numbers)
closings = st.builds(
    closing,
    state=st.sampled_from(FINAL),
    http_status=st.none() | numbers,
    usage=usages,
    stop_reason=st.none() | texts,
    error_type=st.none() | texts,
    notices=st.lists(st.builds(Notice, texts, texts), max_size=3),
    time_to_first_token=st.none() | st.floats(-1, 1e12),
    duration=st.none() | st.floats(0, 1e9),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(request=openings, end=st.none() | closings)
def test_there_is_a_row_whatever_a_client_or_backend_says(request, end):
    store([entry(request, end)], "host")
    row = UsageRecord.objects.get(pk=request.request_id)
    assert row.state == (end.state if end else "open")


def test_an_interrupted_request_has_the_last_estimates():
    request = opening(estimated_input_tokens=40)
    store([interrupted(entry(request, output_tokens=7))], "")
    row = UsageRecord.objects.get(pk=request.request_id)
    assert (row.state, row.input_tokens, row.output_tokens, row.estimated) == ("interrupted", 40, 7, True)
