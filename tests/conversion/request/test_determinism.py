"""Turn N's messages are a byte prefix of turn N+1's, however the client wrote the same thing (protocol C50, D100)."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversion.signatures import ReasoningState, seal
from tests.conversion.request.ask import MODELS, SECRET, ask, call, image, result, text, tool

WORDS = st.text("ab é漢\n", min_size=1, max_size=8).filter(str.strip)
BLANK = st.sampled_from(["", " ", "\n"])
SUMMARY = {"type": "compaction", "content": "All so far."}
BACKENDS = [
    *MODELS.items(),
    ("generic", "devstral"),
    ("openrouter", "openai/gpt-4.1"),
    ("openrouter", "mistralai/devstral"),
    ("mistral", "mistral-small-latest"),
    ("qwen", "qwen3.8-max"),
    ("groq", "gpt-oss-120b"),
]
FORWARD_MARKERS = {"openrouter", "qwen", "zai", "minimax"}
STATES = {
    "text": ("t", None),
    "details": ("rd", [{"type": "reasoning.text", "text": "Hm.", "index": 0}]),
    "calls": ("gs", {"calls": {"toolu_3": {"google": {"thought_signature": "s"}}}, "msg": None}),
}


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
        thoughts = draw(st.lists(st.sampled_from(["foreign", *STATES]), max_size=1))
        answer = [
            *({"type": "thinking", "thinking": "Hm.", "signature": each} for each in thoughts),
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


def sealed(message, dialect):
    """The message with the signatures that the dialect gave it."""
    if message["role"] != "assistant":
        return message
    return message | {"content": [_sealed_block(block, dialect) for block in message["content"]]}


def _sealed_block(block, dialect):
    if block.get("signature") not in STATES:
        return block
    state = ReasoningState(f"{dialect}.test", "m", *STATES[block["signature"]])
    return block | {"signature": seal(state, SECRET)}


def messages_of(messages, dialect, model):
    sent = ask(
        [sealed(message, dialect) for message in messages],
        dialect,
        model=model,
        overrides={"image_limit": None},  # older images must go where there are too many
        tools=[tool("Read")],
        system="S",
        thinking={"type": "adaptive"},
        output_config={"effort": "high"},
    )
    return bytes(msgspec.json.decode(sent.conversion.body, type=dict[str, msgspec.Raw])["messages"])


@pytest.mark.parametrize(("dialect", "model"), BACKENDS, ids=[" ".join(backend) for backend in BACKENDS])
@settings(max_examples=25, deadline=None)
@given(conversation=exchanges())
def test_each_turn_only_adds_to_the_one_before(dialect, model, conversation):
    sent, before = [], b"["
    for asked, answered in conversation:
        now = messages_of(sent + asked, dialect, model)
        assert now.startswith(before)
        before = now[:-1]
        sent += asked + answered


@pytest.mark.parametrize("dialect", [dialect for dialect in MODELS if dialect not in FORWARD_MARKERS])
@settings(max_examples=10, deadline=None)
@given(conversation=exchanges())
def test_moving_the_marker_changes_nothing(dialect, conversation):
    messages = [message for asked, answered in conversation for message in asked + answered][:-1]
    moved = [rewritten(message) for message in messages]
    assert messages_of(messages, dialect, MODELS[dialect]) == messages_of(moved, dialect, MODELS[dialect])


@pytest.mark.parametrize("dialect", MODELS)
def test_the_same_request_gives_the_same_bytes(dialect):
    assert ask("a", dialect).conversion == ask("a", dialect).conversion
