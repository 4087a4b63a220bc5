"""Turn N's messages are a byte prefix of turn N+1's, however the client wrote the same thing (protocol C50, D100)."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conversion.request.ask import ask, call, image, result, text, tool

WORDS = st.text("ab é漢\n", min_size=1, max_size=8).filter(str.strip)
BLANK = st.sampled_from(["", " ", "\n"])
SUMMARY = {"type": "compaction", "content": "All so far."}
BACKENDS = st.sampled_from(
    [("openai", "gpt-4.1"), ("generic", "qwen3"), ("generic", "devstral"), ("openrouter", "openai/gpt-4.1")]
)


@st.composite
def contents(draw):
    """What a result holds."""
    return draw(st.one_of(WORDS, BLANK, st.lists(st.one_of(WORDS.map(text), st.just(image())), max_size=3)))


@st.composite
def exchanges(draw):
    """What one side says and the other answers, for a whole conversation; ids are those of real clients, unique."""
    exchanges, pending, number = [], [], 0
    for _ in range(draw(st.integers(1, 4))):
        answered = draw(st.permutations(pending))[: draw(st.integers(0, len(pending)))]
        results = [result(draw(contents()), each, is_error=draw(st.booleans())) for each in answered]
        said = [text(words) for words in draw(st.lists(WORDS, min_size=1, max_size=2))]
        messages = [{"role": "user", "content": draw(st.permutations(results + said))}]
        if draw(st.booleans()):
            messages.append({"role": "system", "content": draw(WORDS)})
        if draw(st.booleans()):
            messages.append({"role": "user", "content": draw(st.one_of(WORDS, BLANK))})
        number += 3
        pending = [f"toolu_{number + each}" for each in range(draw(st.integers(0, 2)))]
        answer = [
            text(draw(WORDS)),
            *(call(draw(st.sampled_from(["Read", "x" * 70])), {"a": "é"}, each) for each in pending),
        ]
        exchanges.append((messages, [{"role": "assistant", "content": answer}]))
    return exchanges


def rewritten(message):
    """The same message as clients send it when the cache marker stands on it."""
    content = message["content"]
    if isinstance(content, str) and content.strip():
        return message | {"content": [text(content, cache_control={"type": "ephemeral"})]}
    if isinstance(content, list):
        return message | {"content": [_rewritten_block(block) for block in content]}
    return message


def _rewritten_block(block):
    if block["type"] == "tool_result" and isinstance(block["content"], str):
        return block | {"content": [text(block["content"])], "cache_control": {"type": "ephemeral"}}
    return block


def messages_of(messages, dialect, model):
    sent = ask(messages, dialect, model=model, tools=[tool("Read")], system="S")
    return bytes(msgspec.json.decode(sent.conversion.body, type=dict[str, msgspec.Raw])["messages"])


@settings(max_examples=60, deadline=None)
@given(exchanges(), BACKENDS)
def test_each_turn_only_adds_to_the_one_before(conversation, backend):
    sent, before = [], b"["
    for asked, answered in conversation:
        now = messages_of(sent + asked, *backend)
        assert now.startswith(before)
        before = now[:-1]
        sent += asked + answered


@settings(max_examples=60, deadline=None)
@given(exchanges(), BACKENDS.filter(lambda backend: backend[0] != "openrouter"))
def test_moving_the_marker_changes_nothing(conversation, backend):
    messages = [message for asked, answered in conversation for message in asked + answered][:-1]
    assert messages_of(messages, *backend) == messages_of([rewritten(message) for message in messages], *backend)


def test_the_same_request_gives_the_same_bytes():
    assert ask("a", "openrouter").conversion == ask("a", "openrouter").conversion
