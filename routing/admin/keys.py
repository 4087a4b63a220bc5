"""Client keys: issued and shown once, relabelled, revoked; never read or typed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from routing import keys
from routing.admin import single_use
from routing.admin.cells import day, two_lines
from routing.admin.rows import OriginFilter, TeamRowAdmin
from routing.claude_code.instructions import instructions, public_url
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


class IssueForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    once = single_use.field()


class KeyForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    revoke = forms.BooleanField(
        required=False, label="Revoke this key", help_text="It is refused from now on. This is final."
    )


@admin.register(ClientKey)
class ClientKeyAdmin(TeamRowAdmin[ClientKey]):
    list_display = ("prefix", "owner", "label", "validity", "last_used_at")
    list_filter = (StateFilter, "client__team", OriginFilter)
    list_select_related = ("client__team",)
    search_fields = ("prefix", "label", "client__name", "client__team__name")
    autocomplete_fields = ("client",)
    actions = ("revoke_selected",)

    def get_fields(self, request: HttpRequest, obj: ClientKey | None = None) -> Any:
        if obj is None:
            return ("client", "label", "expires_at", single_use.NAME)
        shown = ("client", ("prefix", "state"), "label", "expires_at", ("created_at", "last_used_at", "revoked_at"))
        return (*shown, "revoke") if self.has_change_permission(request, obj) else shown

    def get_readonly_fields(self, request: HttpRequest, obj: ClientKey | None = None) -> Any:
        return ("prefix", "client", "state", "revoked_at", "last_used_at", "created_at") if obj else ()

    def get_form(self, request: HttpRequest, obj: ClientKey | None = None, change: bool = False, **options: Any) -> Any:
        if obj is None or self.has_change_permission(request, obj):
            options["form"] = KeyForm if obj else IssueForm
        return super().get_form(request, obj, change, **options)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        expires_at = (timezone.localtime() + USUAL_LIFETIME).replace(second=0, microsecond=0)
        given = super().get_changeform_initial_data(request)
        return {"expires_at": expires_at, **given, single_use.NAME: single_use.new_value()}

    def has_change_permission(self, request: HttpRequest, obj: ClientKey | None = None) -> bool:
        ended = obj is not None and obj.revoked_at is not None
        return not ended and super().has_change_permission(request, obj)

    @admin.display(description="client", ordering="client__name")
    def owner(self, key: ClientKey) -> SafeString:
        return two_lines(key.client, key.client.team)

    @admin.display(description="state", ordering="expires_at")
    def validity(self, key: ClientKey) -> SafeString:
        if key.revoked_at:
            return two_lines(key.state, f"on {day(key.revoked_at)}")
        if key.expires_at is None:
            return two_lines(key.state, "")
        return two_lines(key.state, f"{'until' if key.state == 'active' else 'on'} {day(key.expires_at)}")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if issued := single_use.outcome(request):
            text = f"Key {issued} was issued already and is not shown again. If nobody has it, revoke it."
            self.message_user(request, text, messages.WARNING)
            return HttpResponseRedirect(reverse("admin:routing_clientkey_changelist"))
        own = {"title": "Issue a client key", "show_save_and_add_another": False, "show_save_and_continue": False}
        return super().add_view(request, form_url, {**own, **(extra_context or {})})

    def save_model(self, request: HttpRequest, obj: ClientKey, form: Any, change: bool) -> None:
        if not change:
            setattr(request, ISSUED, keys.fill(obj))
            single_use.spend(request, str(obj))
        obj.save()
        if form.cleaned_data.get("revoke"):
            keys.revoke(obj)
            self.message_user(request, f"Key {obj} was revoked.", messages.WARNING)

    def response_add(self, request: HttpRequest, obj: ClientKey, post_url_continue: str | None = None) -> HttpResponse:
        """The only page that ever shows the key: the response to the POST that made it."""
        text = getattr(request, ISSUED)
        told = instructions(obj.client, public_url(request), text)
        own = {"title": f"Key {obj} was issued", "original": "issued", "text": text}
        return self._connecting_page(request, "issued", obj, {**own, "instructions": told})

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.connect_view)
        return [path("<int:number>/connect/", view, name="routing_clientkey_connect"), *super().get_urls()]

    def connect_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """How to use a key whose text its owner has."""
        key = get_object_or_404(self.get_queryset(request).select_related("client__team"), pk=number)
        if not self.has_view_permission(request, key):
            raise PermissionDenied
        told = instructions(key.client, public_url(request))
        return self._connecting_page(request, "connect", key, {"title": f"Connect with {key}", "instructions": told})

    def _connecting_page(
        self, request: HttpRequest, name: str, key: ClientKey, own: dict[str, Any]
    ) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "has_view_permission": self.has_view_permission(request),
            "original": key,
            "media": forms.Media(),
            "key": key,
            **own,
        }
        return TemplateResponse(request, f"admin/routing/clientkey/{name}.html", context)

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
