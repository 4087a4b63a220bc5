"""Which credentials rest, until when and because of what; ended by hand where the trouble is known to be over."""

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
from routing.models import CredentialRest


@admin.register(CredentialRest)
class CredentialRestAdmin(RowAdmin[CredentialRest]):
    list_display = ("of_credential", "state", "started", "because")
    list_filter = ("credential__backend",)
    list_select_related = ("credential__backend",)
    search_fields = ("credential__label", "credential__backend__name", "reason")
    fields = ("credential", "state", "since", "until", "reason")
    readonly_fields = fields
    actions = ("end",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Its form changes nothing; the action does."""
        return obj is None and super().has_change_permission(request, obj)

    @admin.display(description="credential", ordering="credential")
    def of_credential(self, rest: CredentialRest) -> SafeString:
        credential = rest.credential
        return two_lines(shortened(credential.label or credential.hint), credential.backend)

    @admin.display(description="state", ordering="until")
    def state(self, rest: CredentialRest) -> str:
        return rest_of(rest) or "used as usual"

    @admin.display(description="since", ordering="since")
    def started(self, rest: CredentialRest) -> str:
        return moment(rest.since)

    @admin.display(description="because", ordering="reason")
    def because(self, rest: CredentialRest) -> SafeString:
        return shortened(rest.reason, 80)

    @admin.action(description="Use as usual again, now", permissions=["change"])
    def end(self, request: HttpRequest, queryset: QuerySet[CredentialRest]) -> None:
        count, _ = queryset.delete()
        text = ngettext("%d credential is", "%d credentials are", count) % count
        self.message_user(request, f"{text} used as usual again within a second.", messages.SUCCESS)


def rest_of(rest: CredentialRest) -> str:
    """Empty when it is over."""
    if rest.until <= timezone.now():
        return ""
    return f"rests until {timezone.localtime(rest.until):%H:%M:%S}"
