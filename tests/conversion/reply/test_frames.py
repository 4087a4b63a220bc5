"""Server-sent events out of bytes, however a backend writes them."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversion.errors import BackendFailure
from conversion.reply.frames import LONGEST_LINE, ErrorFrame, FrameReader

CASES = [
    pytest.param(b"data: a\n\ndata: b\n\n", [b"a", b"b"], id="as usual"),
    pytest.param(b"data:a\r\n\r\ndata:b\r\n\r\n", [b"a", b"b"], id="CRLF, no blank"),  # protocol I204
    pytest.param(b"data: a\r\rdata: b\r\r", [b"a", b"b"], id="CR"),
    pytest.param(b"data: a\r\n\ndata: b\n\r\n", [b"a", b"b"], id="mixed line ends"),
    pytest.param(b": ping\n\ndata: a\n\n: x\ndata: b\n\n", [b"a", b"b"], id="comments"),  # protocol I205
    pytest.param(b"id: 1\nretry: 5\ndata: a\n\n", [b"a"], id="id and retry"),
    pytest.param(b"event: message\ndata: a\n\n", [b"a"], id="a name"),
    pytest.param(b"data: {\ndata: }\n\n", [b"{\n}"], id="two lines of one event"),  # protocol I206
    pytest.param(
        b'data: {"a":1}\ndata: {"b":2}\ndata: [DONE]\n', [b'{"a":1}', b'{"b":2}', b"[DONE]"], id="no blank lines"
    ),
    pytest.param(b'data: {"a":1}\nevent: x\ndata: {"b":2}\n\n', [b'{"a":1}', b'{"b":2}'], id="names, no blank lines"),
    pytest.param(b"data: a\n\n\n\ndata: b\n\n", [b"a", b"b"], id="blank lines too many"),
    pytest.param(b"data: a\n\ndata: b", [b"a", b"b"], id="no end"),
    pytest.param(b"event: x\n\ndata: a\n\n", [b"a"], id="an event without data"),
    pytest.param(b"data\ndata: a\n\n", [b"\na"], id="a field without a value"),
    pytest.param(b"hello\n\ndata: a\n\n", [b"a"], id="no field at all"),
    pytest.param(
        "data: é\u2028\U0001f600\n\n".encode(), ["é\u2028\U0001f600".encode()], id="characters"
    ),  # protocol I207
]


@pytest.mark.parametrize(("data", "frames"), CASES)
def test_it_finds_the_data_of_events_wherever_they_are_cut(data, frames):  # protocol I208
    for cut in range(len(data) + 1):
        assert _read(data[:cut], data[cut:]) == frames, cut
    assert _read(*(data[at : at + 1] for at in range(len(data)))) == frames


def test_it_gives_an_event_before_the_next_one_begins():
    reader = FrameReader()
    assert reader.feed(b"data: a\n\ndata: b\n") == [b"a"]
    assert reader.feed(b"\n") == [b"b"]


def test_it_gives_events_without_blank_lines_before_the_end():
    assert FrameReader().feed(b'data: {"a":1}\ndata: {"b":2}\n') == [b'{"a":1}']


def test_it_knows_an_event_that_is_named_error():
    frames = FrameReader().feed(b"event: error\ndata: a\n\ndata: b\n\n")
    assert [isinstance(frame, ErrorFrame) for frame in frames] == [True, False]


def test_it_refuses_a_line_without_end():
    reader = FrameReader()
    for _ in range(LONGEST_LINE >> 20):
        assert reader.feed(b"x" * (1 << 20)) == []
    with pytest.raises(BackendFailure, match="longer than 16 MiB"):
        reader.feed(b"x")


LINES = st.sampled_from([b"data: {}", b"data: ", b"data:x", b"event: a", b": c", b"", b"\n", b"\r\n", b"\r", b"[DONE]"])


@given(st.lists(LINES, max_size=20).map(b"".join), st.lists(st.integers(0, 1000), max_size=6))
def test_it_reads_any_bytes_the_same_wherever_they_are_cut(data, positions):
    edges = [0, *sorted(position % (len(data) + 1) for position in positions), len(data)]
    pieces = [data[start:end] for start, end in itertools.pairwise(edges)]
    assert _read(*pieces) == _read(data)


def _read(*pieces):
    reader = FrameReader()
    return [bytes(frame) for piece in pieces for frame in reader.feed(piece)] + reader.end()
