"""One answer, however it came: whole, in chunks, in bytes cut anywhere; as we read it, and as the official client does."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import anthropic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversion import sse
from tests.conversion.reply.replies import call, calls, chunk, stream, streamed, terms, usage, whole

DETAILS = {"reasoning_state": "details"}
SEARCHING = terms(web_search=True, context_management=True, stop_sequences=("</block>",))

# streams whose every event the official client is to understand
STREAMS = [
    pytest.param([chunk("Hel"), chunk("lo", finish="stop"), usage(1000, 50)], {}, id="text"),
    pytest.param([chunk("", role="assistant"), chunk(finish="stop")], {}, id="nothing"),
    pytest.param([chunk(reasoning="Hm"), chunk("Hi"), chunk(reasoning="And"), chunk("so", finish="stop")], {}, id="thoughts"),
    pytest.param(
        [
            chunk("I will"),
            calls(call('{"comm', id="1", name="Bash"), call('{"x"', index=1, id="2", name="Read")),
            calls(call('and":"l', index=0), call(':[1, {"y":"', index=1)),
            calls(call('s -l"}', index=0), call('é\\n"}]}', index=1)),
            chunk(finish="tool_calls"),
        ],
        {},
        id="interleaved calls",
    ),
    pytest.param([calls(call("{'a': True,}", id="1", name="Bash")), chunk(finish="stop")], {}, id="repaired arguments"),
    pytest.param([calls(call('{"a": x', id="1", name="Bash")), chunk(finish="stop")], {}, id="hopeless arguments"),
    pytest.param([calls(call('{"a":1, "b": "l', id="1", name="Bash")), chunk(finish="length")], {}, id="cut arguments"),
    pytest.param([calls(call(id="1", name="Bash")), chunk(finish="stop")], {}, id="no arguments"),
    pytest.param(
        [chunk(reasoning_details=[{"type": "reasoning.encrypted", "data": "x"}]), chunk("Hi", finish="stop")],
        {"profile": DETAILS},
        id="redacted thinking",
    ),
    pytest.param(
        [
            chunk("It rains", annotations=[{"url_citation": {"url": "https://a.example", "start_index": 0, "end_index": 2}}]),
            chunk(finish="stop"),
        ],
        {"terms": SEARCHING},
        id="a search",
    ),
    pytest.param([chunk("yes</block>no")], {"terms": SEARCHING}, id="a stop sequence"),
    pytest.param([chunk(refusal="I won't", finish="stop")], {}, id="a refusal"),
    pytest.param([chunk(reasoning="Hm"), chunk("Hi", finish="stop")], {"terms": terms(thinking="omitted")}, id="omitted"),
]  # fmt: skip


class Replay(BaseHTTPRequestHandler):
    """Answers every request with the bytes that the server holds."""

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("content-length", str(len(self.server.answer)))
        self.end_headers()
        self.wfile.write(self.server.answer)

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def server():
    with HTTPServer(("127.0.0.1", 0), Replay) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def client(server):
    with anthropic.Anthropic(api_key="x", base_url=f"http://127.0.0.1:{server.server_port}", max_retries=0) as client:
        yield client


@pytest.mark.parametrize(("documents", "settings"), STREAMS)
def test_it_is_understood_by_the_official_client(server, client, documents, settings):  # protocol G165
    reply = streamed(*documents, **settings)
    server.answer = sse.encode(reply.typed)
    asked = {"model": "m", "max_tokens": 1, "messages": [{"role": "user", "content": "Hi"}]}
    with client.messages.stream(**asked) as events:
        understood = events.get_final_message().to_dict()
    ours = reply.message
    for name in ("id", "model", "role", "stop_reason", "stop_sequence", "stop_details"):
        assert understood[name] == ours[name]
    for name in ("input_tokens", "output_tokens", "cache_read_input_tokens", "server_tool_use"):
        assert understood["usage"][name] == ours["usage"][name]
    assert _without_hopeless(understood["content"]) == _without_hopeless(ours["content"])


def _without_hopeless(content):
    """The client has its own way with arguments that were cut off in secret."""
    return [{**block, "input": {}} if "__invalid_json" in block.get("input", {}) else block for block in content]


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0<`"), max_size=30)
ARGUMENTS = st.dictionaries(st.text(max_size=5), WORDS | st.integers() | st.lists(WORDS, max_size=2), max_size=3)
ANSWERS = st.fixed_dictionaries(
    {
        "reasoning": WORDS,
        "content": WORDS,
        "tool_calls": st.lists(st.tuples(st.sampled_from(["Bash", "Read"]), ARGUMENTS), max_size=3),
        "finish": st.sampled_from(["stop", "length", "tool_calls", "content_filter"]),
        "usage": st.none()
        | st.fixed_dictionaries({"prompt_tokens": st.integers(1, 99), "completion_tokens": st.integers(1, 9)}),
    }
)


def completion_of(answer):
    entries = [
        call(json.dumps(arguments, ensure_ascii=False), index=None, id=f"call_{index}", name=name)
        for index, (name, arguments) in enumerate(answer["tool_calls"])
    ]
    message = {"reasoning": answer["reasoning"], "content": answer["content"], "tool_calls": entries}
    return whole(message, finish=answer["finish"], usage=answer["usage"])


def stream_of(answer, size):
    documents = [chunk(reasoning=piece) for piece in _pieces(answer["reasoning"], size)]
    documents += [chunk(piece) for piece in _pieces(answer["content"], size)]
    for index, (name, arguments) in enumerate(answer["tool_calls"]):
        documents.append(calls(call("", index=index, id=f"call_{index}", name=name)))
        text = json.dumps(arguments, ensure_ascii=False)
        documents += [calls(call(piece, index=index)) for piece in _pieces(text, size)]
    return stream(*documents, chunk(finish=answer["finish"]), {"choices": [], "usage": answer["usage"]})


def _pieces(text, size):
    return [text[at : at + size] for at in range(0, len(text), size)]


@settings(deadline=None)
@given(ANSWERS, st.integers(1, 20))
def test_it_makes_the_same_message_of_a_stream_and_of_a_whole_completion(answer, size):  # protocol G165
    assert streamed(stream_of(answer, size)).message == completion_of(answer).message


@settings(deadline=None)
@given(ANSWERS, st.lists(st.integers(0, 10_000), max_size=12), st.sampled_from(["\n", "\r\n", "\r"]))
def test_it_makes_the_same_events_of_bytes_cut_anywhere(answer, positions, line_end):
    data = stream_of(answer, 7).replace(b"\n", line_end.encode())
    cut = streamed(data, cuts=[position % (len(data) + 1) for position in positions])
    assert cut.events == streamed(data).events


BROKEN = st.lists(st.text("\\\"'{}[],:ntu0dae \n", min_size=1, max_size=6), max_size=12)


@settings(deadline=None)
@given(st.sampled_from(['{"a":"', "{'a':'", '{"a":', ""]), BROKEN)
def test_it_makes_the_same_of_fragments_in_one_read_as_of_one_after_the_other(beginning, parts):
    documents = [calls(call(beginning, index=0, id="1", name="Bash")), *(calls(call(part, index=0)) for part in parts)]
    data = stream(*documents, chunk(finish="tool_calls"))
    frames = [place + 2 for place in range(len(data)) if data[place : place + 2] == b"\n\n"]
    assert streamed(data, cuts=frames).events == streamed(data).events
