"""“Replay against another mapping”: for superusers, since a request that is really sent costs money."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from asgiref.sync import async_to_sync
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse

from proxysite.inspector import layout, replay
from proxysite.inspector.models import Capture
from proxysite.inspector.prompts import NotReadable, readable
from proxysite.inspector.recording import opened
from proxysite.inspector.replay_form import ReplayForm
from proxysite.pages.tries import only_superusers
from routing import credentials


def replay_capture(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """The form, and after it was sent what came of it."""
    only_superusers(request)
    capture = get_object_or_404(Capture, pk=request_id)
    try:
        recording = opened(capture.sealed)
        body = readable(recording.request)
    except (credentials.Unreadable, NotReadable) as error:
        raise Http404(f"It cannot be replayed: {error}") from error
    form = ReplayForm(request.POST if request.method == "POST" else None)
    _, sent, _, answered = layout.bodies(recording)
    own = {
        "title": f"Replay of {capture}",
        "opts": Capture._meta,
        "original": capture,
        "has_view_permission": True,  # the breadcrumbs lead back to the list then
        "form": form,
        "sent": sent,
        "answered": answered,
        **(results(form, body, f"admin {request.user}") if form.is_valid() else {}),
    }
    context = {**admin.site.each_context(request), **own}
    return TemplateResponse(request, "admin/inspector/capture/replay.html", context)


def results(form: ReplayForm, body: bytes, by: str) -> Mapping[str, Any]:  # Any: for the template
    trials, model = form.trials(), form.cleaned_data["asked_model"]
    converted = replay.convert(trials, body, model)
    if form.cleaned_data["how"] == "convert":
        return {"converted": converted}
    return {"converted": converted, "answers": async_to_sync(replay.send)(trials, body, model, by)}
