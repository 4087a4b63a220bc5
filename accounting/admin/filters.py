"""The filters beside the usage table; none of them reads the whole of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import formats, timezone

from accounting.models import UsageRecord

SPANS = {"7d": 7, "30d": 30, "90d": 90}
DAYS = 14
RECENT = 2_000
PRICED_BY = {
    "reported": "the backend's reply",
    "admin": "the prices here",
    "backend": "the backend's list of models",
    "catalogue": "the catalogue",
}


class DayFilter(admin.SimpleListFilter):
    """One of the last days, or some of them."""

    title = "day"
    parameter_name = "day"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        spans = [(name, f"Last {days} days") for name, days in SPANS.items()]
        days = [timezone.localdate() - timedelta(days=ago) for ago in range(DAYS)]
        return [*spans, *((day.isoformat(), formats.date_format(day, "D j M")) for day in days)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[UsageRecord]) -> QuerySet[UsageRecord]:
        value = self.value()
        if value is None:
            return queryset
        try:
            first, last = days_of(value)
        except ValueError:
            return queryset.none()
        return queryset.filter(started_at__gte=midnight(first), started_at__lt=midnight(last + timedelta(days=1)))


def days_of(value: str) -> tuple[date, date]:
    """The first and the last day of a choice."""
    if value in SPANS:
        today = timezone.localdate()
        return today - timedelta(days=SPANS[value] - 1), today
    return date.fromisoformat(value), date.fromisoformat(value)


def midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


class ModelFilter(admin.SimpleListFilter):
    """The models of the latest requests; to list all that ever were, the whole table would be read."""

    title = "model"
    parameter_name = "routed_model"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        latest = model_admin.get_queryset(request).order_by("-started_at")
        models = set(latest.values_list("routed_model", flat=True)[:RECENT])
        return [(model, model) for model in sorted(models) if model]

    def queryset(self, request: HttpRequest, queryset: QuerySet[UsageRecord]) -> QuerySet[UsageRecord]:
        return queryset if self.value() is None else queryset.filter(routed_model=self.value())


class PriceFilter(admin.SimpleListFilter):
    """Where the price is from, or that nobody knows one."""

    title = "price"
    parameter_name = "price"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [("unknown", "unknown"), *PRICED_BY.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[UsageRecord]) -> QuerySet[UsageRecord]:
        match self.value():
            case None:
                return queryset
            case "unknown":
                return queryset.filter(cost=None)
            case source:
                return queryset.filter(price_source=source)


class VisibleFilter(admin.RelatedFieldListFilter):
    """The clients or teams that the user may see."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        return [(row.pk, str(row)) for row in field.related_model.objects.visible_to(request.user)]
