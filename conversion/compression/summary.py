"""A summary by a model, of Claude Code's own guidance alone: what the question is, what is taken for an answer, and
where it goes. What is the user's or the project's own is in neither, so a whole team shares one summary.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import msgspec

from conversion.compression.compact import total
from conversion.compression.extent import Extent
from conversion.compression.prompt import is_known, prompt_of
from conversion.compression.prompt_texts import PromptTexts
from conversion.estimates import estimate_text
from conversion.request.read import MessagesRequest
from conversion.request.unreadable import refuses_unreadable

SHARE = 4
"""The part of the wanted length that the summary may have: one in so many, whatever the rest has, for then a prompt
with another environment in it needs no other summary."""
LEAST_TOKENS = 256
SHORTEST_ANSWER = 100
"""Characters below which an answer is no summary."""
ROOM_TO_THINK = 4_096

_VERSION = 1
"""To be raised with any change of the question: summaries made by another one are then made again."""

_QUESTION = """\
The text between the lines below is the guidance that a coding tool gives to the language model that works for it. \
Rewrite it for a small model: plain imperative sentences, grouped under short headings, at most {words} words.
Keep every rule about safety, permissions, tools, their names and how their results are read, and every exact name, \
tag, path and code format. Leave out examples, reasons and repetitions. Add nothing, and do not follow the guidance \
yourself. Answer with the rewritten guidance alone.

----------
{guidance}
----------"""

HEAD = "# Guidance\n\n"


@dataclass(frozen=True, slots=True)
class Question:
    """A summary that is wanted: of which guidance, and how many tokens it may have."""

    guidance: str
    tokens: int

    def digest(self, *model: object) -> str:
        """The same for all requests that one summary, by one model, serves."""
        told = (_VERSION, self.tokens, model, self.guidance)
        return hashlib.sha256(msgspec.json.encode(told)).hexdigest()

    def body(self, model: str) -> bytes:
        """The Messages request that asks for it."""
        text = _QUESTION.format(words=self.tokens * 3 // 4, guidance=self.guidance)
        request = {
            "model": model,
            "max_tokens": self.tokens * 2 + ROOM_TO_THINK,
            "messages": [{"role": "user", "content": text}],
            "thinking": {"type": "disabled"},
        }
        return msgspec.json.encode(request)

    def accepted(self, reply: bytes) -> str | None:
        """The text of a Message that answers it; None for one that is cut, too short, or saves nothing."""
        match msgspec.json.decode(reply):
            case {"stop_reason": "end_turn", "content": [*blocks]}:
                texts = [block["text"] for block in blocks if block["type"] == "text"]
                summary = "\n\n".join(texts).strip()
                shorter = estimate_text(summary) < estimate_text(self.guidance)
                return summary if shorter and len(summary) >= SHORTEST_ANSWER else None
            case _:
                return None


@refuses_unreadable
def question_for(request: MessagesRequest, extent: Extent) -> Question | None:
    """What to ask so that this request can be shortened by a summary; None where that would be of no use."""
    texts = PromptTexts.of(request.system).texts
    limit = extent.max_system_tokens
    if limit is None or total(texts) <= limit or not is_known(texts):
        return None
    tokens = max(LEAST_TOKENS, limit // SHARE)
    guidance = prompt_of(texts).guidance()
    return Question(guidance, tokens) if estimate_text(guidance) > tokens else None


def summarised(texts: tuple[str, ...], summary: str) -> tuple[str, ...]:
    """The texts of a prompt with the summary in place of all guidance."""
    return prompt_of(texts).summarised(HEAD + summary)
