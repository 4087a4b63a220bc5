"""What somebody asks of the report's page, in the words of its address."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.utils import timezone

from accounting.periods import beginning, end
from accounting.reports.groupings import FILTERS, GROUPINGS
from accounting.rollups.slots import midnight

PERIODS = {"today": "Today", "7d": "7 days", "30d": "30 days", "90d": "90 days", "month": "This month", "all": "All"}
DAYS = {"today": 1, "7d": 7, "30d": 30, "90d": 90}
PERIOD = ("period", "since", "until")
DEFAULT_PERIOD = "7d"
DEFAULT_BY = "client"
LIMITS = (50, 200, 1000)
MEASURES = {"cost": "Cost", "tokens": "Tokens", "requests": "Requests"}


@dataclass(frozen=True, slots=True)
class Asked:
    """`since` and `until` are texts that people wrote, and go before the period; what is wrong is in `errors`."""

    by: str
    period: str
    since: str
    until: str
    limit: int
    measure: str
    filters: Mapping[str, str]
    errors: tuple[str, ...]

    @property
    def span(self) -> tuple[datetime | None, datetime | None]:
        if self.since or self.until:
            return moment(self.since, beginning), moment(self.until, end)
        if self.period == "all":
            return None, None
        today = timezone.localdate()
        first = today.replace(day=1) if self.period == "month" else today - timedelta(days=DAYS[self.period] - 1)
        return midnight(first), midnight(today + timedelta(days=1))

    @property
    def parameters(self) -> dict[str, str]:
        """Of its address; what is as usual is left out."""
        chosen = {"since": self.since, "until": self.until} if self.since or self.until else {"period": self.period}
        usual = {"period": DEFAULT_PERIOD, "limit": str(LIMITS[0]), "show": "", "since": "", "until": ""}
        asked = {"by": self.by, **chosen, "limit": str(self.limit), "show": self.measure}
        return {name: value for name, value in asked.items() if usual.get(name) != value} | dict(self.filters)

    def address(self, changes: Mapping[str, str] | None = None, without: Container[str] = ()) -> str:
        """The query of a page that differs in this from the one that was asked for."""
        kept = {name: value for name, value in self.parameters.items() if name not in without}
        return f"?{urlencode(kept | dict(changes or {}))}"

    def of_period(self, **changes: str) -> str:
        return self.address(changes, without=PERIOD)


def asked(query: Mapping[str, str]) -> Asked:
    """What cannot be is told, and the usual taken instead."""
    since, until = query.get("since", "").strip(), query.get("until", "").strip()
    errors = [*problem(since, beginning), *problem(until, end)]
    return Asked(
        by=chosen(query.get("by"), GROUPINGS, DEFAULT_BY),
        period=chosen(query.get("period"), PERIODS, DEFAULT_PERIOD),
        since="" if errors else since,
        until="" if errors else until,
        limit=int(chosen(query.get("limit"), {str(limit) for limit in LIMITS}, str(LIMITS[0]))),
        measure=chosen(query.get("show"), MEASURES, ""),
        filters={name: query[name] for name in FILTERS if name in query},
        errors=tuple(errors),
    )


def chosen(value: str | None, choices: Container[str], usual: str) -> str:
    return value if value is not None and value in choices else usual


def problem(text: str, reader: Callable[[str], datetime]) -> list[str]:
    try:
        moment(text, reader)
    except ArgumentTypeError as error:
        return [str(error)]
    return []


def moment(text: str, reader: Callable[[str], datetime]) -> datetime | None:
    return reader(text) if text else None
