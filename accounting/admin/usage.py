"""The usage table, request by request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Count, Min, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from accounting.admin.filters import DayFilter, ModelFilter, VisibleFilter
from accounting.admin.paging import BoundedPaginator
from accounting.models import ProcessJournal, UsageQuerySet, UsageRecord
from routing.models import Client, ClientKey

if TYPE_CHECKING:
    UsageModelAdmin = admin.ModelAdmin[UsageRecord]
else:
    UsageModelAdmin = admin.ModelAdmin  # generic in the stubs only


@admin.register(UsageRecord)
class UsageRecordAdmin(UsageModelAdmin):
    list_display = (
        "started",
        "client_name",
        "models_used",
        "backend_name",
        "outcome",
        "read",
        "generated",
        "first_token",
        "took",
        "estimated",
    )
    list_filter = (
        DayFilter,
        "state",
        "estimated",
        ("client", VisibleFilter),
        ("team", VisibleFilter),
        ModelFilter,
        "backend",
    )
    search_fields = ("session_id",)
    search_help_text = "The id of a request (req_…) or of a session, or a part of a client's name"
    paginator = BoundedPaginator
    show_full_result_count = False
    sortable_by = ("started",)
    fieldsets = (
        (None, {"fields": ("request_id", "started", "took", "outcome", "stop_reason", "noticed")}),
        ("Who", {"fields": ("client_name", "team_name", "key_used", "session_id", "agent_id", "parent_agent_id")}),
        (
            "What",
            {"fields": ("requested_model", "mapping", "routed_model", "backend_name", "endpoint", "stream", "journal")},
        ),
        (
            "Tokens",
            {
                "fields": (
                    "input_tokens",
                    "cache_read_input_tokens",
                    "cache_creation_input_tokens",
                    "output_tokens",
                    "thinking_tokens",
                    "total_tokens",
                    "estimated",
                    "web_search_requests",
                    "reported_cost",
                    "service_tier",
                    "first_token",
                )
            },
        ),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: UsageRecord | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: UsageRecord | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> UsageQuerySet:
        return UsageRecord.objects.visible_to(request.user)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[UsageRecord], search_term: str
    ) -> tuple[QuerySet[UsageRecord], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        clients = list(Client.objects.filter(name__icontains=term).values_list("pk", flat=True))
        found = Q(session_id=term) | Q(client__in=clients)  # a list, so that both sides use their index
        if request_id := as_uuid(term):
            found |= Q(pk=request_id)
        return queryset.filter(found), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(
            request, {"title": "Usage", "subtitle": state_of_journals(), **(extra_context or {})}
        )

    @admin.display(description="request id")
    def request_id(self, record: UsageRecord) -> str:
        return str(record)

    @admin.display(description="started", ordering="started_at")
    def started(self, record: UsageRecord) -> str:
        return timezone.localtime(record.started_at).strftime("%Y-%m-%d %H:%M:%S")

    @admin.display(description="model")
    def models_used(self, record: UsageRecord) -> str:
        return f"{record.requested_model} → {record.routed_model}" if record.routed_model else record.requested_model

    @admin.display(description="outcome")
    def outcome(self, record: UsageRecord) -> str:
        return " ".join(str(part) for part in (record.state, record.http_status, record.error_type) if part)

    @admin.display(description="input")
    def read(self, record: UsageRecord) -> str:
        cached = record.cache_read_input_tokens
        total = record.input_tokens + record.cache_creation_input_tokens + cached
        return f"{total:,} ({cached:,} cached)" if cached else f"{total:,}"

    @admin.display(description="output")
    def generated(self, record: UsageRecord) -> str:
        thinking = record.thinking_tokens
        return f"{record.output_tokens:,} ({thinking:,} thinking)" if thinking else f"{record.output_tokens:,}"

    @admin.display(description="first token", empty_value="–")
    def first_token(self, record: UsageRecord) -> str | None:
        return seconds(record.time_to_first_token_ms)

    @admin.display(description="duration", empty_value="–")
    def took(self, record: UsageRecord) -> str | None:
        return seconds(record.duration_ms)

    @admin.display(description="total tokens")
    def total_tokens(self, record: UsageRecord) -> str:
        return f"{record.total_tokens:,}"

    @admin.display(description="key")
    def key_used(self, record: UsageRecord) -> str:
        if record.key_id is None:
            return "–"
        key = ClientKey.objects.filter(pk=record.key_id).first()
        return str(key) if key is not None else f"number {record.key_id}, deleted"

    @admin.display(description="notices", empty_value="none")
    def noticed(self, record: UsageRecord) -> SafeString | None:
        notices = [(notice["code"], notice["detail"]) for notice in record.notices]
        return format_html_join("", "<div>{}: {}</div>", notices) or None


def as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text.removeprefix("req_"))
    except ValueError:
        return None


def seconds(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else f"{milliseconds / 1000:.2f} s"


def state_of_journals() -> str:
    """How far the table is behind, as the running processes told within the last seconds."""
    told = ProcessJournal.objects.aggregate(
        count=Count("pk"), waiting=Sum("backlog", default=0), oldest=Min("oldest_at")
    )
    since = f" since {timezone.localtime(told['oldest']):%Y-%m-%d %H:%M:%S}" if told["oldest"] else ""
    return f"Running processes: {told['count']}. Changes that wait in their journals: {told['waiting']:,}{since}."
