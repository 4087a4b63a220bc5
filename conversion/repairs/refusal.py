"""A backend's refusal beside the request that it refused."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property

import msgspec

from conversion.destination import Destination
from conversion.errors import ErrorReport
from conversion.repairs.phrases import any_of
from conversion.repairs.repair import Repair
from conversion.request.convert import Conversion

_REFUSED = any_of(
    r"unsupported",
    r"not (?:yet |currently )?supported",
    r"(?:does not|doesn't|do not|don't|that) support",
    r"un(?:known|recogni[sz]ed|expected)",
    r"extra (?:inputs|fields)",
    r"not (?:permitted|allowed|available|compatible|a valid)",
    r"incompatible",
    r"deprecated",
    r"only .{1,60}(?:allowed|supported)",
    r"(?:cannot|can not|may not) (?:both )?be",
    r"is invalid",
    r"invalid (?:parameter|argument|field)",
    r"cannot find field",
)
_REFUSING_WORDS = frozenset(("unsupported_parameter", "unsupported_value", "unknown_parameter", "extra_forbidden"))
_ADVICE = any_of(r"\b(?:use|try|expected|expecting|did you mean|one of|(?:supported|allowed|valid) values)\b")
"""What comes after one of these words is what the backend wants, not what it refuses."""


class Refusal:
    """What rules look at; `text` is the backend's message, `earlier` what was repaired of this request so far."""

    def __init__(
        self, report: ErrorReport, destination: Destination, conversion: Conversion, earlier: Sequence[Repair]
    ) -> None:
        self.report = report
        self.text = report.text
        self.destination = destination
        self.profile = destination.profile.for_model(destination.model)
        self.conversion = conversion
        self.earlier = earlier

    @property
    def place(self) -> str:
        """The path that the refusal is about, such as `messages[3].content`, where the backend gives one."""
        param = self.report.fields.get("param")
        return param.lower() if isinstance(param, str) else ""

    @property
    def all_text(self) -> str:
        """The place and the message."""
        return f"{self.place} {self.text}"

    @cached_property
    def sent(self) -> Mapping[str, msgspec.Raw]:
        """The fields of the request, not decoded further."""
        return msgspec.json.decode(self.conversion.body, type=dict[str, msgspec.Raw])

    def sent_value(self, field: str) -> object:
        """A field of the request; None where it was not sent."""
        return msgspec.json.decode(self.sent[field]) if field in self.sent else None

    def repaired(self, kind: str) -> list[Repair]:
        """What was done of this kind for this request."""
        return [repair for repair in self.earlier if repair.kind == kind]

    def has(self, part: bytes) -> bool:
        """These bytes are in the request."""
        return part in self.conversion.body

    def is_refused(self) -> bool:
        """Something is not taken at all: no mere complaint about a value."""
        return bool(_REFUSED.search(self.text)) or not self.report.words.isdisjoint(_REFUSING_WORDS)

    def names(self, field: str) -> bool:
        """The refusal is about this field of the request, and not about a field within the messages."""
        if re.match(rf"(?:body\.)?{field}\b", self.place):
            return True
        refused = _ADVICE.split(self.text, maxsplit=1)[0]
        if "_" in field:
            return bool(re.search(rf"(?<![\w.]){field}(?!\w)|body\.{field}(?!\w)", refused))
        quoted = rf"""(?<!role )[`'"]{field}[`'"]"""
        called = rf"(?:parameter|argument|field|property|body)(?:s|\(s\))?[: .]+{field}\b"
        return bool(re.search(rf"{quoted}|{called}|^{field}:|: {field}$", refused))

    def refuses(self, field: str) -> bool:
        """This field was sent, and is not taken."""
        return field in self.sent and self.names(field) and self.is_refused()
