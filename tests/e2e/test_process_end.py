"""However a process ends, the accounts know what it sent: killed in the middle, killed at the end, asked to stop."""

from concurrent.futures import ThreadPoolExecutor

import anthropic
import pytest

from tests.support.answers import text, usage
from tests.support.gateway import CLIENT_KEY, Gateway, eventually
from tests.support.scripted_backend import DONE, Gate, stream

BEGUN = {"choices": [{"index": 0, "delta": {"content": "Once upon "}, "finish_reason": None}]}
ENDED = {"choices": [{"index": 0, "delta": {"content": "a time."}, "finish_reason": "stop"}], "usage": usage(90, 7)}
REQUEST = {"model": "claude-opus-5-5", "max_tokens": 500, "messages": [{"role": "user", "content": "Tell me a tale"}]}


@pytest.fixture
def gateway(backend, tmp_path):
    """A service of the test's own, which the test starts."""
    gateway = Gateway(tmp_path, OPENAI_BASE_URL=backend.base_url)
    yield gateway
    gateway.kill()


@pytest.fixture
def client(gateway):
    with anthropic.Anthropic(base_url=gateway.url, api_key=CLIENT_KEY, max_retries=0) as client:
        yield client


def test_it_keeps_a_record_of_a_request_that_died_with_its_process(gateway, client, backend):
    gate = Gate()
    backend.script(stream(BEGUN, gate, ENDED, DONE))
    gateway.start()
    with client.messages.stream(**REQUEST) as opened:
        assert next(opened.text_stream) == "Once upon "
        gateway.kill()
    with gateway:
        (record,) = gateway.usage_records(1)
    assert (record["state"], record["estimated"]) == ("interrupted", True)
    assert record["input_tokens"] >= 1


def test_it_keeps_the_record_of_a_reply_that_was_complete_before_its_process_died(gateway, client, backend):
    backend.script(text("Once upon a time.", usage=usage(90, 7)))
    gateway.start()
    with client.messages.stream(**REQUEST) as opened:
        opened.until_done()
        gateway.kill()
    with gateway:
        (record,) = gateway.usage_records(1)
    assert (record["state"], record["input_tokens"], record["output_tokens"]) == ("closed", 90, 7)


def test_it_ends_a_reply_before_it_stops(gateway, client, backend):
    gate = Gate()
    backend.script(stream(BEGUN, gate, ENDED, DONE))
    gateway.start()
    with client.messages.stream(**REQUEST) as opened, ThreadPoolExecutor(1) as beside:
        assert next(opened.text_stream) == "Once upon "
        stopped = beside.submit(gateway.stop)
        eventually(lambda: not gateway.accepts(), 10, lambda: "new requests are still accepted")
        gate.open()
        assert opened.get_final_text() == "Once upon a time."
        stopped.result()
    (record,) = gateway.usage_records(1)
    assert (record["state"], record["input_tokens"], record["output_tokens"]) == ("closed", 90, 7)
