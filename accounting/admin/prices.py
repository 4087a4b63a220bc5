"""Prices that the admin knows better, and the page that tells which price wins and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.safestring import SafeString

from accounting.models import Price
from accounting.prices.current import whole_table
from accounting.prices.explaining import Candidate, candidates
from accounting.prices.importing import IMPORTED
from accounting.prices.rates import TokenPrices
from accounting.prices.table import Subject
from routing.admin.cells import day, shortened, two_lines
from routing.admin.rows import RowAdmin
from routing.models import Backend

AS_INPUT = "as input"
SOURCES = {"backend": "the backend's own list of models", "catalogue": "the catalogue, genai-prices"}


class StateFilter(admin.SimpleListFilter):
    title = "validity"
    parameter_name = "validity"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("now", "now"), ("later", "later"), ("ended", "ended")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Price]) -> QuerySet[Price]:
        now = timezone.now()
        match self.value():
            case "now":
                return queryset.filter(pk__in=Price.objects.valid_at(now))
            case "later":
                return queryset.filter(valid_from__gt=now)
            case "ended":
                return queryset.filter(valid_until__lte=now)
            case _:
                return queryset


class OriginFilter(admin.SimpleListFilter):
    title = "origin"
    parameter_name = "origin"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("file", "imported from a file"), ("hand", "written by hand")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Price]) -> QuerySet[Price]:
        match self.value():
            case "file":
                return queryset.filter(note__startswith=IMPORTED)
            case "hand":
                return queryset.exclude(note__startswith=IMPORTED)
            case _:
                return queryset


class LookUpForm(forms.Form):
    """What a price is asked for."""

    backend = forms.ModelChoiceField(Backend.objects.all(), help_text="Who sends the bill.")
    model = forms.CharField(max_length=200, help_text="As the backend calls it.")
    at = forms.DateTimeField(
        required=False, label="When", help_text="Such as 2026-11-01 12:00. Empty: now.", widget=forms.DateTimeInput
    )


class Line(NamedTuple):
    """One who knows a price, as the page shows it."""

    verdict: str
    source: str
    row: Price | None
    figures: Mapping[str, str]
    remarks: list[str]


@admin.register(Price)
class PriceAdmin(RowAdmin[Price]):
    list_display = ("of_model", "input_usd", "output_usd", "cached", "long", "validity", "origin_of")
    list_filter = ("backend", StateFilter, OriginFilter)
    list_select_related = ("backend",)
    list_per_page = 50
    search_fields = ("model", "note", "backend__name")
    autocomplete_fields = ("backend",)
    fieldsets = (
        (
            None,
            {
                "fields": ("backend", "model"),
                "description": "Prices of the backend go before prices for every backend, these before what the "
                "backend's list of models says, this before the catalogue. “Look up” tells which one wins.",
            },
        ),
        ("Tokens", {"fields": (("input", "output"), ("cache_read", "cache_write", "cache_write_1h"))}),
        ("Beside tokens", {"fields": (("request", "web_search"),)}),
        (
            "Long requests",
            {
                "fields": (
                    "tier_above",
                    ("tier_input", "tier_output"),
                    ("tier_cache_read", "tier_cache_write", "tier_cache_write_1h"),
                )
            },
        ),
        ("When", {"fields": ("valid_from", "valid_until", "note")}),
    )

    @admin.display(description="model", ordering="model")
    def of_model(self, price: Price) -> SafeString:
        return two_lines(shortened(price.model), price.backend or "every backend")

    @admin.display(description="input", ordering="input")
    def input_usd(self, price: Price) -> str:
        return usd(price.input)

    @admin.display(description="output", ordering="output")
    def output_usd(self, price: Price) -> str:
        return usd(price.output)

    @admin.display(description="cache read, write")
    def cached(self, price: Price) -> str:
        if price.cache_read is None and price.cache_write is None:
            return AS_INPUT
        return f"{usd(price.cache_read)}, {usd(price.cache_write)}"

    @admin.display(description="long requests", empty_value="–")
    def long(self, price: Price) -> SafeString | None:
        if price.tier_above is None:
            return None
        return two_lines(f"{usd(price.tier_input)}, {usd(price.tier_output)}", f"above {price.tier_above:,}")

    @admin.display(description="valid", ordering="valid_from")
    def validity(self, price: Price) -> SafeString:
        return two_lines(state(price, timezone.now()), span(price))

    @admin.display(description="note", ordering="note")
    def origin_of(self, price: Price) -> SafeString:
        return shortened(price.note)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.look_up_view)
        return [path("look-up/", view, name="accounting_price_look_up"), *super().get_urls()]

    def look_up_view(self, request: HttpRequest) -> HttpResponse:
        """Which price wins for a model of a backend at a time, and who would if it were not there."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = LookUpForm(request.GET or None)
        lines = list(found(**form.cleaned_data)) if form.is_valid() else None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "has_view_permission": True,
            "original": "Look up",
            "title": "What does a model cost?",
            "form": form,
            "lines": lines,
            "media": self.media,
        }
        return TemplateResponse(request, "admin/accounting/price/look_up.html", context)


def found(backend: Backend, model: str, at: datetime | None) -> Iterator[Line]:
    subject = Subject(backend.pk, backend.effective_dialect, model.strip())
    claims = candidates(whole_table(), subject, (at or timezone.now()).timestamp())
    rows = Price.objects.select_related("backend").in_bulk([each.row for each in claims if each.row is not None])
    for each in claims:
        row = rows.get(each.row or 0)
        yield Line(verdict(each), SOURCES.get(each.rates.source, ""), row, figures(each.rates), remarks(each))


def verdict(candidate: Candidate) -> str:
    if candidate.wins:
        return "wins"
    return "comes after it" if candidate.holds else "does not hold then"


def figures(prices: TokenPrices) -> dict[str, str]:
    """USD for a million tokens."""
    tokens = {name: getattr(prices, name) for name in ("input", "output", "cache_read", "cache_creation")}
    return {name: usd(None if price is None else price * 1_000_000) for name, price in tokens.items()}


def remarks(candidate: Candidate) -> list[str]:
    """What else it costs, and for whom it is different."""
    rates = candidate.rates
    single = (("request", rates.request), ("web search", rates.web_search))
    return [
        *(f"{usd(price)} for each {name}" for name, price in single if price),
        *(
            [f"cache write for an hour {usd(hour * 1_000_000)}"]
            if (hour := rates.cache_creation_1h) is not None
            else []
        ),
        *(f"above {tier.above:,} tokens of input: {told(tier)}" for tier in rates.tiers),
        *(f"service tier {name}: {told(other)}" for name, other in rates.service_tiers.items()),
    ]


def told(prices: TokenPrices) -> str:
    return f"input {usd(prices.input * 1_000_000)}, output {usd(prices.output * 1_000_000)}"


def usd(price: Decimal | None) -> str:
    """All of its digits, and two at least behind the point."""
    if price is None:
        return AS_INPUT
    whole, _, part = format(price.normalize(), "f").partition(".")
    return f"${whole}.{part:0<2}"


def state(price: Price, now: datetime) -> str:
    if price.valid_until is not None and price.valid_until <= now:
        return "ended"
    return "later" if price.valid_from is not None and price.valid_from > now else "now"


def span(price: Price) -> str:
    begins = f"from {day(price.valid_from)}" if price.valid_from is not None else ""
    ends = f"until {day(price.valid_until)}" if price.valid_until is not None else ""
    return f"{begins} {ends}".strip()
