"""Budgets with what is spent of them, their past windows, and limits."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounting.budgets.rules import PERIODS, amount_text
from accounting.budgets.status import state
from accounting.budgets.windows import window_at
from accounting.models import Budget, BudgetWindow, Limit
from routing.admin.cells import moment, two_lines
from routing.admin.rows import TeamRowAdmin

WINDOWS = 31
"""As many are shown."""
SCOPE: tuple[str, Any] = (
    "Whom it holds for",
    {"fields": (("team", "client", "key"),), "description": "None of them: everyone together."},
)
STATES = {"fine": "", "warning": "nearly spent", "spent": "spent"}


@admin.register(Budget)
class BudgetAdmin(TeamRowAdmin[Budget]):
    list_display = ("name", "holds_for", "each", "bar", "rest", "resets", "is_enabled")
    list_filter = ("unit", "period", "is_enabled")
    list_select_related = ("team", "client", "key__client")
    search_fields = ("name", "team__name", "client__name", "key__prefix")
    autocomplete_fields = ("team", "client", "key")
    readonly_fields = ("now", "history")
    fieldsets = (
        (None, {"fields": (("name", "is_enabled"),)}),
        SCOPE,
        ("What may be spent", {"fields": (("amount", "unit", "period"), "time_zone")}),
        ("And then", {"fields": ("stops", "refuses_unpriced", "warning_percent")}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Budget | None = None) -> Any:
        spent = [("What was spent", {"fields": ("now", "history")})] if obj is not None else []
        return [*super().get_fieldsets(request, obj), *spent]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Budget]:
        """With what is spent of the window that is now."""
        now = timezone.now()
        windows = BudgetWindow.objects.filter(budget=OuterRef("pk"), starts_at__lte=now)
        current = windows.filter(Q(ends_at=None) | Q(ends_at__gt=now)).order_by("-starts_at")
        columns = {"spent": "spent", "window_stopped": "stopped_at"}
        found = {name: Subquery(current.values(column)[:1]) for name, column in columns.items()}
        return super().get_queryset(request).annotate(**found)

    @admin.display(description="holds for", ordering="team__name")
    def holds_for(self, budget: Budget) -> SafeString:
        return scope(budget)

    @admin.display(description="amount", ordering="amount")
    def each(self, budget: Budget) -> SafeString:
        text = amount_text(budget.whole_amount, budget.is_money)
        return two_lines(f"{text}{PERIODS[budget.period]}", "" if budget.stops else "only counted")

    @admin.display(description="spent")
    def bar(self, budget: Any) -> SafeString:
        spent = budget.spent or 0
        told = state(budget, spent, stopped=budget.window_stopped is not None)
        return format_html(
            '{}<span class="small quiet">{}</span>', drawn(spent, budget.whole_amount, told), STATES[told]
        )

    @admin.display(description="left")
    def rest(self, budget: Any) -> SafeString:
        spent, amount = budget.spent or 0, budget.whole_amount
        return two_lines(
            amount_text(max(0, amount - spent), budget.is_money), f"{amount_text(spent, budget.is_money)} spent"
        )

    @admin.display(description="begins anew", empty_value="never")
    def resets(self, budget: Budget) -> str | None:
        """Of a budget, too, that nobody used in this period."""
        ends_at = window_at(budget.period, budget.zone, timezone.now().timestamp()).ends_at
        return moment(datetime.fromtimestamp(ends_at, UTC)) if ends_at is not None else None

    @admin.display(description="now")
    def now(self, budget: Any) -> SafeString:
        """What is spent, and what is lent to the processes that serve: a part of it is given back."""
        lent = budget.windows.filter(Q(ends_at=None) | Q(ends_at__gt=timezone.now())).aggregate(
            granted=Sum("leases__granted", default=0), settled=Sum("leases__settled", default=0)
        )
        aside = amount_text(max(0, lent["granted"] - lent["settled"]), budget.is_money)
        spent = amount_text(budget.spent or 0, budget.is_money)
        return format_html("{}<p>{} spent; {} set aside for requests that run.</p>", self.bar(budget), spent, aside)

    @admin.display(description="windows")
    def history(self, budget: Budget) -> SafeString:
        rows = [window_cells(window, budget) for window in budget.windows.all()[:WINDOWS]]
        if not rows:
            return SafeString("Nothing yet.")
        body = format_html_join("", "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>", rows)
        head = "<tr><th>begins</th><th>spent</th><th></th><th>warned</th><th>stopped</th></tr>"
        return format_html("<table><thead>{}</thead><tbody>{}</tbody></table>", SafeString(head), body)


@admin.register(Limit)
class LimitAdmin(TeamRowAdmin[Limit]):
    list_display = ("name", "holds_for", "requests", "tokens", "at_once", "is_enabled")
    list_filter = ("is_enabled",)
    list_select_related = ("team", "client", "key__client")
    search_fields = ("name", "team__name", "client__name", "key__prefix")
    autocomplete_fields = ("team", "client", "key")
    fieldsets = (
        (None, {"fields": (("name", "is_enabled"),)}),
        SCOPE,
        ("What may be used", {"fields": (("requests_per_minute", "tokens_per_minute", "concurrent_requests"),)}),
    )

    @admin.display(description="holds for", ordering="team__name")
    def holds_for(self, limit: Limit) -> SafeString:
        return scope(limit)

    @admin.display(description="requests/min", ordering="requests_per_minute", empty_value="any")
    def requests(self, limit: Limit) -> str | None:
        return number(limit.requests_per_minute)

    @admin.display(description="tokens/min", ordering="tokens_per_minute", empty_value="any")
    def tokens(self, limit: Limit) -> str | None:
        return number(limit.tokens_per_minute)

    @admin.display(description="at once", ordering="concurrent_requests", empty_value="any")
    def at_once(self, limit: Limit) -> str | None:
        return number(limit.concurrent_requests)


def number(value: int | None) -> str | None:
    return f"{value:,}" if value is not None else None


def scope(row: Budget | Limit) -> SafeString:
    if row.key is not None:
        return two_lines(row.key, f"a key of {row.key.client.name}")
    if row.client is not None:
        return two_lines(row.client, "client")
    return two_lines(row.team, "team") if row.team is not None else two_lines("everyone", "")


def drawn(spent: int, amount: int, told: str) -> SafeString:
    """A bar of what is spent."""
    percent = min(Decimal(100), Decimal(spent * 100) / max(1, amount))
    return format_html(
        '<svg class="spent {}" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label="{} % spent">'
        '<rect class="whole" width="100" height="8"/><rect class="part" width="{}" height="8"/></svg>',
        told,
        f"{percent:.0f}",
        f"{percent:.1f}",
    )


def window_cells(window: BudgetWindow, budget: Budget) -> tuple[object, ...]:
    begins = moment(window.starts_at) if window.ends_at is not None else "–"
    told = "spent" if window.spent >= window.amount else "fine"
    times = [moment(time) if time is not None else "–" for time in (window.warned_at, window.stopped_at)]
    of = f"{amount_text(window.spent, budget.is_money)} of {amount_text(window.amount, budget.is_money)}"
    return (begins, of, drawn(window.spent, window.amount, told), *times)
