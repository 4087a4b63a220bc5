from __future__ import annotations

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from routing.admin.rows import TeamRowAdmin
from routing.models import Team


@admin.register(Team)
class TeamAdmin(TeamRowAdmin[Team]):
    list_display = ("name", "is_active", "clients", "created_at")
    list_filter = ("is_active",)
    ordering = ("name",)
    search_fields = ("name",)
    filter_horizontal = ("managers",)
    fields = (
        "name",
        "is_active",
        "allowed_models",
        "managers",
        ("self_service_keys", "self_service_days"),
        "judge_model",
        "judge_policy",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        return super().get_queryset(request).annotate(client_count=Count("clients", distinct=True))

    @admin.display(ordering="client_count")
    def clients(self, team: Team) -> int:
        return team.client_count  # type: ignore[attr-defined,no-any-return]  # annotated above
