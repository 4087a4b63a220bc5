"""Which rows a report is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q

from accounting.reports.groupings import FILTERS, about_sessions
from routing.models import Team

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


@dataclass(frozen=True, slots=True)
class Selection:
    """Rows that began in a period, with what they must have in common by the name of its grouping.

    `teams` are those whose rows may be seen, None for all rows; `client_id` is for what is about one client.
    """

    since: datetime | None = None
    until: datetime | None = None
    filters: Mapping[str, str] = field(default_factory=dict)
    teams: frozenset[int] | None = None
    client_id: int | None = None

    @property
    def condition(self) -> Q:
        """On rows and on rollups alike."""
        wanted = Q() if self.teams is None else Q(team_id__in=self.teams)
        if self.client_id is not None:
            wanted &= Q(client_id=self.client_id)
        for name, value in self.filters.items():
            wanted &= having(name, value)
        return wanted

    @property
    def about_sessions(self) -> bool:
        return any(about_sessions(FILTERS[name]) for name in self.filters)


def having(name: str, value: str) -> Q:
    """Keys are numbers, and there may be none; all else is text. What cannot be is not found."""
    column = FILTERS[name].column
    if name != "key":
        return Q(**{column: value.replace("\0", "")})
    if not value:
        return Q(key_id=None)
    number = key_number(value)
    return Q(pk__in=()) if number is None else Q(key_id=number)


def key_number(text: str) -> int | None:
    """None for what is no number that a key can have."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def visible_teams(user: User | AnonymousUser) -> frozenset[int] | None:
    """None for a superuser, else the teams that they manage."""
    if user.is_superuser:
        return None
    return frozenset(Team.objects.visible_to(user).values_list("pk", flat=True))
