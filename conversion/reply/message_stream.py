"""Deltas into the events of one Message (protocol §5.3): what opens, what waits, what follows and what ends it.

Both kinds of backend answer come through here. `Blocks` keeps the grammar; here are the rules of the translation:
reasoning, text and calls in blocks of their own, and nothing completed that may be incomplete.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import UNSET

from conversion.destination import Destination
from conversion.errors import BackendFailure
from conversion.notices import Notice
from conversion.reply.blocks import Blocks
from conversion.reply.call_blocks import CallBlocks
from conversion.reply.deltas import (
    CallFragment,
    CallFragments,
    Delta,
    End,
    ExtraContent,
    Finish,
    Phase,
    Reasoning,
    ReasoningDetails,
    ReasoningItem,
    Refusal,
    Reported,
    Sources,
    Text,
    Texts,
    ThoughtSignature,
)
from conversion.reply.ending import Ending
from conversion.reply.events import (
    AppliedEdits,
    Message,
    MessageDelta,
    StopReason,
    TextBlock,
    TextDelta,
    ThinkingBlock,
)
from conversion.reply.reasoning import ReasoningTrail
from conversion.reply.stop_reason import KNOWN
from conversion.reply.tally import Tally
from conversion.reply.text_blocks import TextBlocks
from conversion.reply.thinking_blocks import ThinkingBlocks
from conversion.reply.usage import message_usage, start_usage
from conversion.reply.visible_text import VisibleText
from conversion.terms import ReplyTerms
from conversion.weak_calls import weak_call

THINKING_BINDING = "thinking-binding-controls-2026-08-01"


class MessageStream:
    """The state of one answer."""

    def __init__(
        self,
        terms: ReplyTerms,
        destination: Destination,
        *,
        secret: bytes,
        message_id: str,
        new_suffix: Callable[[], str],
    ) -> None:
        self._terms = terms
        self._destination = destination
        self._message_id = message_id
        self._trail = ReasoningTrail(destination, secret)
        self._visible = VisibleText(terms)
        self._is_plain = not self._visible.needed and not terms.web_search  # text is shown as it comes
        self._held: list[Text | Reasoning] = []  # what came while a call was open
        self._shows_refusal = False
        self._notices: list[Notice] = []
        self.tally = Tally(terms)
        self.ending = Ending()
        self.blocks = Blocks()
        make_room = weak_call(self._make_room)
        self._thoughts = ThinkingBlocks(self.blocks, self._trail, terms, self.tally, weak_call(self._leave))
        self._texts = TextBlocks(self.blocks, terms, new_suffix, make_room)
        self._calls = CallBlocks(self.blocks, self._trail, terms, destination, new_suffix, make_room)
        self.stop_reason: StopReason | None = None
        self.stopped = False  # by us: the rest of the backend's answer is not wanted

    @property
    def notices(self) -> list[Notice]:
        """What was lost or repaired."""
        return [*self._notices, *self._calls.notices, *self._trail.notices]

    @property
    def kept(self) -> Mapping[str, str]:
        """Reasoning states that no block carries, by key."""
        return self._trail.kept

    def add(self, delta: Delta | Notice) -> None:
        """Take a delta. After the end of the message nothing has an effect."""
        if self.blocks.ended:
            return
        match delta:
            case Text():
                self._write(delta.text)
            case Reasoning():
                self._think(delta.text)
            case Texts():
                self._write_all(delta.parts)
            case CallFragment():
                self._call(delta)
            case CallFragments():
                self._call_on(delta)
            case Reported():
                self.tally.report(delta)
            case ReasoningDetails():
                self._trail.add_details(delta.entries)
            case ThoughtSignature():
                self._trail.add_signature(delta.text)
            case ExtraContent():
                self._trail.add_message_state(delta.value)
            case ReasoningItem():
                self._trail.add_item(delta.item)
            case Phase():
                self._trail.add_phase(delta.word)
            case Refusal():
                self._refuse(delta.text)
            case Sources():
                self._texts.sources.add(delta)
            case Finish():
                self._finishes(delta)
            case End():
                self._end()
            case Notice():
                self._notices.append(delta)

    def end_connection(self, *, clean: bool) -> None:
        """The backend's answer is over without an end mark; raises where it must be taken for broken off."""
        if self.blocks.ended:
            return
        lenient = clean and self._destination.profile.lenient_eof and self._has_content and self._calls.complete
        if self.ending.finish is None and not lenient:
            raise BackendFailure("The connection to the backend was lost before the response was complete")
        self._finish()

    def end_refused(self, explanation: str) -> bool:
        """End with a refusal, unless that would complete a call that is not; whether it was possible."""
        if self.blocks.ended or (self._calls.open and not self._calls.close_complete()):
            return False
        self.ending.refuse(explanation)
        self._finish()
        return True

    def end_empty(self) -> None:
        """End at once and without a block, for a request that wants nothing generated."""
        self._start()
        self.ending.add(Finish("length"))
        self.blocks.end(self._message_delta(matched=None))

    # what comes

    def _write(self, text: str) -> None:
        self.tally.write(text)
        if self._is_plain and self.blocks.open is TextBlock:
            self.blocks.add(TextDelta(text))
            return
        if visible := self._visible.feed(text):
            self._show(visible)
        if self._visible.matched is not None:
            self._stop()

    def _write_all(self, texts: list[str]) -> None:
        if self._is_plain and self.blocks.open is TextBlock:
            self.tally.write("".join(texts))
            self.blocks.add_texts(texts)
            return
        for text in texts:
            if not self.blocks.ended:
                self._write(text)

    def _show(self, text: str) -> None:
        if self._calls.open:
            self._held.append(Text(text))
        else:
            self._start()
            self._texts.show(text)

    def _think(self, text: str) -> None:
        self.tally.think(text)
        if self._terms.thinking == "off":
            self._start()
            self._trail.add_unshown_text(text)
        elif not self._text_ended_message():
            self._show_thought(text)

    def _show_thought(self, text: str) -> None:
        if self._calls.open and not self._calls.close_complete():
            self._held.append(Reasoning(text))
        else:
            self._start()
            self._thoughts.show(text)

    def _call(self, fragment: CallFragment) -> None:
        self.tally.write(fragment.name + fragment.arguments)
        if self._text_ended_message():
            return
        self._start()
        call = self._calls.add(fragment)
        if call.arguments.stuck:
            self._notices.append(Notice("tool_call_stuck", "The model wrote white space without end into a tool call"))
            self.ending.add(Finish("length"))
            self._stop()

    def _call_on(self, fragments: CallFragments) -> None:
        index, parts = fragments.index, fragments.parts
        while parts and not self.blocks.ended:
            passed = 0 if self._visible.needed else self._calls.pass_on(index, parts)
            if passed:
                self.tally.write("".join(parts[:passed]))
            else:
                self._call(CallFragment(index, arguments=parts[0]))
            parts = parts[passed or 1 :]

    def _refuse(self, text: str) -> None:
        """Words of refusal are text where there is no other."""
        self.ending.refuse(text)
        self._shows_refusal = self._shows_refusal or not self._texts.opened
        if self._shows_refusal:
            self._write(text)

    def _finishes(self, finish: Finish) -> None:
        """Remember why; more may follow, be it content or usage."""
        self._start()
        self.ending.add(finish)
        if finish.reason not in KNOWN:
            self._notices.append(Notice("finish_reason_unknown", f"The backend ended with {finish.reason[:40]!r}"))

    # what opens and closes

    def _start(self) -> None:
        if not self.blocks.started:
            self.blocks.start(Message(self._message_id, self._terms.model, start_usage(self._terms)))

    def _leave(self) -> None:
        """Close the open text or thinking block."""
        if self.blocks.open is TextBlock:
            self._texts.close()
        elif self.blocks.open is ThinkingBlock:
            self._thoughts.close()

    def _make_room(self) -> None:
        """Before text and calls: state that no thinking block carries, and the search that the answer rests on."""
        self._leave()
        if self._terms.thinking != "off":
            self._thoughts.carry_state()
        if self._texts.place_search():
            self.tally.searches = 1

    def _text_ended_message(self) -> bool:
        """Something else than text follows: show what was held of it; whether a stop sequence ended the message."""
        if self._visible.needed:
            self._show_held_text()
            if self._visible.matched is not None:
                self._stop()
        return self.blocks.ended

    def _show_held_text(self) -> None:
        if held := self._visible.end():
            self._show(held)

    # what ends

    @property
    def _has_content(self) -> bool:
        return self.blocks.count > 0 or bool(self._texts.blank) or self._calls.known

    def _stop(self) -> None:
        self.stopped = True
        self._finish()

    def _end(self) -> None:
        if self.ending.finish is None and not self._has_content:
            raise BackendFailure("The backend ended its response without an answer")
        self._finish()

    def _finish(self) -> None:
        self._start()
        self._show_held_text()
        matched = self._visible.matched
        nameless = self._calls.finish(cut=self.ending.cut or matched is not None)
        held, self._held = self._held, []
        for delta in (*map(Text, nameless), *held):
            (self._show if isinstance(delta, Text) else self._show_thought)(delta.text)
        self._make_room()
        if self._terms.thinking == "off" and self._calls.emitted:
            self._trail.keep_for(self._calls.first_id)
        if not self._texts.opened and not self._calls.emitted:
            self._texts.place_empty()
        self.blocks.end(self._message_delta(matched))

    def _message_delta(self, matched: str | None) -> MessageDelta:
        window_full = self.tally.fills(self._destination.context_window)
        end = self.ending.message_end(
            calls=self._calls.emitted, matched=matched, window_full=window_full, sequences=self._terms.stop_sequences
        )
        self.stop_reason = end.stop_reason
        return MessageDelta(
            end,
            message_usage(self.tally.usage, self._terms),
            AppliedEdits(self._terms.applied_edits) if self._terms.context_management else UNSET,
            () if THINKING_BINDING in self._terms.betas else UNSET,
        )
