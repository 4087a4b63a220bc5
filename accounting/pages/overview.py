"""What a client used: today, of late, by model, by session, and its last requests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Max, Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounting import own_usage
from accounting.budgets.status import status_of
from accounting.pages.access import own_client, own_clients, page
from accounting.pages.chart import bars
from accounting.reports.figures import Figures, figures
from accounting.reports.reading import named
from accounting.rollups.figures import plain, prefixed, sums
from routing.captures import captured_of

DAYS = 30
SESSIONS = 8
REQUESTS = 25


@dataclass(frozen=True, slots=True)
class Session:
    id: str
    first: datetime
    last: datetime
    figures: Figures


def home(request: HttpRequest) -> HttpResponse:
    """The member's client, or the first of several."""
    client = own_clients(request).first()
    if client is None:
        return render(request, "usage/nobody.html")
    return redirect("usage:overview", client.pk)


def overview(request: HttpRequest, number: int) -> HttpResponse:
    client = own_client(request, number)
    today = timezone.localdate()
    lines = own_usage.daily(client.pk, today - timedelta(days=DAYS - 1))
    periods = {"Today": today, "7 days": today - timedelta(days=6), "30 days": None}
    return page(
        request,
        "overview",
        client,
        periods=[(name, own_usage.summed(lines, since)) for name, since in periods.items()],
        bars=bars(own_usage.each_day(lines, today, DAYS)),
        budgets=status_of(client),
        models=own_usage.by_model(lines),
        sessions=sessions(client.pk),
        records=own_usage.records_of(client.pk)[:REQUESTS],
        captured=captured_of(client.pk),
    )


def sessions(client_id: int) -> list[Session]:
    """The last ones of a week."""
    week = own_usage.records_of(client_id).started_between(timezone.now() - timedelta(days=7), None)
    aggregates = prefixed(named(sums(), own_usage.FIGURES))
    groups = week.exclude(session_id="").order_by().values(session=F("session_id")).annotate(**aggregates)
    return [
        Session(group["session"], group["first"], group["last"], figures(plain(group)))
        for group in groups.annotate(first=Min("started_at"), last=Max("started_at")).order_by("-last")[:SESSIONS]
    ]
