"""The pages of the inspector, for superusers: the list, one request on both sides, and its download."""

from __future__ import annotations

from typing import Any

import msgspec
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.safestring import SafeString

from accounting.models import UsageRecord
from proxysite.inspector import layout
from proxysite.inspector.comparison import compare
from proxysite.inspector.models import Capture
from proxysite.inspector.prompts import captured_prompt
from proxysite.inspector.recording import Recording, opened
from routing import credentials
from routing.admin.cells import shortened, two_lines
from routing.admin.compressions import prompt_sources
from routing.admin.rows import ModelAdmin
from routing.captures import captured_now
from routing.models import Compression

prompt_sources["capture"] = captured_prompt


@admin.register(Capture)
class CaptureAdmin(ModelAdmin[Capture]):
    list_display = ("started", "client_name", "models_used", "backend_name", "kind", "http_status")
    list_filter = ("kind", "http_status", "backend_name", "client_name")
    search_fields = ("client_name", "requested_model", "routed_model", "backend_name")
    ordering = ("-started_at",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def has_view_permission(self, request: HttpRequest, obj: Capture | None = None) -> bool:
        return request.user.is_superuser

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Capture | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Capture | None = None) -> bool:
        return request.user.is_superuser

    @admin.display(description="time", ordering="started_at")
    def started(self, capture: Capture) -> str:
        return timezone.localtime(capture.started_at).strftime("%Y-%m-%d %H:%M:%S")

    @admin.display(description="model")
    def models_used(self, capture: Capture) -> SafeString:
        return two_lines(shortened(capture.requested_model), capture.routed_model and f"→ {capture.routed_model}")

    def get_queryset(self, request: HttpRequest) -> Any:
        """Without what only a page about one of them needs."""
        return super().get_queryset(request).defer("sealed")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.download_view)
        return [path("<uuid:request_id>/download/", view, name="inspector_capture_download"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        own = {"title": "Captured requests", "captured": captured_now()}
        return super().changelist_view(request, {**own, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        capture = self._capture(request, object_id)
        try:
            recording = opened(capture.sealed)
        except credentials.Unreadable as error:
            return self._page(request, capture, "unreadable", reason=str(error))
        return self._page(request, capture, "detail", recording=recording, **self._told(capture, recording))

    def download_view(self, request: HttpRequest, request_id: object) -> HttpResponse:
        capture = self._capture(request, request_id)
        about = {"request_id": str(capture), "started_at": capture.started_at, "client": capture.client_name}
        recording = self._recording(capture)
        body = msgspec.json.format(msgspec.json.encode({**about, **msgspec.structs.asdict(recording)}))
        disposition = f'attachment; filename="{capture}.json"'
        return HttpResponse(body, content_type="application/json", headers={"content-disposition": disposition})

    def _told(self, capture: Capture, recording: Recording) -> dict[str, Any]:
        """What the page of one request shows beside its bodies."""
        changes = compare(recording.request.text, recording.calls[-1].request.text) if recording.calls else []
        record = UsageRecord.objects.filter(pk=capture.pk).first()
        return {
            "record": record,
            "notices": record.notices if record is not None else [],
            "lost": [change for change in changes if change.verdict in ("dropped", "changed", "added")],
            "carried": [change for change in changes if change.verdict in ("kept", "moved")],
            "bodies": layout.bodies(recording),
            "earlier": layout.earlier(recording),
            "times": layout.times(recording),
            "width": layout.WIDTH,
            "last": recording.calls[-1] if recording.calls else None,
            "compressions": Compression.objects.order_by("name"),
        }

    def _capture(self, request: HttpRequest, request_id: object) -> Capture:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if (capture := self.get_object(request, str(request_id))) is None:
            raise Http404
        return capture

    def _recording(self, capture: Capture) -> Recording:
        try:
            return opened(capture.sealed)
        except credentials.Unreadable as error:
            raise Http404(f"The capture cannot be opened: {error}") from error

    def _page(self, request: HttpRequest, capture: Capture, template: str, **own: Any) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"Captured request {capture}",
            "opts": self.opts,
            "original": capture,
            "capture": capture,
            "has_view_permission": True,  # the breadcrumbs lead back to the list then
            **own,
        }
        return TemplateResponse(request, f"admin/inspector/capture/{template}.html", context)
