from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Now
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from routing.admin.capturing import CapturingAdmin
from routing.admin.cells import moment, shortened, two_lines
from routing.admin.credential_rests import rest_of
from routing.admin.effective import shown_backend
from routing.admin.model_choice import SHOWN, Choice, ChoiceForm, models_like, offer, read_list
from routing.admin.rows import OriginFilter, TabularInline
from routing.admin.secret_form import SecretForm
from routing.health.leases import LEASE_SECONDS
from routing.models import Backend, BackendCredential, CredentialRest, SeatLease

FIELDSETS = (
    (None, {"fields": ("name", "base_url", "is_enabled", ("dialect", "api_version"))}),
    (
        "Requests",
        {
            "classes": ("collapse",),
            "fields": (
                ("timeout", "max_retries", "max_concurrent"),
                ("max_tokens_limit", "min_tokens"),
                "headers",
                "profile",
            ),
        },
    ),
    ("Request inspector", {"classes": ("collapse",), "fields": ("capture_until",)}),
    ("What this comes to", {"fields": ("effective", "seats", ("models", "last_catalog_at"), "last_catalog_error")}),
)


class CredentialForm(SecretForm):
    def clean_secret(self) -> str:
        secret = super().clean_secret()
        if not secret and not self.instance.sealed:
            raise forms.ValidationError("A credential cannot be empty; a backend without any needs no row.")
        return secret


class CredentialInline(TabularInline[BackendCredential, Backend]):
    model = BackendCredential
    form = CredentialForm
    fields = ("label", "state", "secret", "order", "weight", "is_enabled")
    readonly_fields = ("state",)

    def get_extra(self, request: HttpRequest, obj: Backend | None = None, **options: Any) -> int:
        return 0 if obj else 1

    def get_queryset(self, request: HttpRequest) -> QuerySet[BackendCredential]:
        return super().get_queryset(request).select_related("rest")

    @admin.display(description="hint")
    def state(self, credential: BackendCredential) -> SafeString:
        """What is shown of it, and whether it rests, and why."""
        rest: CredentialRest | None = getattr(credential, "rest", None)
        text = rest_of(rest) if rest else ""
        return two_lines(
            credential.hint, format_html("{}: {}", text, shortened(rest.reason, 60)) if rest and text else ""
        )


@admin.register(Backend)
class BackendAdmin(CapturingAdmin[Backend]):
    list_display = ("name", "address", "list_of_models", "is_enabled", "origin")
    list_filter = ("is_enabled", OriginFilter)
    search_fields = ("name", "base_url")
    inlines = (CredentialInline,)
    readonly_fields = ("effective", "seats", "models", "last_catalog_at", "last_catalog_error")
    actions = ("read_models", *CapturingAdmin.actions)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Backend]:
        counted = {"model_count": Count("models"), "taken_seats": Coalesce(Subquery(taken_seats()), 0)}
        return super().get_queryset(request).annotate(**counted)

    def get_fieldsets(self, request: HttpRequest, obj: Backend | None = None) -> Any:
        return FIELDSETS if obj else FIELDSETS[:-1]

    @admin.display(description="base URL, dialect", ordering="base_url")
    def address(self, backend: Backend) -> SafeString:
        remark = ", recognised by its list of models" if backend.is_recognised else ""
        load = f", {self.seats(backend)} requests there now" if backend.max_concurrent else ""
        return two_lines(shortened(backend.base_url, 80), f"{backend.effective_dialect}{remark}{load}")

    @admin.display(description="models", ordering="model_count")
    def list_of_models(self, backend: Backend) -> SafeString:
        """How many there are, and how the last reading of the backend's list went."""
        read_at = backend.last_catalog_at
        remark = shortened(backend.last_catalog_error, 60) or (read_at and f"read {moment(read_at)}")
        return two_lines(model_count(backend), remark)

    @admin.display(description="requests there now")
    def seats(self, backend: Backend) -> str:
        """Counted where there is a limit, by all processes."""
        if backend.max_concurrent is None:
            return "no limit"
        taken: int = backend.taken_seats  # type: ignore[attr-defined]  # annotated above
        return f"{taken} of {backend.max_concurrent}"

    @admin.display(description="dialect and habits")
    def effective(self, backend: Backend) -> SafeString:
        return shown_backend(backend)

    @admin.display(description="models")
    def models(self, backend: Backend) -> SafeString:
        url = reverse("admin:routing_backendmodel_changelist")
        return format_html('<a href="{}?backend__id__exact={}">{}</a>', url, backend.pk, model_count(backend))

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.choose_models)
        return [path("<int:number>/models/", view, name="routing_backend_models"), *super().get_urls()]

    def choose_models(self, request: HttpRequest, number: int) -> HttpResponse:
        """Which models of the backend clients are offered; its list is read when the page is opened."""
        backend = get_object_or_404(self.get_queryset(request), pk=number)
        if not (self.has_view_permission(request, backend) and request.user.has_perm("routing.change_backendmodel")):
            raise PermissionDenied
        sent, search = request.method == "POST", request.GET.get("q", "").strip()
        error = backend.last_catalog_error if sent or search else read_list(backend)
        shown = models_like(backend, search)[:SHOWN]
        form = ChoiceForm(models_like(backend, search), request.POST if sent else None)
        if form.is_valid():
            count = offer(backend, shown, form.cleaned_data["chosen"], form.cleaned_data["others"])
            text = ngettext("%d model of %s is offered.", "%d models of %s are offered.", count) % (count, backend)
            self.message_user(request, text, messages.SUCCESS)
            return HttpResponseRedirect(request.get_full_path())
        own = {
            "title": f"Choose models of {backend}",
            "opts": self.opts,
            "original": backend,
            "has_view_permission": True,  # the breadcrumbs lead back to the list then
            "form": form,
            "choices": [Choice(model) for model in shown],
            "found": models_like(backend, search).count(),
            "search": search,
            "error": error,
        }
        context = {**self.admin_site.each_context(request), **own}
        return TemplateResponse(request, "admin/routing/backend/models.html", context)

    def save_model(self, request: HttpRequest, obj: Backend, form: Any, change: bool) -> None:
        obj.last_catalog_at = None  # its list is read again
        super().save_model(request, obj, form, change)

    @admin.action(description="Read the lists of models again", permissions=["change"])
    def read_models(self, request: HttpRequest, queryset: QuerySet[Backend]) -> None:
        count = queryset.filter(is_enabled=True).update(last_catalog_at=None)
        text = ngettext("%d list is read again", "%d lists are read again", count) % count
        self.message_user(request, f"{text} within half a minute.", messages.SUCCESS)


def taken_seats() -> QuerySet[SeatLease, Any]:
    """Those of a backend that requests of living processes sit on."""
    alive = SeatLease.objects.filter(backend=OuterRef("pk"), renewed_at__gte=Now() - timedelta(seconds=LEASE_SECONDS))
    return alive.order_by().values("backend").annotate(sum=Sum("taken")).values("sum")


def model_count(backend: Backend) -> str:
    count: int = backend.model_count  # type: ignore[attr-defined]  # annotated above
    return ngettext("%d model", "%d models", count) % count
