"""What one conversion knows at every place, and what it gathers on its way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from conversion.profiles import BackendProfile
from conversion.request.calls import Call
from conversion.request.markers import Markers
from conversion.request.notes import Notes
from conversion.request.wire import ToolMessage


@dataclass(slots=True)
class Draft:
    """`renamed`: the client's tool name → the backend's, where they differ.
    `fillers`: the calls that nobody answered, with the messages that stand for their results, by the client's call id.
    `media_count`, `media_length`: images and files, in characters of base64.
    """

    profile: BackendProfile
    renamed: Mapping[str, str]
    notes: Notes
    markers: Markers
    fillers: dict[str, tuple[Call, ToolMessage]] = field(default_factory=dict)
    files: int = 0
    media_count: int = 0
    media_length: int = 0

    def tool_name(self, name: str) -> str:
        """The name that the backend knows the tool by."""
        return self.renamed.get(name, name)

    def weigh_media(self, length: int) -> None:
        self.media_count += 1
        self.media_length += length
