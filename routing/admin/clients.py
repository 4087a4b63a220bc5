from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Max, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from routing.admin.capturing import CapturingAdmin
from routing.admin.rows import OriginFilter, TeamRowAdmin
from routing.models import Client

FIELDS = (
    "name",
    "team",
    "user",
    "keys",
    "is_active",
    "self_service_keys",
    "allowed_models",
    "judge_model",
    "capture_until",
    "notes",
)


@admin.register(Client)
class ClientAdmin(CapturingAdmin[Client], TeamRowAdmin[Client]):
    list_display = ("name", "team", "is_active", "usable_keys", "last_used", "origin")
    list_filter = ("is_active", "team", OriginFilter)
    list_select_related = ("team",)
    ordering = ("name",)
    search_fields = ("name", "team__name", "user__username", "notes")
    autocomplete_fields = ("team", "user")
    readonly_fields = ("keys",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Client]:
        now = timezone.now()
        usable = Q(keys__revoked_at=None) & (Q(keys__expires_at=None) | Q(keys__expires_at__gt=now))
        return (
            super()
            .get_queryset(request)
            .annotate(
                key_count=Count("keys", filter=usable & Q(keys__isnull=False), distinct=True),
                used_at=Max("keys__last_used_at"),
            )
        )

    def get_fields(self, request: HttpRequest, obj: Client | None = None) -> Any:
        hidden = set() if request.user.is_superuser else {"user"}  # managers need not see who else has an account
        hidden |= set() if obj else {"keys"}
        return [name for name in FIELDS if name not in hidden]

    @admin.display(description="usable keys", ordering="key_count")
    def usable_keys(self, client: Client) -> int:
        return client.key_count  # type: ignore[attr-defined,no-any-return]  # annotated above

    @admin.display(description="last used", ordering="used_at")
    def last_used(self, client: Client) -> Any:
        return client.used_at  # type: ignore[attr-defined]  # annotated above

    @admin.display(description="keys")
    def keys(self, client: Client) -> SafeString:
        return format_html(
            '<a href="{}?client__id__exact={}">Show keys</a> · <a href="{}?client={}">Issue key</a>',
            reverse("admin:routing_clientkey_changelist"),
            client.pk,
            reverse("admin:routing_clientkey_add"),
            client.pk,
        )
