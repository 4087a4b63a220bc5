"""How one answer ends: the backend's finish reasons, refusals and stop sequences, until they become a `MessageEnd`."""

from __future__ import annotations

from conversion.reply.deltas import Finish
from conversion.reply.events import MessageEnd, RefusalDetails
from conversion.reply.stop_reason import CUT, FILTERED, WINDOW_FULL, preferred, stop_reason


class Ending:
    """Collects; the last word that tells something wins."""

    def __init__(self) -> None:
        self.finish: Finish | None = None
        self._refusals: list[str] = []

    def add(self, finish: Finish) -> None:
        """A finish reason."""
        self.finish = preferred(self.finish, finish)

    def refuse(self, explanation: str) -> None:
        """Words of a refusal, by the model or by a filter."""
        self._refusals.append(explanation)

    @property
    def refused(self) -> bool:
        """Somebody refused to answer, or to go on."""
        return bool(self._refusals) or self._reason in FILTERED

    @property
    def cut(self) -> bool:
        """The answer was cut off: what is not complete stays incomplete."""
        return self._reason in CUT or self._reason in WINDOW_FULL or self.refused

    @property
    def _reason(self) -> str:
        return self.finish.reason if self.finish else ""

    def message_end(
        self, *, calls: int, matched: str | None, window_full: bool, sequences: tuple[str, ...]
    ) -> MessageEnd:
        """What the client is told; `matched` is the stop sequence found here, `sequences` are the client's."""
        if matched is None and self.finish and self.finish.matched in sequences:
            matched = self.finish.matched
        reason = stop_reason(
            self._reason, refused=self.refused, window_full=window_full, calls=calls, matched=matched is not None
        )
        return MessageEnd(
            reason,
            matched if reason == "stop_sequence" else None,
            RefusalDetails(explanation=self._explanation()) if reason == "refusal" else None,
        )

    def _explanation(self) -> str:
        said = "".join(self._refusals)
        if said:
            return said
        categories = self.finish.categories if self.finish else ()
        return "Blocked by the backend's content filter" + (f" ({', '.join(categories)})" if categories else "")
