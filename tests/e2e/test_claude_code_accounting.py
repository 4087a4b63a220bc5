"""What the real client used is what the backend reported, in each record and in the report."""

import pytest

from tests.support.answers import reasoning, text, tool_call, usage

pytestmark = pytest.mark.full


def test_it_records_the_usage_that_the_backend_reported(claude, backend, gateway):
    backend.script(
        tool_call("Bash", {"command": "true"}, usage=usage(prompt=12_000, completion=40, cached=11_000)),
        reasoning("Hm.", then=text("Done.", usage=usage(prompt=12_100, completion=60, cached=12_000, reasoning=30))),
    )
    run = claude.run("Do it")
    records = gateway.usage_records(2, session_id=run.session_id)
    used = ("input_tokens", "cache_read_input_tokens", "output_tokens", "thinking_tokens")
    assert [[record[field] for field in used] for record in records] == [[1000, 11_000, 40, 0], [100, 12_000, 60, 30]]
    assert [(record["requested_model"], record["routed_model"]) for record in records] == [
        ("claude-opus-5-5", "big")
    ] * 2
    assert [(record["state"], record["http_status"]) for record in records] == [("closed", 200)] * 2


def test_it_reports_the_sum_of_a_session(claude, backend, gateway):
    backend.script(
        tool_call("Bash", {"command": "true"}, usage=usage(prompt=1000, completion=40)),
        text("Done.", usage=usage(prompt=2000, completion=60)),
    )
    run = claude.run("Do it")
    gateway.usage_records(2, session_id=run.session_id)
    (row,) = [row for row in gateway.usage_report(by="session") if run.session_id in row.values()]
    assert (int(row["requests"]), int(row["input_tokens"]), int(row["output_tokens"])) == (2, 3000, 100)
