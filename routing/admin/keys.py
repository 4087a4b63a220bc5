"""Client keys: issued and shown once, relabelled, revoked; never read or typed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import ngettext

from routing import keys
from routing.admin.rows import TeamRowAdmin
from routing.models import ClientKey

USUAL_LIFETIME = timedelta(days=90)
ISSUED = "_issued_client_key"
"""Where the text of a new key waits on the request for its response; it is kept nowhere else."""


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(state, state) for state in ("active", "expired", "revoked")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ClientKey]) -> QuerySet[ClientKey]:
        now = timezone.now()
        match self.value():
            case "active":
                return queryset.filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None)
            case "expired":
                return queryset.filter(revoked_at=None, expires_at__lte=now)
            case "revoked":
                return queryset.exclude(revoked_at=None)
            case _:
                return queryset


class KeyForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    revoke = forms.BooleanField(
        required=False, label="Revoke this key", help_text="It is refused from now on. This is final."
    )


@admin.register(ClientKey)
class ClientKeyAdmin(TeamRowAdmin[ClientKey]):
    list_display = ("prefix", "client", "team", "label", "state", "last_used_at", "expires_at")
    list_filter = (StateFilter, "client__team", "from_environment")
    list_select_related = ("client__team",)
    search_fields = ("prefix", "label", "client__name", "client__team__name")
    autocomplete_fields = ("client",)
    actions = ("revoke_selected",)

    def get_fields(self, request: HttpRequest, obj: ClientKey | None = None) -> Any:
        if obj is None:
            return ("client", "label", "expires_at")
        shown = ("prefix", "client", "label", "state", "expires_at", "revoked_at", "last_used_at", "created_at")
        return (*shown, "revoke") if self.has_change_permission(request, obj) else shown

    def get_readonly_fields(self, request: HttpRequest, obj: ClientKey | None = None) -> Any:
        return ("prefix", "client", "state", "revoked_at", "last_used_at", "created_at") if obj else ()

    def get_form(self, request: HttpRequest, obj: ClientKey | None = None, change: bool = False, **options: Any) -> Any:
        if obj is not None and self.has_change_permission(request, obj):
            options["form"] = KeyForm
        return super().get_form(request, obj, change, **options)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        expires_at = timezone.localtime() + USUAL_LIFETIME
        return {"expires_at": expires_at.replace(microsecond=0), **super().get_changeform_initial_data(request)}

    def has_change_permission(self, request: HttpRequest, obj: ClientKey | None = None) -> bool:
        ended = obj is not None and obj.revoked_at is not None
        return not ended and super().has_change_permission(request, obj)

    @admin.display(ordering="client__team__name")
    def team(self, key: ClientKey) -> str:
        return str(key.client.team or "")

    def save_model(self, request: HttpRequest, obj: ClientKey, form: Any, change: bool) -> None:
        if not change:
            setattr(request, ISSUED, keys.fill(obj))
        obj.save()
        if form.cleaned_data.get("revoke"):
            keys.revoke(obj)
            self.message_user(request, f"Key {obj} was revoked.", messages.WARNING)

    def response_add(self, request: HttpRequest, obj: ClientKey, post_url_continue: str | None = None) -> HttpResponse:
        """The only page that ever shows the key: the response to the POST that made it."""
        context = {
            **self.admin_site.each_context(request),
            "title": f"Key {obj} was issued",
            "key": obj,
            "text": getattr(request, ISSUED),
            "base_url": getattr(settings, "PUBLIC_URL", "") or request.build_absolute_uri("/").rstrip("/"),
        }
        return TemplateResponse(request, "admin/routing/clientkey/issued.html", context)

    @admin.action(description="Revoke selected keys (final)", permissions=["change"])
    def revoke_selected(self, request: HttpRequest, queryset: QuerySet[ClientKey]) -> None:
        given = queryset.filter(from_environment=True).count()
        revoked = [key for key in queryset.filter(from_environment=False) if keys.revoke(key)]
        for key in revoked:
            self.log_change(request, key, "Revoked.")
        text = ngettext("%d key was revoked.", "%d keys were revoked.", len(revoked)) % len(revoked)
        if ended := queryset.count() - len(revoked) - given:
            text += f" {ended} had been revoked before."
        if given:
            text += f" {given} from the environment: unset ANTHROPIC_API_KEY instead."
        self.message_user(request, text, messages.SUCCESS if revoked else messages.WARNING)
