from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from routing.admin.cells import two_lines
from routing.admin.effective import shown_destination
from routing.admin.rows import RowAdmin
from routing.calibration import MINIMUM_SAMPLES, WINDOW, Calibration, calibration_of
from routing.model_lists import SINGLE_PRICES
from routing.models import BackendModel

FIELDSETS = (
    (None, {"fields": ("backend", "name", "is_offered")}),
    ("Known better", {"fields": (("context_window", "max_output_tokens", "dialect"), "profile")}),
    (
        "As the backend's list says",
        {
            "fields": (
                ("discovered_context_window", "discovered_max_output_tokens", "discovered_at"),
                "known_context_window",
                "listed_prices",
                "capabilities",
            )
        },
    ),
    ("What this comes to", {"fields": ("effective",)}),
    (
        "How well tokens are estimated",
        {
            "fields": ("estimate", "count"),
            "description": "Learned from the tokens that the backend reports, over about the last "
            f"{WINDOW} requests: estimates are multiplied by the factor from the {MINIMUM_SAMPLES}th on. The error is "
            "that of what clients were told.",
        },
    ),
)


BY_HAND = "by hand"


@admin.register(BackendModel)
class BackendModelAdmin(RowAdmin[BackendModel]):
    list_display = ("name", "backend", "window", "output", "dialect", "is_offered")
    list_editable = ("is_offered",)
    list_filter = ("backend", "is_offered")
    list_select_related = ("backend",)
    search_fields = ("name", "backend__name")
    autocomplete_fields = ("backend",)
    readonly_fields = (
        "discovered_context_window",
        "known_context_window",
        "discovered_max_output_tokens",
        "listed_prices",
        "capabilities",
        "discovered_at",
        "effective",
        "estimate",
        "count",
    )

    def get_fieldsets(self, request: HttpRequest, obj: BackendModel | None = None) -> Any:
        return FIELDSETS if obj else FIELDSETS[:2]

    @admin.display(description="context window")
    def window(self, model: BackendModel) -> SafeString | None:
        return two_lines(f"{model.window:,}", window_origin(model)) if model.window else None

    @admin.display(description="output tokens")
    def output(self, model: BackendModel) -> SafeString | None:
        if not model.output_limit:
            return None
        return two_lines(f"{model.output_limit:,}", BY_HAND if model.max_output_tokens else "")

    @admin.display(description="prices in USD")
    def listed_prices(self, model: BackendModel) -> str:
        return ", ".join(shown_price(name, text) for name, text in model.discovered_prices.items()) or "none"

    @admin.display(description="dialect, limits and habits")
    def effective(self, model: BackendModel) -> SafeString:
        return shown_destination(model.backend, model.name)

    @admin.display(description="at the start of a reply")
    def estimate(self, model: BackendModel) -> str:
        return shown_calibration(calibration_of(model, "estimate"))

    @admin.display(description="count_tokens")
    def count(self, model: BackendModel) -> str:
        return shown_calibration(calibration_of(model, "count"))


def window_origin(model: BackendModel) -> str:
    """Who says it, where it is not the backend's list."""
    if model.context_window:
        return BY_HAND
    return "" if model.discovered_context_window else "generally known"


def shown_price(name: str, text: str) -> str:
    """Of tokens by the million, as vendors write it."""
    if name in SINGLE_PRICES.values():
        return f"{name.replace('_', ' ')} {text}"
    return f"{name.replace('_', ' ')} {(Decimal(text) * 1_000_000).normalize():f} for a million tokens"


def shown_calibration(calibration: Calibration) -> str:
    if not calibration.samples:
        return "nothing learned yet"
    samples = ngettext("%d request", "%d requests", calibration.samples) % calibration.samples
    return f"factor {calibration.factor:.2f}, error {calibration.error:.1f} %, learned from {samples}"
