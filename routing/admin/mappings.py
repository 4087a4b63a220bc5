from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from routing.admin.cells import shortened, two_lines
from routing.admin.effective import shown_destination
from routing.admin.rows import OriginFilter, RowAdmin, TabularInline
from routing.models import Compression, MappingTarget, ModelMapping


class TargetInline(TabularInline[MappingTarget, ModelMapping]):
    model = MappingTarget
    extra = 0
    min_num = 1
    autocomplete_fields = ("backend",)
    fields = ("backend", "model", "order", "weight", "is_enabled")


@admin.register(ModelMapping)
class ModelMappingAdmin(RowAdmin[ModelMapping]):
    list_display = ("names", "holds_for", "goes_to", "compression", "is_enabled", "origin")
    list_filter = ("kind", "is_enabled", OriginFilter, "team", "targets__backend")
    list_select_related = ("team", "client", "compression")
    search_fields = ("pattern", "team__name", "client__name", "targets__model", "targets__backend__name")
    autocomplete_fields = ("team", "client")
    inlines = (TargetInline,)
    readonly_fields = ("effective",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ModelMapping]:
        return super().get_queryset(request).prefetch_related("targets__backend")

    def get_fieldsets(self, request: HttpRequest, obj: ModelMapping | None = None) -> Any:
        narrowed = obj is not None and (obj.team_id or obj.client_id)
        scope = {"fields": ("team", "client"), "classes": () if narrowed else ("collapse",)}
        outcome = (("What this comes to", {"fields": ("effective",)}),) if obj else ()
        return (
            (None, {"fields": ("kind", "pattern", "compression", "is_enabled")}),
            ("Only for a team or a client", scope),
            *outcome,
        )

    @admin.display(description="names", ordering="pattern")
    def names(self, mapping: ModelMapping) -> SafeString:
        return two_lines(shortened(mapping.pattern or "any name", 28), mapping.get_kind_display())

    @admin.display(description="for", ordering="client__name")
    def holds_for(self, mapping: ModelMapping) -> str:
        return mapping.scope

    @admin.display(description="goes to")
    def goes_to(self, mapping: ModelMapping) -> str:
        target = first_enabled(mapping)
        return str(target) if target else "nothing that is enabled"

    @admin.display(description="dialect, limits and habits")
    def effective(self, mapping: ModelMapping) -> SafeString | str:
        target = first_enabled(mapping)
        return shown_destination(target.backend, target.model or mapping.pattern) if target else "—"


@admin.register(Compression)
class CompressionAdmin(RowAdmin[Compression]):
    list_display = ("name", "mode", "max_system_tokens", "summary_model", "origin")
    list_filter = ("mode", OriginFilter)
    search_fields = ("name",)
    fieldsets = (
        (
            None,
            {
                "description": "Kept with the mappings that name it. No prompt is shortened yet.",
                "fields": ("name", "mode", "max_system_tokens", "summary_model"),
            },
        ),
    )


def first_enabled(mapping: ModelMapping) -> MappingTarget | None:
    """Where its requests go, of the targets that were fetched with it (in their order)."""
    return next((target for target in mapping.targets.all() if target.is_enabled and target.backend.is_enabled), None)
