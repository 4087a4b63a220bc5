"""What Prometheus is told of finished requests."""

import json
import os
import re

import pytest
from prometheus_client.mmap_dict import MmapedDict, mmap_key
from prometheus_client.parser import text_string_to_metric_families

from accounting import metrics
from conversion.usage import Usage
from proxysite.environment import BASE_DIR
from tests.accounting.samples import closing, entry, opening

DASHBOARD = BASE_DIR / "proxysite" / "deploy" / "grafana-dashboard.json"


def samples(**labels):
    """The value of every sample with these labels, by its name."""
    families = text_string_to_metric_families(metrics.exposition().decode())
    found = [sample for family in families for sample in family.samples]
    return {sample.name: sample.value for sample in found if labels.items() <= sample.labels.items()}


def counted(backend, *, ended, **fields):
    metrics.count([entry(opening(backend_name=backend, routed_model="big", team_name="red", **fields), ended)])


def test_a_finished_request_is_counted_with_its_outcome():
    counted("outcome", ended=closing(state="failed", http_status=429, error_type="rate_limit_error"))
    labels = {"kind": "message", "state": "failed", "status": "429", "error": "rate_limit_error", "team": "red"}
    assert samples(backend="outcome", **labels)["claude_code_proxy_requests_total"] == 1


def test_a_running_request_is_not_counted():
    counted("running", ended=None)
    assert samples(backend="running") == {}


@pytest.mark.parametrize(
    ("kind", "tokens"),
    [("input", 10), ("cache_read", 20), ("cache_creation", 30), ("output", 40), ("thinking", 5)],
)
def test_tokens_are_told_apart_by_what_they_were_for(kind, tokens):
    usage = Usage(
        input_tokens=10, cache_read_input_tokens=20, cache_creation_input_tokens=30, output_tokens=40, thinking_tokens=5
    )
    counted(f"tokens {kind}", ended=closing(usage=usage))
    assert samples(backend=f"tokens {kind}", type=kind)["claude_code_proxy_tokens_total"] == tokens


def test_a_known_cost_is_summed_and_an_unknown_one_counted():
    counted("costs", ended=closing(usage=Usage(input_tokens=1, cost="0.25")))
    counted("costs", ended=closing(usage=Usage(input_tokens=1)))
    found = samples(backend="costs", team="red")
    assert found["claude_code_proxy_cost_usd_total"] == 0.25
    assert found["claude_code_proxy_unpriced_requests_total"] == 1


def test_times_are_observed_in_seconds():
    counted("times", ended=closing(time_to_first_token=0.5, duration=3.0))
    found = samples(backend="times")
    assert found["claude_code_proxy_time_to_first_token_seconds_sum"] == 0.5
    assert found["claude_code_proxy_request_duration_seconds_sum"] == 3.0


def test_names_of_clients_choice_are_bounded():
    names = metrics.Names()
    assert [names.bounded(str(number)) for number in range(metrics.MOST_NAMES)][-1] == str(metrics.MOST_NAMES - 1)
    assert names.bounded("one more") == metrics.OTHER
    assert names.bounded("0") == "0"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv(metrics.FOLDER, str(tmp_path))
    return tmp_path


def written(file, *, name, value):
    """A file as a process leaves it."""
    values = MmapedDict(str(file))
    values.write_value(mmap_key(name, name, [], [], "For the test."), value, 0)
    values.close()


def test_gauges_of_processes_that_ended_are_removed(folder):
    written(folder / f"gauge_livesum_{os.getpid()}.db", name="backlog", value=2)
    ended = folder / "gauge_livesum_4194399.db"  # above the highest number that a process can have by default
    written(ended, name="backlog", value=3)
    assert samples() == {"backlog": 2}
    assert not ended.exists()


def test_a_file_that_a_process_just_made_is_not_read_yet(folder):
    written(folder / "counter_1.db", name="requests_total", value=4)
    (folder / "counter_2.db").touch()
    assert samples() == {"requests_total": 4}


def test_a_file_that_is_removed_meanwhile_is_left_out(folder):
    (folder / "gauge_livesum_1.db").symlink_to(folder / "removed.db")
    assert samples() == {}


def test_the_dashboard_asks_for_nothing_that_does_not_exist():
    text = DASHBOARD.read_text()
    json.loads(text)
    asked = set(re.findall(r"claude_code_proxy_\w+", text))
    families = text_string_to_metric_families(metrics.exposition().decode())
    known = {name for family in families for name in (family.name, f"{family.name}_total", f"{family.name}_bucket")}
    assert asked
    assert asked <= known
