"""The addresses of these pages, below the admin's."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import admin
from django.http import HttpResponse
from django.urls import URLPattern, path

from proxysite.inspector.replay_page import replay_capture
from proxysite.pages.explain import where_to
from proxysite.pages.tries import try_backend, try_mapping


def admin_page(address: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
    """Only for those who may see the admin; others are asked to log in."""
    return path(address, admin.site.admin_view(view), name=name)


urlpatterns = [
    admin_page("explain/", where_to, "explain_route"),
    admin_page("backends/<int:number>/test/", try_backend, "try_backend"),
    admin_page("mappings/<int:number>/test/", try_mapping, "try_mapping"),
    admin_page("captures/<uuid:request_id>/replay/", replay_capture, "replay_capture"),
]
