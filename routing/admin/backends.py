from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from routing.admin.cells import moment, shortened, two_lines
from routing.admin.effective import shown_backend
from routing.admin.rows import OriginFilter, RowAdmin, TabularInline
from routing.credentials import wrong_reference
from routing.models import Backend, BackendCredential

FIELDSETS = (
    (None, {"fields": ("name", "base_url", "is_enabled", ("dialect", "api_version"))}),
    (
        "Requests",
        {
            "classes": ("collapse",),
            "fields": (("timeout", "max_retries"), ("max_tokens_limit", "min_tokens"), "headers", "profile"),
        },
    ),
    ("What this comes to", {"fields": ("effective", ("models", "last_catalog_at"), "last_catalog_error")}),
)


class CredentialForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A credential goes in and never comes out: an empty field leaves it as it is."""

    secret = forms.CharField(
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Or env:NAME for the value of an environment variable. Empty: unchanged.",
    )

    def clean_secret(self) -> str:
        secret: str = self.cleaned_data["secret"].strip()
        if not secret and not self.instance.sealed:
            raise forms.ValidationError("A credential cannot be empty; a backend without any needs no row.")
        if not secret.isascii() or not secret.isprintable() or " " in secret:
            raise forms.ValidationError("A credential consists of visible ASCII characters.")
        if wrong := wrong_reference(secret):
            raise forms.ValidationError(wrong)
        return secret

    def save(self, commit: bool = True) -> Any:
        if secret := self.cleaned_data["secret"]:
            self.instance.put(secret)
        return super().save(commit)


class CredentialInline(TabularInline[BackendCredential, Backend]):
    model = BackendCredential
    form = CredentialForm
    fields = ("label", "hint", "secret", "order", "weight", "is_enabled")
    readonly_fields = ("hint",)

    def get_extra(self, request: HttpRequest, obj: Backend | None = None, **options: Any) -> int:
        return 0 if obj else 1


@admin.register(Backend)
class BackendAdmin(RowAdmin[Backend]):
    list_display = ("name", "address", "list_of_models", "is_enabled", "origin")
    list_filter = ("is_enabled", OriginFilter)
    search_fields = ("name", "base_url")
    inlines = (CredentialInline,)
    readonly_fields = ("effective", "models", "last_catalog_at", "last_catalog_error")
    actions = ("read_models",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Backend]:
        return super().get_queryset(request).annotate(model_count=Count("models"))

    def get_fieldsets(self, request: HttpRequest, obj: Backend | None = None) -> Any:
        return FIELDSETS if obj else FIELDSETS[:-1]

    @admin.display(description="base URL, dialect", ordering="base_url")
    def address(self, backend: Backend) -> SafeString:
        return two_lines(shortened(backend.base_url, 80), backend.effective_dialect)

    @admin.display(description="models", ordering="model_count")
    def list_of_models(self, backend: Backend) -> SafeString:
        """How many there are, and how the last reading of the backend's list went."""
        read_at = backend.last_catalog_at
        remark = shortened(backend.last_catalog_error, 60) or (read_at and f"read {moment(read_at)}")
        return two_lines(model_count(backend), remark)

    @admin.display(description="dialect and habits")
    def effective(self, backend: Backend) -> SafeString:
        return shown_backend(backend)

    @admin.display(description="models")
    def models(self, backend: Backend) -> SafeString:
        url = reverse("admin:routing_backendmodel_changelist")
        return format_html('<a href="{}?backend__id__exact={}">{}</a>', url, backend.pk, model_count(backend))

    def save_model(self, request: HttpRequest, obj: Backend, form: Any, change: bool) -> None:
        obj.last_catalog_at = None  # its list is read again
        super().save_model(request, obj, form, change)

    @admin.action(description="Read the lists of models again", permissions=["change"])
    def read_models(self, request: HttpRequest, queryset: QuerySet[Backend]) -> None:
        count = queryset.filter(is_enabled=True).update(last_catalog_at=None)
        text = ngettext("%d list is read again", "%d lists are read again", count) % count
        self.message_user(request, f"{text} within half a minute.", messages.SUCCESS)


def model_count(backend: Backend) -> str:
    count: int = backend.model_count  # type: ignore[attr-defined]  # annotated above
    return ngettext("%d model", "%d models", count) % count
