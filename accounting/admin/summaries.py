"""Summaries of prompts: what a model made of them, what that cost, and how often it was of use."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounting.models import UsageRecord
from routing.admin.cells import moment, shortened, two_lines
from routing.admin.rows import RowAdmin
from routing.models import PromptSummary

EXPLANATION = (
    "It stands in system prompts where the guidance of Claude Code stood, the same for all clients. "
    "Delete it to have it made again by the next request that wants it: its conversation then loses its prompt cache."
)


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("made", "made"), ("failed", "failed"), ("being made", "being made")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[PromptSummary]) -> QuerySet[PromptSummary]:
        match self.value():
            case "made":
                return queryset.exclude(text="")
            case "failed":
                return queryset.exclude(failure="")
            case "being made":
                return queryset.filter(text="", failure="")
            case _:
                return queryset


@admin.register(PromptSummary)
class PromptSummaryAdmin(RowAdmin[PromptSummary]):
    list_display = ("summary", "state", "before", "after", "cost", "uses", "last_use")
    list_filter = (StateFilter, ("model", admin.AllValuesFieldListFilter))
    search_fields = ("digest", "model", "text")
    fieldsets = (
        (None, {"description": EXPLANATION, "fields": (("summary", "state"), ("before", "after"), ("cost", "asked"))}),
        ("Use", {"fields": (("uses", "last_use", "created_at"),)}),
        ("Summary", {"fields": ("text", "failure")}),
        ("What was summarised", {"fields": ("guidance",), "classes": ("collapse",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[PromptSummary]:
        cost = UsageRecord.objects.filter(pk=OuterRef("request_id")).values("cost")[:1]
        return super().get_queryset(request).annotate(found_cost=Subquery(cost))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="summary", ordering="digest")
    def summary(self, row: PromptSummary) -> SafeString:
        return two_lines(row, shortened(row.model))

    @admin.display(description="state")
    def state(self, row: PromptSummary) -> SafeString:
        if row.text:
            return two_lines("made", moment(row.created_at))
        if row.failure:
            return two_lines("failed", row.failure)
        return two_lines("being made" if row.leased_until > timezone.now() else "given up", moment(row.created_at))

    @admin.display(description="tokens before", ordering="guidance_tokens")
    def before(self, row: PromptSummary) -> str:
        return f"{row.guidance_tokens:,}"

    @admin.display(description="tokens after", ordering="tokens")
    def after(self, row: PromptSummary) -> str:
        return f"{row.tokens:,}" if row.text else "—"

    @admin.display(description="cost in USD", ordering="found_cost")
    def cost(self, row: PromptSummary) -> str:
        found = getattr(row, "found_cost", None)
        return f"{found:.6f}" if found is not None else "unknown"

    @admin.display(description="used", ordering="hits")
    def uses(self, row: PromptSummary) -> str:
        return f"{row.hits:,}"

    @admin.display(description="last used", ordering="last_used_at")
    def last_use(self, row: PromptSummary) -> str:
        return moment(row.last_used_at) if row.last_used_at else "—"

    @admin.display(description="request")
    def asked(self, row: PromptSummary) -> SafeString | str:
        """The row of usage of the question."""
        if row.request_id is None:
            return "—"
        url = reverse("admin:accounting_usagerecord_change", args=[row.request_id])
        return format_html('<a href="{}">req_{}</a>', url, row.request_id.hex)
