"""What the admin pages of this app share: rows from the environment are read-only, managers see their teams only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django import forms
from django.contrib import admin
from django.db.models import Field, ForeignKey, JSONField, Model, QuerySet, TextField
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst

from conversion.profiles import DIALECTS
from routing.models import Client, Team

RowT = TypeVar("RowT", bound=Model)

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin
    TabularInline = admin.TabularInline
else:  # generic in the stubs only

    class ModelAdmin(admin.ModelAdmin):
        def __class_getitem__(cls, _):
            return cls

    class TabularInline(admin.TabularInline):
        def __class_getitem__(cls, _):
            return cls


class OriginFilter(admin.SimpleListFilter):
    title = "origin"
    parameter_name = "origin"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("environment", "the environment"), ("admin", "this admin")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        return queryset.filter(from_environment=self.value() == "environment")


class RowAdmin(ModelAdmin[RowT]):
    """Rows from the environment are shown, not changed: they would be overwritten at the next start."""

    formfield_overrides = {
        JSONField: {"widget": forms.Textarea(attrs={"rows": 3, "cols": 60})},
        TextField: {"widget": forms.Textarea(attrs={"rows": 4, "cols": 60})},
    }

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    @admin.display(ordering="from_environment")
    def origin(self, row: Any) -> str:
        return "environment" if row.from_environment else "admin"

    def has_change_permission(self, request: HttpRequest, obj: RowT | None = None) -> bool:
        return not getattr(obj, "from_environment", False) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: RowT | None = None) -> bool:
        return not getattr(obj, "from_environment", False) and super().has_delete_permission(request, obj)

    def formfield_for_dbfield(self, db_field: Field[Any, Any], request: HttpRequest, **options: Any) -> Any:
        if db_field.name == "dialect":
            names = [(name, name) for name in sorted(DIALECTS)]
            return forms.ChoiceField(
                choices=[("", "—"), *names], required=False, label="Dialect", help_text=db_field.help_text
            )
        return super().formfield_for_dbfield(db_field, request, **options)


class TeamRowAdmin(RowAdmin[RowT]):
    """Rows that belong to a team: who is no superuser sees, and can name, only those of the teams they manage."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[RowT]:
        rows: Any = super().get_queryset(request)  # Any: each of these models has a queryset of its own
        visible: QuerySet[RowT] = rows.visible_to(request.user)
        return visible

    def formfield_for_foreignkey(self, db_field: ForeignKey[Any, Any], request: HttpRequest, **options: Any) -> Any:
        if db_field.related_model in (Client, Team):
            options["queryset"] = db_field.related_model.objects.visible_to(request.user)
        return super().formfield_for_foreignkey(db_field, request, **options)
