"""What one conversion knows at every place, and what it gathers on its way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from conversion.profiles import BackendProfile
from conversion.request.calls import Call
from conversion.request.markers import MARKER_FIELDS, Markers
from conversion.request.notes import Notes
from conversion.request.outside import Outside
from conversion.request.wire import ImagePart, ToolMessage


@dataclass(slots=True)
class Draft:
    """`schema_levels`: see `Destination`. `renamed`: the client's tool name → the backend's, where they differ.
    `outside`: what was read or fetched for this request outside of the conversion.
    `fillers`: the calls that nobody answered, with the messages that stand for their results, by the client's call id.
    `images`: the parts that are images, in the order of the prompt, with their length.
    `media_count`, `media_length`: images and files, in characters of base64.
    """

    profile: BackendProfile
    schema_levels: Mapping[str, int]
    renamed: Mapping[str, str]
    notes: Notes
    outside: Outside
    markers: Markers = field(init=False)
    fillers: dict[str, tuple[Call, ToolMessage]] = field(default_factory=dict)
    images: list[tuple[ImagePart, int]] = field(default_factory=list)
    files: int = 0
    media_count: int = 0
    media_length: int = 0

    def __post_init__(self) -> None:
        omits = not MARKER_FIELDS.isdisjoint(self.profile.omitted_fields)
        self.markers = Markers("strip" if omits else self.profile.cache_markers)

    def tool_name(self, name: str) -> str:
        """The name that the backend knows the tool by."""
        return self.renamed.get(name, name)

    def schema_level(self, name: str) -> int:
        """How much is taken out of the schema of the client's tool."""
        usual = self.profile.schema_level
        return max(usual, self.schema_levels.get(name, usual)) if self.schema_levels else usual

    def weigh_media(self, length: int) -> None:
        self.media_count += 1
        self.media_length += length
