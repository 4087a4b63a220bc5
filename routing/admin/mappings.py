from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from routing.admin.effective import shown_destination
from routing.admin.rows import RowAdmin, TabularInline
from routing.models import Compression, MappingTarget, ModelMapping


class TargetInline(TabularInline[MappingTarget, ModelMapping]):
    model = MappingTarget
    extra = 0
    min_num = 1
    autocomplete_fields = ("backend",)
    fields = ("backend", "model", "order", "weight", "is_enabled")


@admin.register(ModelMapping)
class ModelMappingAdmin(RowAdmin[ModelMapping]):
    list_display = ("__str__", "holds_for", "goes_to", "compression", "is_enabled", "from_environment")
    list_filter = ("kind", "is_enabled", "from_environment", "team", "targets__backend")
    list_select_related = ("team", "client", "compression")
    search_fields = ("pattern", "team__name", "client__name", "targets__model", "targets__backend__name")
    autocomplete_fields = ("team", "client")
    inlines = (TargetInline,)
    readonly_fields = ("effective",)
    fields = ("kind", "pattern", "team", "client", "compression", "is_enabled", "effective")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ModelMapping]:
        return super().get_queryset(request).prefetch_related("targets__backend")

    @admin.display(description="for", ordering="client__name")
    def holds_for(self, mapping: ModelMapping) -> str:
        return mapping.scope

    @admin.display(description="goes to")
    def goes_to(self, mapping: ModelMapping) -> str:
        target = first_enabled(mapping)
        return str(target) if target else "nothing that is enabled"

    @admin.display(description="what this comes to")
    def effective(self, mapping: ModelMapping) -> SafeString | str:
        target = first_enabled(mapping) if mapping.pk else None
        return shown_destination(target.backend, target.model or mapping.pattern) if target else "—"


@admin.register(Compression)
class CompressionAdmin(RowAdmin[Compression]):
    list_display = ("name", "mode", "max_system_tokens", "summary_model", "from_environment")
    list_filter = ("mode", "from_environment")
    search_fields = ("name",)
    fields = ("name", "mode", "max_system_tokens", "summary_model")


def first_enabled(mapping: ModelMapping) -> MappingTarget | None:
    """Where its requests go, of the targets that were fetched with it (in their order)."""
    return next((target for target in mapping.targets.all() if target.is_enabled and target.backend.is_enabled), None)
