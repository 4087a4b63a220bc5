"""Answers of no make at all: nothing that a backend sends raises, or breaks the grammar."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversion.reply.backend_errors import backend_failure
from tests.conversion.reply.replies import destination, streamed, terms, whole

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from([1e300, -1, 10**30, float("nan")])
    | st.sampled_from(
        ["", "a", "null", "stop", "length", "error", "tool_calls", "content_filter", "Bash", "Read", "\ud800"]
    )
    | st.sampled_from(
        ["{}", '{"a":', "1}", '"', "<think>", "</think>", "END", "EN", "D", "\n", " ", "```json\n", "```", "x" * 50]
    )
)
NAMES = st.sampled_from(
    [
        "a",
        "type",
        "text",
        "url",
        "url_citation",
        "data",
        "summary",
        "signature",
        "content",
        "code",
        "message",
        "reasoning",
    ]
)
ANY = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=6
)


def objects(**fields):
    """Objects with some of the fields, of the right shape or of any."""
    return st.fixed_dictionaries({}, optional={name: shape | ANY for name, shape in fields.items()})


TEXT = SCALARS
FUNCTIONS = objects(name=TEXT, arguments=TEXT, input=TEXT)
CALLS = objects(
    index=st.integers(0, 2), id=TEXT, type=TEXT, function=FUNCTIONS, custom=FUNCTIONS, extra_content=ANY, name=TEXT
)
PARTS = objects(
    type=st.sampled_from(["text", "thinking", "refusal", "image_url"]), text=TEXT, thinking=ANY, refusal=TEXT
)
DETAILS = objects(type=TEXT, text=TEXT, summary=TEXT, data=TEXT, id=TEXT, index=st.integers(0, 1), signature=TEXT)
CITATIONS = objects(url=TEXT, title=TEXT, start_index=st.integers(-1, 5), end_index=st.integers(-1, 5), content=TEXT)
DELTAS = objects(
    role=TEXT,
    content=TEXT | st.lists(PARTS | TEXT, max_size=3),
    reasoning=TEXT,
    reasoning_content=TEXT,
    reasoning_details=st.lists(DETAILS, max_size=3),
    thinking=TEXT,
    refusal=TEXT,
    tool_calls=st.lists(CALLS, max_size=3),
    function_call=FUNCTIONS,
    annotations=st.lists(objects(url_citation=CITATIONS), max_size=2),
    citations=st.lists(TEXT, max_size=2),
    extra_content=st.just({"google": {"thought": True}}),
    images=st.lists(TEXT, max_size=1),
)
CHOICES = objects(
    index=st.integers(0, 1),
    delta=DELTAS,
    message=DELTAS,
    text=TEXT,
    finish_reason=TEXT,
    stop_reason=TEXT,
    usage=ANY,
    error=ANY,
    content_filter_results=ANY,
)
USAGE = objects(
    prompt_tokens=st.integers(-5, 10**20),
    completion_tokens=st.integers(-5, 10**20),
    total_tokens=st.integers(-5, 10**20),
    prompt_tokens_details=objects(cached_tokens=st.integers(-5, 10**20)),
    completion_tokens_details=objects(reasoning_tokens=st.integers(-5, 10**20)),
    cost=st.floats(),
)
DOCUMENTS = st.one_of(
    objects(choices=st.lists(CHOICES, max_size=2), usage=USAGE, service_tier=TEXT, x_groq=objects(usage=USAGE)),
    objects(error=objects(message=TEXT, code=TEXT, type=TEXT, metadata=ANY, details=ANY) | TEXT, code=TEXT),
    objects(base_resp=objects(status_code=st.integers(0, 3000)), detail=ANY, errors=ANY, message=TEXT, object=TEXT),
    ANY,
)
GOOD = st.fixed_dictionaries({"choices": st.tuples(st.fixed_dictionaries({"index": st.just(0), "delta": DELTAS}))})
FRAMES = st.builds(
    lambda document, head, end: head.encode() + json.dumps(document).encode() + end.encode(),
    GOOD | DOCUMENTS,
    st.sampled_from(["data: ", "data:", "data: ", "data: ", "event: error\ndata: ", ": x\ndata: ", ""]),
    st.sampled_from(["\n\n", "\n\n", "\n\n", "\r\n\r\n", "\n", "\r\r", ""]),
)
STREAMS = st.lists(FRAMES | st.sampled_from([b"data: [DONE]\n\n", b"\xff", b"{", b"\xef\xbb\xbf"]), max_size=8).map(
    b"".join
)
PROFILES = st.fixed_dictionaries(
    {
        "think_tags": st.sampled_from(["start", "implicit", "off"]),
        "tool_arguments": st.sampled_from(["forward", "buffer"]),
        "tool_call_parser": st.sampled_from(["", "hermes", "qwen_xml"]),
        "reasoning_state": st.sampled_from(["details", "text"]),
        "lenient_eof": st.booleans(),
        "cumulative": st.booleans(),
    }
)
TERMS = st.builds(
    terms,
    thinking=st.sampled_from(["shown", "omitted", "off"]),
    stop_sequences=st.sampled_from([(), ("END",)]),
    structured_output=st.booleans(),
    web_search=st.booleans(),
    parallel_tool_use=st.booleans(),
    prefill=st.sampled_from(["", "a"]),
    used_tool_ids=st.just(frozenset({"a"})),
)

FUZZ = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@FUZZ
@given(STREAMS, st.lists(st.integers(0, 10_000), max_size=5), PROFILES, TERMS)
def test_it_survives_any_stream(data, positions, profile, terms):
    """`streamed` checks the grammar."""
    cuts = [position % (len(data) + 1) for position in positions]
    reply = streamed(data, cuts=cuts, profile=profile, terms=terms)
    if reply.failure is None:
        assert reply.content


@FUZZ
@given(DOCUMENTS.map(json.dumps).map(str.encode) | STREAMS | st.binary(max_size=50), PROFILES, TERMS)
def test_it_survives_any_body(body, profile, terms):
    reply = whole(body, profile=profile, terms=terms)
    assert reply.failure is not None or reply.content


@FUZZ
@given(st.integers(200, 599), DOCUMENTS.map(json.dumps).map(str.encode) | st.binary(max_size=50))
def test_it_survives_any_error(status, body):
    told = backend_failure(status, {}, body, terms=terms(), destination=destination(), now=0.0)
    assert 400 <= told.status < 600
    assert told.message
