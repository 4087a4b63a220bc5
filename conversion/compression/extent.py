"""How far requests are shortened: what an administrator says for a mapping, as the conversion needs it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Extent:
    """`max_system_tokens`: None where the system prompt stays as it is; the others shorten what stands beside it."""

    max_system_tokens: int | None = None
    system_messages: bool = False
    tool_descriptions: bool = False

    @property
    def is_nothing(self) -> bool:
        return self == NOTHING


NOTHING = Extent()
