"""A report: a line for each member, team, model …, what is left of them, and the total."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone

from accounting.reports.figures import NO_TIMES, Figures
from accounting.reports.groupings import GROUPINGS, Grouping
from accounting.reports.reading import Key, leaders, read
from accounting.reports.selection import Selection
from routing.models import ClientKey

Value = str | int | date | datetime | None
NONE = "(none)"
MAIN_AGENT = "(main agent)"


@dataclass(frozen=True, slots=True)
class Line:
    """What the rows of `key` came to."""

    key: Value
    label: str
    figures: Figures

    @property
    def value(self) -> str:
        """What a filter takes to find the same rows."""
        match self.key:
            case None:
                return ""
            case datetime():
                return self.key.isoformat()
            case _:
                return str(self.key)


@dataclass(frozen=True, slots=True)
class Report:
    """The lines and all others, None where there are none, add up to the total."""

    by: Grouping
    lines: list[Line]
    others: Figures | None
    total: Figures


def report(selection: Selection, by: str, limit: int | None = None) -> Report:
    """Days and hours in their order; all else by its cost, or by its tokens where no cost is known."""
    grouping = GROUPINGS[by]
    found, total = largest(selection, grouping, limit) if grouping.many else whole(selection, grouping)
    keys = ranked(grouping, found)[:limit]
    lines = [Line(key, label, found[key,]) for key, label in labels(grouping, keys).items()]
    others = total - sum((line.figures for line in lines), Figures())
    return Report(grouping, lines, others if others.rows else None, total)


def whole(selection: Selection, grouping: Grouping) -> tuple[Mapping[Key, Figures], Figures]:
    found = read(selection, [grouping])
    return found, sum(found.values(), Figures())


def largest(selection: Selection, grouping: Grouping, limit: int | None) -> tuple[Mapping[Key, Figures], Figures]:
    """Looked up in two steps: which they are, and then all their figures. Their times are in no rollup."""
    chosen = leaders(selection, grouping, limit) if limit is not None else None
    only = None if chosen is None else Q(**{f"{grouping.column}__in": chosen})
    found = {key: timeless(figures) for key, figures in read(selection, [grouping], only).items()}
    return found, timeless(read(selection, []).get((), Figures()))


def timeless(figures: Figures) -> Figures:
    return replace(figures, first_token=NO_TIMES, duration=NO_TIMES)


def ranked(grouping: Grouping, found: Mapping[Key, Figures]) -> list[Value]:
    """The values of the groups in the order in which they are shown."""
    pairs = [(key[0], figures) for key, figures in found.items()]
    if grouping.is_time:
        return [value for value, _ in sorted(pairs, key=lambda pair: pair[0])]
    pairs.sort(key=lambda pair: str(pair[0]))
    pairs.sort(key=lambda pair: (pair[1].picodollars, pair[1].total_tokens, pair[1].requests), reverse=True)
    return [value for value, _ in pairs]


def labels(grouping: Grouping, keys: list[Value]) -> dict[Value, str]:
    """What people read for each value."""
    names: dict[int, str] = {}
    if grouping.name == "key":
        names = {
            key.pk: str(key) for key in ClientKey.objects.select_related("client").filter(pk__in=filter(None, keys))
        }
    return {key: label(grouping, key, names) for key in keys}


def label(grouping: Grouping, value: Value, keys: Mapping[int, str]) -> str:
    match value:
        case datetime():
            return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
        case int():
            return keys.get(value, f"number {value}, deleted")
        case None | "":
            return MAIN_AGENT if grouping.name == "agent" else NONE
        case _:
            return str(value)
