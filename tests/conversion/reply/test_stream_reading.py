"""Streams of odd make that are whole all the same, and bodies that are no streams."""

import json

import pytest

from tests.conversion.reply.replies import call, calls, chunk, completion, stream, streamed, usage, whole

HI = [chunk("H"), chunk("i", finish="stop")]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\xef\xbb\xbf" + stream(*HI), id="a byte order mark"),  # protocol I205
        pytest.param(b"\n\n" + stream(*HI), id="blank lines first"),
        pytest.param(b": OPENROUTER PROCESSING\n\n" + stream(*HI), id="a comment first"),
        pytest.param(stream(*HI, done=False), id="no end mark"),  # protocol I209
        pytest.param(stream(chunk("Hi")), id="no finish reason"),  # protocol I210
        pytest.param(stream(*HI, done=False) + b"data: [DONE] \n\n" + stream(chunk("more")), id="data after the end"),
        pytest.param(stream(chunk("H", finish="stop"), chunk("i")), id="content after the finish"),  # protocol I212
        pytest.param(stream("data: oops\n\n", *HI), id="a chunk that is no JSON"),
        pytest.param(stream('event: ping\ndata: {"type":"ping"}\n\n', *HI), id="a ping"),
        pytest.param(
            stream("data: {}\n\n", "data: 5\n\n", 'data: {"choices":5}\n\n', *HI), id="chunks that say nothing"
        ),
        pytest.param(stream(*HI).replace(b"\n", b"\r\n"), id="CRLF"),
        pytest.param(stream({"choices": [None, 5, "x"]}, *HI), id="choices that are none"),
        pytest.param(completion({"content": "Hi"}), id="a completion"),  # protocol I213
        pytest.param(b"\n " + completion({"content": "Hi"}), id="a completion after white space"),
    ],
)
def test_it_reads_a_stream_of_any_make(data):
    for cuts in ([], [1], [2], [5], range(1, len(data))):
        reply = streamed(data, cuts=cuts)
        assert (reply.text, reply.stop_reason) == ("Hi", "end_turn"), cuts


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        pytest.param(rb'"\ud83d\ude00"', "\U0001f600", id="a pair of surrogates"),
        pytest.param(rb'"a\ud800b"', "a\ufffdb", id="half a pair"),
        pytest.param(rb'"a\udc00\ud800b"', "a\ufffd\ufffdb", id="two halves the wrong way round"),
        pytest.param(rb'"\\ud800"', r"\ud800", id="an escaped backslash"),
        pytest.param(b'"a\xffb"', "a\ufffdb", id="no UTF-8"),
        pytest.param(b'"a\tb"', "a\tb", id="a raw tab"),
        pytest.param(rb'"a\u0000b"', "ab", id="NUL"),
    ],
)
def test_it_reads_text_of_any_make(raw, text):
    data = b'data: {"choices":[{"delta":{"content":' + raw + b"}}]}\n\n" + stream(chunk(finish="stop"))
    assert streamed(data).text == text


def test_it_reads_numbers_that_are_none():
    data = b'data: {"choices":[{"delta":{"content":"a"},"logprobs":NaN}],"x":1e999}\n\n'
    assert streamed(data + stream(chunk(finish="stop"))).text == "a"


def test_it_remarks_on_a_chunk_that_it_cannot_read():
    assert streamed("data: oops\n\n", "data: oops\n\n", *HI).notices == {"chunk_unreadable"}


def test_it_reads_a_stream_where_a_completion_was_asked_for():  # protocol F160
    reply = whole(stream(chunk("Hi"), calls(call("{}", id="1", name="Bash"), finish="tool_calls"), usage(9, 5)))
    assert (reply.text, reply.tools, reply.usage["output_tokens"]) == ("Hi", [("Bash", {})], 5)
    assert whole(b": hello\n\n" + stream(*HI)).text == "Hi"


def test_it_reads_a_usual_chunk_as_it_reads_any_other():
    """The shortcut and the reading of every shape agree on each chunk that the shortcut takes."""
    from conversion.reply import usual_chunk
    from conversion.reply.chunks import ChunkReader

    documents = [
        chunk("a"),
        chunk("a", role="assistant") | {"usage": None},
        chunk("", reasoning="b", reasoning_details=[], refusal=None),
        chunk(reasoning_content="b", reasoning="b"),
        calls(call('{"a"', id="x", name="Bash", type="function")),
        calls(call("", id="x", name="Bash")),
        calls(call("1", index=None)),
    ]
    for document in documents:
        usual = usual_chunk.read(json.dumps(document).encode())
        assert [usual] == list(ChunkReader(None).read(document))
