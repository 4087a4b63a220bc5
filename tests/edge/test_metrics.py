"""GET /metrics over the running service, with one process and with several."""

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.support.answers import text
from tests.support.gateway import CLIENT_KEY, Gateway, eventually
from tests.support.messages import assert_is_error, request

TOKEN = "token-of-the-tests"


@pytest.fixture(scope="module", params=[1, 2], ids=["one process", "two workers"])
def measured(request, backend_process, tmp_path_factory):
    folder = tmp_path_factory.mktemp("measured")
    environment = {"OPENAI_BASE_URL": backend_process.base_url, "METRICS_TOKEN": TOKEN}
    with Gateway(folder, "--workers", str(request.param), **environment) as gateway:
        yield gateway


def figures(gateway, name):
    answer = httpx.get(
        f"{gateway.url}/metrics", headers={"authorization": f"Bearer {TOKEN}"}, timeout=30, trust_env=False
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain")
    families = text_string_to_metric_families(answer.text)
    return [sample.value for family in families for sample in family.samples if sample.name == name]


def test_requests_are_counted_across_processes(measured, backend):
    backend.script(*[text("Hello")] * 6)
    for _ in range(6):  # each over a connection of its own, so that any process may answer
        answer = httpx.post(
            f"{measured.url}/v1/messages",
            json=request(),
            headers={"x-api-key": CLIENT_KEY},
            timeout=30,
            trust_env=False,
        )
        assert answer.status_code == 200

    def all_counted():
        return sum(figures(measured, "claude_code_proxy_requests_total")) == 6

    eventually(all_counted, 30, lambda: f"counted: {figures(measured, 'claude_code_proxy_requests_total')}")


def test_a_wrong_token_is_refused(measured):
    answer = httpx.get(
        f"{measured.url}/metrics", headers={"authorization": "Bearer wrong"}, timeout=30, trust_env=False
    )
    assert_is_error(answer, 401, "authentication_error")


def test_without_a_token_there_are_no_metrics(client):
    assert_is_error(client.get("/metrics"), 404, "not_found_error")
