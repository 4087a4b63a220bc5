"""Chunks read many at once, and the same chunks one by one: nobody can tell."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversion.reply import alike, usual_chunk
from conversion.reply.deltas import CallFragment, Text
from conversion.sse import encode
from tests.conversion.reply.replies import streamed, translation

TEXT = b'{"id":"1","choices":[{"index":0,"delta":{"content":"%b"},"logprobs":null,"finish_reason":null}],"usage":null}'
CALL = b'{"id":"1","choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"%b"}}]}}]}'
OPENING = CALL.replace(b'"function":{', b'"id":"call_1","function":{"name":"Bash",') % b'{\\"command\\":\\"'
END = b'{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":5}}'

# pieces of a JSON string, and bytes that belong in none
PIECES = st.sampled_from(
    [
        *(b"a", b" word", b"\xc3\xa9", b",", b"{", b"'", b"<think>", b" " * 50),
        *(b"\\n", b'\\"', b"\\\\", b"\\/", b'\\\\\\"', b"\\u003c", b"\\u00e9", b"\\ud83d\\ude00"),
        *(b"\\ud83d", b"\\ude00", b"\\u0000", b"\\x", b"\\", b'"', b"\xff", b"\xc3", b"\x00", b"\t", b"\n"),
        *(b'","', b'"}]', b"}}]}", b'a"}}]}\n{"choices":[{"delta":{"content":"b'),
    ]
)
STRINGS = st.lists(PIECES, max_size=3).map(b"".join)
ODD = st.sampled_from(
    [
        b"[DONE]",
        b"",
        b"oops",
        END,
        TEXT.split(b'"%b"')[0] + TEXT.split(b'"%b"')[1],  # its end begins with the last byte of its beginning
        TEXT.replace(b'%b"', b""),
        TEXT.replace(b"%b", b"a").replace(b"null}]", b'"stop"}]'),
        TEXT.replace(b"%b", b"a").replace(b'"usage":null', b'"usage":{"prompt_tokens":7,"completion_tokens":3}'),
        TEXT.replace(b"%b", b"a").replace(b'"logprobs":null', b'"logprobs":{"content":[{"token":"a"}]}'),
        TEXT.replace(b"%b", b"a").replace(b'"1"', b'"2"'),
        TEXT.replace(b"%b", b"a").replace(b'"index":0', b'"index":1'),
        TEXT.replace(b'"content":"%b"', b'"reasoning":"hm"'),
        TEXT.replace(b'"content":"%b"', b'"reasoning":"hm","content":"a"'),
        TEXT.replace(b'"content":"%b"', b'"content":"a","content":"b"'),
        TEXT.replace(b"[{", b'[{"index":1,"delta":{"content":"x"}},{').replace(b"%b", b"a"),
        CALL.replace(b"%b", b"1").replace(b'"index":0', b'"index":1'),
        CALL.replace(b"%b", b"1").replace(b'"index":0', b'"id":"call_2","index":0'),
        CALL.replace(b"%b", b"1").replace(b"]}}", b',{"index":1}]}}'),
    ]
)


def payloads(form):
    """Enough alike to be read at once, and others in their midst and behind."""
    alike_ones = st.builds(lambda string: form % string, STRINGS)
    good = st.sampled_from([b"a", b"\\n", b'\\"', b"\xc3\xa9 "]).map(lambda string: form % string)
    return st.tuples(st.lists(good, min_size=20, max_size=20), st.lists(alike_ones | ODD, max_size=8)).map(
        lambda parts: parts[0] + parts[1]
    )


@settings(deadline=None)
@given(payloads(TEXT))
def test_texts_are_those_of_the_chunks_one_by_one(chunks):
    read = alike.texts(chunks)
    assert [Text(text) for text in read] == [usual_chunk.read(chunk) for chunk in chunks[: len(read)]]


@settings(deadline=None)
@given(payloads(CALL))
def test_arguments_are_those_of_the_chunks_one_by_one(chunks):
    read = alike.arguments(chunks, 0)
    assert [CallFragment(0, arguments=part) for part in read] == [
        usual_chunk.read(chunk) for chunk in chunks[: len(read)]
    ]


@settings(deadline=None)
@given(st.lists(ODD, min_size=20, max_size=30))
def test_it_reads_nothing_into_chunks_of_any_kind(chunks):
    read = alike.texts(chunks)
    assert [Text(text) for text in read] == [usual_chunk.read(chunk) for chunk in chunks[: len(read)]]


@pytest.mark.parametrize(
    "chunk",
    [
        pytest.param(TEXT % b"a\\\\", id="a backslash at the end"),
        pytest.param(TEXT.replace(b'":"', b'": "') % b"a", id="a space before it"),
        pytest.param(TEXT.replace(b"logprobs", b"content") % b"a", id="the name once more"),
        pytest.param(TEXT.replace(b'"1"', b'"\\"content\\":\\"x\\""') % b"a", id="its like within a string"),
    ],
)
def test_it_finds_the_text_wherever_it_stands(chunk):
    assert alike.texts([chunk] * 20) == [usual_chunk.read(chunk).text] * 20


@pytest.mark.parametrize(
    "chunk",
    [
        pytest.param(TEXT.replace(b'"id"', b'"content":"x","id"') % b"a", id="another string of that name first"),
        pytest.param(TEXT.replace(b'"%b"', b'"b","content":"a"'), id="two of one name"),
        pytest.param(TEXT.replace(b'"usage":null', b'"usage":{"prompt_tokens":1}') % b"a", id="usage beside it"),
        pytest.param(TEXT.replace(b'"1"', b'"\\u0000"') % b"a", id="NUL elsewhere"),
        pytest.param(TEXT % b"", id="no text"),
    ],
)
def test_it_leaves_alone_what_it_cannot_prove(chunk):
    assert alike.texts([chunk] * 20) == []


@pytest.mark.parametrize("index", [1, None])
def test_it_leaves_alone_what_belongs_to_another_call(index):
    assert alike.arguments([CALL % b"1"] * 20, index) == []


@settings(deadline=None)
@given(payloads(TEXT) | payloads(CALL), st.sampled_from([{}, {"think_tags": "start"}, {"cumulative": True}]))
def test_a_reply_in_one_read_is_the_reply_frame_by_frame(chunks, profile):
    frames = [b"data: " + chunk + b"\n\n" for chunk in [OPENING, *chunks, END, b"[DONE]"]]
    slowly = became([b": that no read is like another\n" + frame for frame in frames], profile)
    assert became([b"".join(frames)], profile) == slowly
    assert became(frames, profile) == slowly
    assert became([b"".join(frames[place : place + 3]) for place in range(0, len(frames), 3)], profile) == slowly


def became(reads, profile):
    """What goes out, and what is known at the end."""
    reading = translation(**profile)
    sent = b"".join([encode(reading.feed(read)) for read in reads])
    return sent, reading.usage, reading.output_estimate, reading.notices, reading.stop_reason, str(reading.failure)


LIKE = st.sampled_from([TEXT, TEXT.replace(b'"1"', b'"2"'), CALL, CALL.replace(b'"index":0', b'"index":1')])


@settings(deadline=None)
@given(st.lists(st.builds(lambda form, string: form % string, LIKE, STRINGS) | ODD, max_size=20))
def test_reads_of_one_chunk_each_are_read_like_any_other(chunks):
    frames = [b"data: " + chunk + b"\n\n" for chunk in [OPENING, *chunks, END, b"[DONE]"]]
    assert became(frames, {}) == became([b": that no read is like another\n" + frame for frame in frames], {})


@pytest.mark.parametrize(
    "chunks",
    [
        pytest.param([TEXT % b"a", TEXT % b"b", TEXT % b"c"], id="text"),
        pytest.param([OPENING, CALL % b"a", CALL % b"b", CALL % b"c"], id="arguments"),
    ],
)
def test_a_chunk_like_the_one_before_is_not_decoded_whole(monkeypatch, chunks):
    *known, like = (b"data: " + chunk + b"\n\n" for chunk in chunks)
    reading = translation()
    for frame in known:
        reading.feed(frame)
    monkeypatch.setattr(usual_chunk, "read", None)
    assert b'"c"' in encode(reading.feed(like))


def test_a_run_of_text_is_counted_as_it_is_shown():
    frames = [b"data: " + TEXT % text + b"\n\n" for text in [b"one ", "zw\u00f6lf ".encode(), b"\\u003c\\n"] * 20]
    data = (
        b"".join(frames) + b"data: " + END.replace(b',"usage":{"prompt_tokens":9,"completion_tokens":5}', b"") + b"\n\n"
    )
    reply = streamed(data + b"data: [DONE]\n\n")
    assert reply.text == "one zw\u00f6lf <\n" * 20
    assert reply.usage["output_tokens"] == -(-len(reply.text.encode()) // 4)
