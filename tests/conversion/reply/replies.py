"""Backend answers to write down briefly, and what becomes of them. Every streamed answer is judged by the grammar."""

import itertools
import json
from dataclasses import dataclass, field, replace

from conversion import sse
from conversion.destination import Destination
from conversion.profiles import BackendProfile
from conversion.reply.fold import fold
from conversion.reply.translation import Translation
from conversion.signatures import unseal
from conversion.terms import ReplyTerms
from tests.support.grammar import assert_grammatical, read_events

SECRET = b"a secret of the tests"
MODEL = "claude-sonnet-5-5"
TOOLS = {name: name for name in ("Bash", "Read", "Write")}
TERMS = ReplyTerms(MODEL, tool_names=TOOLS, estimated_input_tokens=77, max_tokens=1000)


def terms(**fields):
    return replace(TERMS, **fields)


def destination(**profile):
    limits = {name: profile.pop(name) for name in ("context_window",) if name in profile}
    return Destination("backend-model", BackendProfile(**profile), group="test", **limits)


def chunk(content=None, *, finish=None, **delta):
    """A chunk with one choice; what is None is left out."""
    said = {name: value for name, value in {"content": content, **delta}.items() if value is not None}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "choices": [{"index": 0, "delta": said, "finish_reason": finish}],
    }


def call(arguments=None, *, index=0, id=None, name=None, **more):
    """One entry of `tool_calls`; `index=None` leaves it out."""
    function = {key: value for key, value in {"name": name, "arguments": arguments}.items() if value is not None}
    entry = {key: value for key, value in {"index": index, "id": id}.items() if value is not None}
    return {**entry, "function": function, **more}


def calls(*entries, finish=None):
    return chunk(tool_calls=list(entries), finish=finish)


def usage(prompt=100, completion=20, **more):
    return {"choices": [], "usage": {"prompt_tokens": prompt, "completion_tokens": completion, **more}}


def stream(*documents, done=True):
    """The bytes of a stream. A string is a line as it is."""
    frames = [document if isinstance(document, str) else f"data: {json.dumps(document)}\n\n" for document in documents]
    return "".join([*frames, "data: [DONE]\n\n" if done else ""]).encode()


def completion(message=None, *, finish="stop", **more):
    """The bytes of a whole completion."""
    choice = {"index": 0, "message": {"role": "assistant", **(message or {})}, "finish_reason": finish}
    return json.dumps({"id": "chatcmpl-1", "object": "chat.completion", "choices": [choice], **more}).encode()


@dataclass
class Reply:
    """What one answer became."""

    translation: Translation
    events: list[dict]
    typed: list = field(repr=False)

    @property
    def failure(self):
        return self.translation.failure

    @property
    def message(self):
        assert self.failure is None, self.failure
        return json.loads(fold(self.typed))

    @property
    def content(self):
        return self.message["content"]

    @property
    def stop_reason(self):
        return self.message["stop_reason"]

    @property
    def usage(self):
        return self.message["usage"]

    @property
    def types(self):
        return [block["type"] for block in self.content]

    @property
    def text(self):
        return "".join(block.get("text", "") for block in self.content)

    @property
    def thinking(self):
        return "".join(block.get("thinking", "") for block in self.content)

    @property
    def tools(self):
        return [(block["name"], block["input"]) for block in self.content if block["type"] == "tool_use"]

    @property
    def ids(self):
        return [block["id"] for block in self.content if block["type"] == "tool_use"]

    @property
    def notices(self):
        return {notice.code for notice in self.translation.notices}

    def deltas(self, kind):
        """The values of all deltas of one type, in order."""
        name = {"text": "text", "thinking": "thinking", "input_json": "partial_json", "signature": "signature"}[kind]
        found = (event["delta"] for event in self.events if event["type"] == "content_block_delta")
        return [delta[name] for delta in found if delta["type"] == kind + "_delta"]

    def states(self):
        """The reasoning states that the blocks carry."""
        sealed = [block.get("signature") or block.get("data") for block in self.content]
        return [state for text in sealed if text and (state := unseal(text, SECRET))]


def translation(terms=TERMS, **profile):
    numbers = itertools.count(1)
    return Translation(
        terms, destination(**profile), secret=SECRET, message_id="msg_1", new_suffix=lambda: f"fresh{next(numbers):017}"
    )


def streamed(*documents, terms=TERMS, profile=None, done=True, cuts=None, **limits):
    """The reply to a stream, fed in one piece or cut at the given positions."""
    data = documents[0] if isinstance(documents[0], bytes) else stream(*documents, done=done)
    reading = translation(terms, **(profile or {}), **limits)
    positions = [0, *sorted(cuts or ()), len(data)]
    typed = [event for start, end in itertools.pairwise(positions) for event in reading.feed(data[start:end])]
    return _judged(reading, typed + reading.end())


def whole(message=None, *, terms=TERMS, profile=None, finish="stop", context_window=None, **more):
    """The reply to a whole completion, or to any other body."""
    body = message if isinstance(message, bytes) else completion(message, finish=finish, **more)
    reading = translation(terms, **(profile or {}), context_window=context_window)
    return _judged(reading, reading.feed_whole(body))


def _judged(reading, typed):
    events = read_events(sse.encode(typed))
    assert_grammatical(events, finished=reading.failure is None)
    assert reading.finished == (reading.failure is None)
    return Reply(reading, events, typed)
