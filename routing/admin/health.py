"""Which models of backends are left alone, since when and why; closed by hand where the trouble is known to be over."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from routing.admin.cells import moment, shortened, two_lines
from routing.admin.rows import RowAdmin
from routing.models import BackendHealth


@admin.register(BackendHealth)
class BackendHealthAdmin(RowAdmin[BackendHealth]):
    list_display = ("of_model", "state", "since", "last_failure")
    list_filter = ("backend",)
    list_select_related = ("backend",)
    search_fields = ("model", "backend__name", "reason")
    fields = ("backend", "model", "state", "opened_at", "open_until", "reason")
    readonly_fields = fields
    actions = ("close",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Its form changes nothing; the action does."""
        return obj is None and super().has_change_permission(request, obj)

    @admin.display(description="model", ordering="model")
    def of_model(self, health: BackendHealth) -> SafeString:
        return two_lines(shortened(health.model), health.backend)

    @admin.display(description="state", ordering="openings")
    def state(self, health: BackendHealth) -> str:
        if not health.openings:
            return "asked as usual"
        if health.open_until <= timezone.now():
            return "tried with one request at a time"
        return f"left alone until {timezone.localtime(health.open_until):%H:%M:%S}"

    @admin.display(description="since", ordering="opened_at")
    def since(self, health: BackendHealth) -> str:
        return moment(health.opened_at)

    @admin.display(description="last failure", ordering="reason")
    def last_failure(self, health: BackendHealth) -> SafeString:
        return shortened(health.reason, 80)

    @admin.action(description="Ask as usual again, now", permissions=["change"])
    def close(self, request: HttpRequest, queryset: QuerySet[BackendHealth]) -> None:
        count = queryset.update(openings=0)
        text = ngettext("%d model is", "%d models are", count) % count
        self.message_user(request, f"{text} asked as usual again within a second.", messages.SUCCESS)
