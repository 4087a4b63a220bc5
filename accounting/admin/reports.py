"""Reports as pages beside the usage table: for people, for spreadsheets (CSV) and for programs (JSON)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from accounting.models import UsageRecord
from accounting.reports.asked import LIMITS, MEASURES, PERIOD, PERIODS, Asked, asked
from accounting.reports.chart import chart
from accounting.reports.groupings import FILTERS, GROUPINGS
from accounting.reports.links import narrowed, next_report, rows_link
from accounting.reports.report import Report, labels, report
from accounting.reports.selection import Selection, key_number, visible_teams
from accounting.reports.text import as_csv, as_json

if TYPE_CHECKING:
    UsageModelAdmin = admin.ModelAdmin[UsageRecord]
else:
    UsageModelAdmin = admin.ModelAdmin  # generic in the stubs only

NAME = "accounting_usagerecord_report"
Choice = tuple[str, str, bool]
"""A text, where it leads, and whether it is what is shown."""


class ReportPages(UsageModelAdmin):
    """Whoever may see rows sees what they add up to: all of them, or those of the teams that they manage."""

    def get_urls(self) -> list[URLPattern]:
        pages = (
            ("report/", self.report_page, NAME),
            ("report.csv", self.report_csv, f"{NAME}_csv"),
            ("report.json", self.report_json, f"{NAME}_json"),
        )
        own = [path(address, self.admin_site.admin_view(view), name=name) for address, view, name in pages]
        return [*own, *super().get_urls()]

    def report_page(self, request: HttpRequest) -> HttpResponse:
        wanted, selection, made = self._made(request)
        measure = wanted.measure or ("cost" if made.total.picodollars else "tokens")
        drawn = chart(selection, made, measure)
        lines = [
            (line, next_report(wanted, made.by, line), rows_link(narrowed(selection, made.by, line)))
            for line in made.lines
        ]
        context = {
            **self.admin_site.each_context(request),
            **controls(wanted, measure),
            "title": "Report",
            "opts": self.opts,
            "original": "Report",
            "has_view_permission": True,
            "asked": wanted,
            "report": made,
            "lines": lines,
            "chart": drawn,
            "bars": [(bar, wanted.of_period(since=bar.since, until=bar.until)) for bar in drawn.bars] if drawn else [],
            "rows_link": rows_link(selection),
            "csv_link": reverse(f"admin:{NAME}_csv") + wanted.address(),
            "json_link": reverse(f"admin:{NAME}_json") + wanted.address(),
        }
        return TemplateResponse(request, "admin/accounting/report.html", context)

    def report_csv(self, request: HttpRequest) -> StreamingHttpResponse:
        _, _, made = self._made(request)
        response = StreamingHttpResponse(one_by_one(as_csv(made)), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="usage-by-{made.by.name}.csv"'
        return response

    def report_json(self, request: HttpRequest) -> HttpResponse:
        _, selection, made = self._made(request)
        return HttpResponse(as_json(made, selection), content_type="application/json")

    def _made(self, request: HttpRequest) -> tuple[Asked, Selection, Report]:
        if not self.has_view_permission(request):
            raise PermissionDenied
        wanted = asked(request.GET)
        selection = Selection(*wanted.span, wanted.filters, visible_teams(request.user))
        return wanted, selection, report(selection, wanted.by, wanted.limit)


async def one_by_one(texts: Iterable[str]) -> AsyncIterator[str]:
    """Under ASGI the only kind of iterator that Django sends as it goes: it gathers others first, and warns."""
    for text in texts:
        yield text


def controls(wanted: Asked, measure: str) -> Mapping[str, Any]:  # Any: whatever the template takes
    """What can be chosen, each choice a link to the page that would follow."""
    own_period = bool(wanted.since or wanted.until)
    current = "" if own_period else wanted.period
    periods = [(text, wanted.of_period(period=name), name == current) for name, text in PERIODS.items()]
    kept = {name: value for name, value in wanted.parameters.items() if name not in PERIOD}
    return {
        "periods": periods,
        "groupings": choices(wanted, "by", {each.name: each.title for each in GROUPINGS.values()}, wanted.by),
        "measures": choices(wanted, "show", MEASURES, measure),
        "limits": choices(wanted, "limit", {str(limit): str(limit) for limit in LIMITS}, str(wanted.limit)),
        "filters": list(filters(wanted)),
        "kept": kept,
    }


def choices(wanted: Asked, parameter: str, names: Mapping[str, str], current: str) -> Iterable[Choice]:
    return [(text, wanted.address({parameter: name}), name == current) for name, text in names.items()]


def filters(wanted: Asked) -> Iterator[tuple[str, str, str]]:
    """What is chosen: its title, its value, and the address without it."""
    for name, value in wanted.filters.items():
        grouping = FILTERS[name]
        key = key_number(value) if name == "key" else value
        yield grouping.title, labels(grouping, [key])[key], wanted.address(without=(name,))
