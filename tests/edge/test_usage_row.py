"""What the record of a request says of the estimate of its tokens."""

import uuid
from types import SimpleNamespace

import msgspec
import pytest

from conversion.request.read import read_messages_request
from proxysite import usage_row
from proxysite.counted_samples import CountedSamples
from proxysite.usage_row import UsageRow
from routing.table import BackendEntry, CompressionEntry, Destination, KeyEntry, Route
from tests.support.messages import request

ROUTE = Route(BackendEntry(1, "b", "http://b"), "m", Destination("m", calibration=1.5), CompressionEntry(), "")


class Book:
    """A recorder that keeps what it is given."""

    def open(self, opening):
        self.opening = opening
        return self

    def opened(self):
        pass

    def close(self, closing):
        self.closing = closing


@pytest.fixture
def book(monkeypatch):
    samples = CountedSamples()
    monkeypatch.setattr(usage_row, "counted_samples", samples)
    key = KeyEntry(1, "p", b"", None, 1, "Ann", None, "")
    own = {"request_uuid": uuid.uuid4(), "kind": "message", "parent": None}
    asked = SimpleNamespace(key=key, body=b"", header=lambda name: "", **own)
    book = Book()
    row = UsageRow(asked, book)
    row.asks(read_messages_request(msgspec.json.encode(request())))
    row.open(ROUTE, SimpleNamespace(terms=SimpleNamespace(estimated_input_tokens=1500)))
    samples._thread.shutdown()  # waits for the count
    row.cancel(None)
    return book


def test_it_says_which_calibration_is_in_the_estimate(book):
    assert (book.opening.estimated_input_tokens, book.opening.calibration) == (1500, 1.5)


def test_it_has_the_count_of_a_sample(book):
    assert book.closing.counted_input_tokens > 0
