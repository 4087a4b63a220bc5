from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from routing.admin.effective import shown_backend
from routing.admin.rows import RowAdmin, TabularInline
from routing.credentials import wrong_reference
from routing.models import Backend, BackendCredential


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
    extra = 0
    fields = ("label", "hint", "secret", "order", "weight", "is_enabled")
    readonly_fields = ("hint",)


@admin.register(Backend)
class BackendAdmin(RowAdmin[Backend]):
    list_display = (
        "name",
        "base_url",
        "effective_dialect",
        "is_enabled",
        "last_catalog_at",
        "last_catalog_error",
        "from_environment",
    )
    list_filter = ("is_enabled", "from_environment")
    search_fields = ("name", "base_url")
    inlines = (CredentialInline,)
    readonly_fields = ("effective", "models", "last_catalog_at", "last_catalog_error")
    actions = ("read_models",)
    fieldsets = (
        (None, {"fields": ("name", "base_url", "is_enabled", "dialect", "api_version")}),
        ("Requests", {"fields": ("timeout", "max_retries", "max_tokens_limit", "min_tokens", "headers", "profile")}),
        ("What this comes to", {"fields": ("effective", "models", "last_catalog_at", "last_catalog_error")}),
    )

    @admin.display(description="dialect")
    def effective_dialect(self, backend: Backend) -> str:
        return backend.effective_dialect

    @admin.display(description="dialect and habits")
    def effective(self, backend: Backend) -> SafeString | str:
        return shown_backend(backend) if backend.pk else "—"

    @admin.display(description="models")
    def models(self, backend: Backend) -> SafeString | str:
        if not backend.pk:
            return "—"
        url = reverse("admin:routing_backendmodel_changelist")
        return format_html('<a href="{}?backend__id__exact={}">{} models</a>', url, backend.pk, backend.models.count())

    def save_model(self, request: HttpRequest, obj: Backend, form: Any, change: bool) -> None:
        obj.last_catalog_at = None  # its list is read again
        super().save_model(request, obj, form, change)

    @admin.action(description="Read the lists of models again", permissions=["change"])
    def read_models(self, request: HttpRequest, queryset: QuerySet[Backend]) -> None:
        count = queryset.filter(is_enabled=True).update(last_catalog_at=None)
        self.message_user(request, f"{count} lists are read again within half a minute.", messages.SUCCESS)
