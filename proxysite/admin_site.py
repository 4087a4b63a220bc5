"""The admin site of this project: its name, its order, and what to do first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse

from accounting.models import UsageRecord
from routing.models import Backend, Client, ClientKey, ModelMapping

APPS = ("routing", "accounting", "inspector", "auth")
MODELS = (
    "Client",
    "ClientKey",
    "Team",
    "Backend",
    "BackendModel",
    "LearnedHabit",
    "ModelMapping",
    "Compression",
    "PromptSummary",
    "UsageRecord",
    "Budget",
    "Limit",
    "Notification",
    "Delivery",
    "Price",
)
STEPS: tuple[tuple[type[Model], str, str, str], ...] = (
    (Backend, "add", "Add a backend", "where requests go: an address and, for most, a credential."),
    (ModelMapping, "add", "Map the model names", "which name goes to which model of which backend."),
    (Client, "add", "Add a client", "a person, a machine or a pipeline: whatever usage is counted for."),
    (ClientKey, "add", "Issue its key", "shown once, with the lines that connect Claude Code."),
    (UsageRecord, "changelist", "See what it used", "one row for each request."),
)


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody new does; done once a row is there that they may see."""

    title: str
    explanation: str
    url: str
    done: bool


class ProxyAdminSite(admin.AdminSite):
    site_header = site_title = "Claude Code Proxy"
    index_title = "Administration"
    site_url = None  # the page above the admin is for programs

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Apps and models in the order in which people need them; those without a place in it come last."""
        apps: list[Any] = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(key=lambda model: place(model["object_name"], MODELS))
        return sorted(apps, key=lambda app: place(app["app_label"], APPS))

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        steps = list(self.first_steps(request))
        own = {"first_steps": steps, "all_done": all(step.done for step in steps)}
        return super().index(request, {**own, **(extra_context or {})})

    def first_steps(self, request: HttpRequest) -> Iterator[Step]:
        """Those that the user may take."""
        for model, page, title, explanation in STEPS:
            rows: admin.ModelAdmin[Any] = self.get_model_admin(model)
            may = rows.has_add_permission(request) if page == "add" else rows.has_view_permission(request)
            if may:
                url = reverse(f"{self.name}:{model._meta.app_label}_{model._meta.model_name}_{page}")
                yield Step(title, explanation, url, rows.get_queryset(request).exists())


def place(name: str, order: tuple[str, ...]) -> int:
    return order.index(name) if name in order else len(order)
