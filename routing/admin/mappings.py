from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from routing.admin.cells import shortened, two_lines
from routing.admin.effective import shown_destination
from routing.admin.rows import OriginFilter, RowAdmin, TabularInline
from routing.models import MappingTarget, ModelMapping

FLAGS = (("when_thinking", "when_images"), ("when_web_search", "when_background"))
CONDITIONS_TEXT = (
    "All that is chosen here must hold, or the mapping is passed over. Among mappings for the same client, team or "
    "everybody and of the same kind, one with more conditions is asked first: so a long request can go to a model with "
    "a long context while all others go elsewhere."
)


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
        conditions = {
            "fields": (*FLAGS, "when_input_above"),
            "classes": () if obj is not None and obj.is_conditional else ("collapse",),
            "description": CONDITIONS_TEXT,
        }
        outcome = (("What this comes to", {"fields": ("effective",)}),) if obj else ()
        return (
            (None, {"fields": ("kind", "pattern", "compression", "prefers_least_busy", "is_enabled")}),
            ("Only for a team or a client", scope),
            ("Only for some requests", conditions),
            *outcome,
        )

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # Any: Django's own
        super().save_related(request, form, formsets, change)
        if form.instance.is_enabled and not form.instance.targets.enabled().exists():
            text = "Nothing that it leads to is enabled: requests for these names are refused."
            self.message_user(request, text, messages.WARNING)

    @admin.display(description="names", ordering="pattern")
    def names(self, mapping: ModelMapping) -> SafeString:
        remark = ", ".join([mapping.get_kind_display(), *mapping.conditions_in_words])
        return two_lines(shortened(mapping.pattern or "any name", 28), remark)

    @admin.display(description="for", ordering="client__name")
    def holds_for(self, mapping: ModelMapping) -> str:
        return mapping.scope

    @admin.display(description="goes to")
    def goes_to(self, mapping: ModelMapping) -> str:
        found = enabled(mapping)
        if not found:
            return "nothing that is enabled"
        return f"{found[0]} and {len(found) - 1} more" if len(found) > 1 else str(found[0])

    @admin.display(description="dialect, limits and habits")
    def effective(self, mapping: ModelMapping) -> SafeString | str:
        target = first_enabled(mapping)
        return shown_destination(target.backend, target.model or mapping.pattern) if target else "—"


def first_enabled(mapping: ModelMapping) -> MappingTarget | None:
    """The preferred one."""
    return next(iter(enabled(mapping)), None)


def enabled(mapping: ModelMapping) -> list[MappingTarget]:
    """Where its requests can go, of the targets that were fetched with it (in their order)."""
    return [target for target in mapping.targets.all() if target.is_enabled and target.backend.is_enabled]
