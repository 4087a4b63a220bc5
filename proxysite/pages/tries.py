"""“Test this backend” and “test this mapping”: for superusers, since each is a real request and costs money."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from asgiref.sync import async_to_sync
from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse

from proxysite.probe import MOST_TOKENS, QUESTION
from proxysite.tries import Outcome, Trial, trial, try_all
from routing.models import Backend, MappingTarget, ModelMapping
from routing.scopes import compression_entry

SUGGESTIONS = 500
"""How many models of a backend are offered to choose from."""
PLACEHOLDER = "claude-sonnet-5-5"


class TryForm(forms.Form):
    """Which model is asked. The field refers to a list of suggestions beside it."""

    model = forms.CharField(max_length=200, strip=True, widget=forms.TextInput(attrs={"list": "models", "size": 50}))


Trials = Callable[[str], Sequence[Trial]]
"""What is tried, for the name in the form."""


def try_backend(request: HttpRequest, number: int) -> HttpResponse:
    """One model of one backend, which need not be enabled."""
    only_superusers(request)
    backend = get_object_or_404(Backend, pk=number)
    models = list(backend.models.order_by("-is_offered", "name").values_list("name", flat=True)[:SUGGESTIONS])
    form = TryForm(
        request.POST if request.method == "POST" else None,
        initial={"model": request.GET.get("model") or first_model(backend, models)},
    )
    form.fields["model"].help_text = "As the backend calls it."
    return page(request, backend, form, lambda model: [trial(backend, model, model)], models)


def try_mapping(request: HttpRequest, number: int) -> HttpResponse:
    """Every target of a mapping, those that are switched off as well."""
    only_superusers(request)
    mapping = get_object_or_404(ModelMapping.objects.select_related("compression"), pk=number)
    targets = list(mapping.targets.select_related("backend"))
    form = TryForm(request.POST if request.method == "POST" else None, initial={"model": example(mapping)})
    form.fields["model"].help_text = "The name that a client asks for. Targets without a model of their own pass it on."

    def trials(name: str) -> list[Trial]:
        compression = compression_entry(mapping.compression)
        return [trial(target.backend, target.model, label(target), compression) for target in targets]

    return page(request, mapping, form, trials, [])


def page(
    request: HttpRequest, subject: Model, form: TryForm, trials: Trials, suggestions: Sequence[str]
) -> TemplateResponse:
    """The form, and after it was sent what came of it."""
    outcomes: Sequence[Outcome] | None = None
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["model"]
        outcomes = async_to_sync(try_all)(trials(name), name, f"admin {request.user}")
    own: dict[str, Any] = {
        "title": f"Test {subject._meta.verbose_name} {subject}",
        "opts": subject._meta,
        "original": subject,
        "has_view_permission": True,  # the breadcrumbs lead back to the list then
        "form": form,
        "suggestions": suggestions,
        "question": QUESTION,
        "most_tokens": MOST_TOKENS,
        "outcomes": outcomes,
        "back": reverse(f"admin:routing_{subject._meta.model_name}_change", args=[subject.pk]),
    }
    return TemplateResponse(request, "admin/try.html", {**admin.site.each_context(request), **own})


def only_superusers(request: HttpRequest) -> None:
    if not request.user.is_superuser:
        raise PermissionDenied


def first_model(backend: Backend, models: Sequence[str]) -> str:
    """One that requests go to, else one that the backend has."""
    target = MappingTarget.objects.filter(backend=backend).exclude(model="").first()
    return target.model if target is not None else next(iter(models), "")


def example(mapping: ModelMapping) -> str:
    """A name for which the mapping is there."""
    match mapping.kind:
        case ModelMapping.Kind.EXACT:
            return mapping.pattern
        case ModelMapping.Kind.FAMILY:
            return f"claude-{mapping.pattern}-5-5"
        case _:
            return PLACEHOLDER


def label(target: MappingTarget) -> str:
    return f"{target}" if target.is_enabled and target.backend.is_enabled else f"{target} (switched off)"
