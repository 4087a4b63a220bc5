"""The usage table, request by request."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Count, Min, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from accounting.admin.filters import PRICED_BY, DayFilter, ModelFilter, PriceFilter, VisibleFilter
from accounting.admin.paging import BoundedPaginator
from accounting.admin.reports import ReportPages
from accounting.figure_text import money
from accounting.models import ProcessJournal, UsageQuerySet, UsageRecord
from routing.admin.cells import shortened, two_lines
from routing.models import Client, ClientKey

UNKNOWN = "–"


@admin.register(UsageRecord)
class UsageRecordAdmin(ReportPages):
    list_display = ("started", "who", "models_used", "read", "generated", "spent", "outcome", "took")
    list_filter = (
        DayFilter,
        "state",
        "kind",
        "estimated",
        ("client", VisibleFilter),
        ("team", VisibleFilter),
        ModelFilter,
        "backend",
        PriceFilter,
    )
    search_fields = ("session_id",)
    search_help_text = "The id of a request (req_…) or of a session, or a part of a client's name"
    paginator = BoundedPaginator
    show_full_result_count = False
    sortable_by = ("started",)
    show_facets = admin.ShowFacets.NEVER  # counts for each filter would read the whole table
    fieldsets = (
        ("Who", {"fields": (("client_name", "team_name", "key_used"), ("session", "agent_id", "parent_agent_id"))}),
        (
            "Where",
            {
                "fields": (
                    ("requested_model", "routed_model", "backend_name"),
                    ("mapping", "asked", "service_tier"),
                    ("kind", "family"),
                )
            },
        ),
        (
            "Tokens",
            {
                "fields": (
                    ("input_tokens", "cache_read_input_tokens"),
                    ("cache_creation_input_tokens", "cache_creation_1h_input_tokens"),
                    ("output_tokens", "thinking_tokens", "total"),
                    ("saved_input_tokens", "web_search_requests"),
                )
            },
        ),
        (
            "Cost",
            {
                "fields": (("spent", "priced_by", "reported_cost"),),
                "description": "In USD, by the price that was valid when the request began. A cost is unknown where "
                "nobody knows a price; “Prices” tells who does.",
            },
        ),
        ("Time", {"fields": (("started", "first_token", "took"),)}),
        (
            "Outcome",
            {"fields": (("state", "http_status", "error_type"), ("stop_reason", "journal"), "noticed")},
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
            request, {"title": "Usage", "journals": state_of_journals(), **(extra_context or {})}
        )

    @admin.display(description="started", ordering="started_at")
    def started(self, record: UsageRecord) -> str:
        return timezone.localtime(record.started_at).strftime("%Y-%m-%d %H:%M:%S")

    @admin.display(description="client")
    def who(self, record: UsageRecord) -> SafeString:
        return two_lines(record.client_name or "–", record.team_name)

    @admin.display(description="model")
    def models_used(self, record: UsageRecord) -> SafeString:
        routed = record.routed_model
        return two_lines(shortened(record.requested_model), routed and format_html("→ {}", shortened(routed)))

    @admin.display(description="endpoint")
    def asked(self, record: UsageRecord) -> str:
        return f"{record.endpoint}, streamed" if record.stream else record.endpoint

    @admin.display(description="requests of the same cause")
    def family(self, record: UsageRecord) -> str:
        """The request that this one was made for, or those made for it: failed attempts, judges, summaries."""
        if record.parent_request is not None:
            return link_to(record.parent_request, "made for this request")
        made = UsageRecord.objects.filter(parent_request=record.pk).order_by("started_at").values_list("pk", "kind")
        links = format_html_join("", "<li>{}</li>", ((link_to(pk, kind),) for pk, kind in made))
        return format_html("<ul>{}</ul>", links) if links else "none"

    @admin.display(description="input")
    def read(self, record: UsageRecord) -> SafeString:
        cached = record.cache_read_input_tokens
        total = record.input_tokens + record.cache_creation_input_tokens + cached
        return two_lines(f"{total:,}", cached and f"{cached / total:.0%} cached")

    @admin.display(description="output")
    def generated(self, record: UsageRecord) -> SafeString:
        return two_lines(f"{record.output_tokens:,}", record.estimated and "estimated")

    @admin.display(description="total")
    def total(self, record: UsageRecord) -> SafeString:
        return two_lines(f"{record.total_tokens:,}", record.estimated and "estimated")

    @admin.display(description="cost")
    def spent(self, record: UsageRecord) -> str:
        return money(record.cost) if record.cost is not None else "unknown"

    @admin.display(description="price from")
    def priced_by(self, record: UsageRecord) -> str:
        return PRICED_BY.get(record.price_source, UNKNOWN)

    @admin.display(description="outcome")
    def outcome(self, record: UsageRecord) -> SafeString:
        error = record.error_type.replace("_", " ")
        return two_lines(record.state, " ".join(str(part) for part in (record.http_status, error) if part))

    @admin.display(description="first token after")
    def first_token(self, record: UsageRecord) -> str:
        return seconds(record.time_to_first_token_ms)

    @admin.display(description="took")
    def took(self, record: UsageRecord) -> str:
        return seconds(record.duration_ms)

    @admin.display(description="session")
    def session(self, record: UsageRecord) -> str:
        """Leads to all requests of the session."""
        if not record.session_id:
            return UNKNOWN
        url = reverse("admin:accounting_usagerecord_changelist")
        return format_html('<a href="{}?{}">{}</a>', url, urlencode({"q": record.session_id}), record.session_id)

    @admin.display(description="key")
    def key_used(self, record: UsageRecord) -> str:
        if record.key_id is None:
            return UNKNOWN
        key = ClientKey.objects.filter(pk=record.key_id).first()
        return str(key) if key is not None else f"number {record.key_id}, deleted"

    @admin.display(description="notices")
    def noticed(self, record: UsageRecord) -> str:
        notices = [(notice["code"], notice["detail"]) for notice in record.notices]
        rows = format_html_join("", "<li><code>{}</code> {}</li>", notices)
        return format_html("<ul>{}</ul>", rows) if notices else "none"


def link_to(request_id: UUID, words: str) -> SafeString:
    url = reverse("admin:accounting_usagerecord_change", args=(request_id,))
    return format_html('<a href="{}">req_{}</a> ({})', url, request_id.hex, words)


def as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text.removeprefix("req_"))
    except ValueError:
        return None


def seconds(milliseconds: int | None) -> str:
    if milliseconds is None:
        return UNKNOWN
    return f"{milliseconds / 1000:.2f} s" if milliseconds < 10_000 else f"{milliseconds / 1000:.0f} s"


def state_of_journals() -> str:
    """How far the table is behind, as the running processes told within the last seconds."""
    told = ProcessJournal.objects.aggregate(
        count=Count("pk"), waiting=Sum("backlog", default=0), oldest=Min("oldest_at")
    )
    processes = ngettext("%d process runs", "%d processes run", told["count"]) % told["count"]
    changes = ngettext("{:,} change waits", "{:,} changes wait", told["waiting"]).format(told["waiting"])
    since = f", the oldest since {timezone.localtime(told['oldest']):%Y-%m-%d %H:%M:%S}" if told["oldest"] else ""
    return f"Copied from the journals of the running processes, usually within a second. {processes}, {changes}{since}."
