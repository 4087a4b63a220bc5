"""How prompts are shortened, and a page that shows what that makes of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.safestring import SafeString

from conversion.errors import InvalidRequest
from routing.admin.cells import two_lines
from routing.admin.rows import OriginFilter, RowAdmin
from routing.admin.shortening_trial import Trial, trial
from routing.models import Compression

prompt_sources: dict[str, Callable[[HttpRequest, str], str]] = {}
"""Who finds a prompt that a link to the trial names, by the parameter of the link: `?capture=…`. Whoever has prompts
enters itself, and minds who asks; an empty text is no prompt.
"""


class TrialForm(forms.Form):
    prompt = forms.CharField(
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "cols": 100}),
        help_text="A system prompt, or the whole body of a Messages request as JSON. What you paste is not stored.",
    )
    max_system_tokens = forms.IntegerField(min_value=1, label="Tokens of the system prompt")


@admin.register(Compression)
class CompressionAdmin(RowAdmin[Compression]):
    list_display = ("name", "mode", "beside", "max_system_tokens", "summary_model", "origin")
    list_filter = ("mode", OriginFilter)
    search_fields = ("name",)
    fieldsets = (
        (
            "System prompt",
            {
                "description": "Mappings refer to this row by its name.",
                "fields": ("name", "mode", "max_system_tokens", "summary_model"),
            },
        ),
        (
            "Beside the system prompt",
            {"fields": ("shortens_system_messages", "shortens_tool_descriptions", "clears_tool_results")},
        ),
    )

    @admin.display(description="and beside it")
    def beside(self, compression: Compression) -> SafeString | str:
        told = {
            "system messages": compression.shortens_system_messages,
            "descriptions of tools": compression.shortens_tool_descriptions,
            "old results of tools": compression.clears_tool_results,
        }
        return two_lines(", ".join(name for name, wanted in told.items() if wanted) or "nothing", "")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.trial_view)
        return [path("<int:number>/trial/", view, name="routing_compression_trial"), *super().get_urls()]

    def trial_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """What becomes of a prompt that somebody pastes, or that a link names."""
        compression = get_object_or_404(self.get_queryset(request), pk=number)
        if not self.has_view_permission(request, compression):
            raise PermissionDenied
        usual = {"max_system_tokens": compression.max_system_tokens}
        linked = {**usual, "prompt": prompt} if (prompt := _linked_prompt(request)) else None
        form = TrialForm(request.POST if request.method == "POST" else linked, initial=usual)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Try {compression} with a prompt",
            "opts": self.opts,
            "original": compression,
            "has_view_permission": True,  # the breadcrumbs lead back to the list then
            "form": form,
            "trial": _tried(form, compression) if form.is_valid() else None,
        }
        return TemplateResponse(request, "admin/routing/compression/trial.html", context)


def _linked_prompt(request: HttpRequest) -> str:
    found = (find(request, request.GET[name]) for name, find in prompt_sources.items() if name in request.GET)
    return next(found, "")


def _tried(form: TrialForm, compression: Compression) -> Trial | None:
    try:
        return trial(form.cleaned_data["prompt"], compression, form.cleaned_data["max_system_tokens"])
    except InvalidRequest as error:
        form.add_error("prompt", error.message)
        return None
