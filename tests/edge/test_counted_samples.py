"""Which requests are counted beside their backend's work."""

from concurrent.futures import Future

import msgspec
import pytest

from conversion.request.read import read_messages_request
from proxysite.counted_samples import EVERY_SECONDS, LARGEST_BODY, CountedSamples, result_of
from routing.table import BackendEntry, CompressionEntry, Destination, Route
from tests.support.messages import request


@pytest.fixture
def message():
    return read_messages_request(msgspec.json.encode(request()))


def route(model="m"):
    return Route(BackendEntry(1, "b", "http://b"), model, Destination(model), CompressionEntry(), "")


def test_a_model_is_counted_now_and_then(message):
    clock = iter([0.0, EVERY_SECONDS - 1, EVERY_SECONDS - 1, EVERY_SECONDS])
    samples = CountedSamples(lambda: next(clock))
    begun = [samples.begin(message, 100, route(model)) is not None for model in ("m", "m", "n", "m")]
    assert begun == [True, False, True, True]


def test_a_large_request_is_not_counted(message):
    assert CountedSamples().begin(message, LARGEST_BODY + 1, route()) is None


def test_what_was_counted_is_known(message):
    count = CountedSamples().begin(message, 100, route())
    assert count.result(timeout=60) == result_of(count) > 0


def failed():
    count = Future()
    count.set_exception(ValueError("no"))
    return count


@pytest.mark.parametrize(
    "count",
    [
        pytest.param(None, id="not counted"),
        pytest.param(Future(), id="not counted yet"),
        pytest.param(failed(), id="cannot be counted"),
    ],
)
def test_nobody_waits_for_a_count(count):
    assert result_of(count) is None
