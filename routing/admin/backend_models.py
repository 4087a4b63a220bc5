from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from routing.admin.effective import shown_destination
from routing.admin.rows import RowAdmin
from routing.models import BackendModel

FIELDSETS = (
    (None, {"fields": ("backend", "name", "is_offered")}),
    ("Known better", {"fields": (("context_window", "max_output_tokens", "dialect"), "profile")}),
    (
        "As the backend's list says",
        {
            "fields": (
                ("discovered_context_window", "discovered_max_output_tokens", "discovered_at"),
                "capabilities",
            )
        },
    ),
    ("What this comes to", {"fields": ("effective",)}),
)


@admin.register(BackendModel)
class BackendModelAdmin(RowAdmin[BackendModel]):
    list_display = ("name", "backend", "window", "output", "dialect", "is_offered")
    list_editable = ("is_offered",)
    list_filter = ("backend", "is_offered")
    list_select_related = ("backend",)
    search_fields = ("name", "backend__name")
    autocomplete_fields = ("backend",)
    readonly_fields = (
        "discovered_context_window",
        "discovered_max_output_tokens",
        "capabilities",
        "discovered_at",
        "effective",
    )

    def get_fieldsets(self, request: HttpRequest, obj: BackendModel | None = None) -> Any:
        return FIELDSETS if obj else FIELDSETS[:2]

    @admin.display(description="context window")
    def window(self, model: BackendModel) -> int | None:
        return model.context_window or model.discovered_context_window

    @admin.display(description="output tokens")
    def output(self, model: BackendModel) -> int | None:
        return model.max_output_tokens or model.discovered_max_output_tokens

    @admin.display(description="dialect, limits and habits")
    def effective(self, model: BackendModel) -> SafeString:
        return shown_destination(model.backend, model.name)
