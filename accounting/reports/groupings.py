"""What rows are summed up by: a new report is one line here, if rollups have its column."""

from __future__ import annotations

from typing import NamedTuple

from accounting.rollups.figures import SESSION


class Grouping(NamedTuple):
    """`column` is the same in rows and rollups; `follow` is what people look at next, once they chose one line.

    Of what is `many` (more than anybody reads) only the largest are looked up.
    """

    name: str
    title: str
    column: str
    follow: str
    many: bool = False

    @property
    def is_time(self) -> bool:
        return not self.column


GROUPINGS = {
    grouping.name: grouping
    for grouping in (
        Grouping("client", "Member", "client_name", "model"),
        Grouping("team", "Team", "team_name", "client"),
        Grouping("model", "Model", "routed_model", "client"),
        Grouping("backend", "Backend", "backend_name", "model"),
        Grouping("key", "Key", "key_id", "model"),
        Grouping("session", "Session", "session_id", "agent", many=True),
        Grouping("agent", "Agent", "agent_id", "model", many=True),
        Grouping("kind", "Kind", "kind", "model"),
        Grouping("error", "Error", "error_type", "client"),
        Grouping("day", "Day", "", "hour"),
        Grouping("hour", "Hour", "", "client"),
    )
}
FILTERS = {name: grouping for name, grouping in GROUPINGS.items() if not grouping.is_time}
HOUR = GROUPINGS["hour"]


def about_sessions(grouping: Grouping) -> bool:
    return grouping.column in SESSION
