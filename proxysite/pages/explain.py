"""“Where would this go?”: a model name, a client and perhaps a pasted request; nobody is asked, nothing is stored."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from conversion.errors import InvalidRequest
from proxysite.explanation import Explanation, explain, key_of, read, sample
from routing import loading
from routing.models import Client, ModelMapping

TITLE = "Where would this go?"
NEEDED = ("routing.view_modelmapping", "routing.view_backend")
USUAL = "claude-sonnet-5-5"


class ExplainForm(forms.Form):
    """What would be asked, and by whom."""

    model = forms.CharField(
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"size": 50}),
        help_text="As the client asks for it. Empty: the one that the request names.",
    )
    client = forms.ModelChoiceField(
        Client.objects.none(),
        required=False,
        empty_label="nobody in particular",
        help_text="Whose mappings, and those of whose team, hold as well.",
    )
    request = forms.CharField(
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "cols": 100}),
        help_text="The body of a Messages request, as JSON. Empty: one word. It is not stored.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        text = cleaned.get("request", "").strip()
        model = cleaned.get("model") or ("" if text else USUAL)
        try:
            cleaned["message"] = read(text.encode(errors="replace") if text else sample(model), model)
        except InvalidRequest as error:
            self.add_error("request", error.message)
        return cleaned


def where_to(request: HttpRequest) -> HttpResponse:
    """The form, and the explanation once it was sent; an address may bring model and client with it."""
    if not request.user.has_perms(NEEDED):
        raise PermissionDenied
    given = request.POST or request.GET or None
    form = ExplainForm(given, initial={"model": USUAL})
    form.fields["client"].queryset = Client.objects.visible_to(request.user)  # type: ignore[attr-defined]
    own: dict[str, Any] = {
        "title": TITLE,
        "opts": ModelMapping._meta,
        "original": TITLE,
        "has_view_permission": True,  # the breadcrumbs lead back to the list then
        "form": form,
        "explanation": explanation_of(form) if form.is_valid() else None,
    }
    return TemplateResponse(request, "admin/explain.html", {**admin.site.each_context(request), **own})


def explanation_of(form: ExplainForm) -> Explanation:
    return explain(loading.load({}), key_of(form.cleaned_data["client"]), form.cleaned_data["message"])
