"""What refusals of backends taught: shown with the reason, deleted where it holds no longer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.safestring import SafeString

from conversion.repairs import KINDS
from routing.admin.cells import moment, shortened, two_lines
from routing.admin.rows import RowAdmin
from routing.models import BackendModel, LearnedHabit

EXPLANATION = (
    "Learned from a refusal of the backend: the request was sent again in this way, and was taken. Every later "
    "request for this model begins so, whatever the profile of the backend says for all of its models. "
    "What the profile of the model itself says is final: no refusal changes it, and requests that need another habit "
    "fail with the backend's words. Delete what was learned when the backend has changed; it is learned again if need "
    "be."
)


@admin.register(LearnedHabit)
class LearnedHabitAdmin(RowAdmin[LearnedHabit]):
    list_display = ("of_model", "repair", "reason", "learned")
    list_filter = ("backend", "kind", ("model", admin.AllValuesFieldListFilter))
    list_select_related = ("backend",)
    search_fields = ("model", "kind", "subject", "said")
    fieldsets = (
        (None, {"fields": (("backend", "model"), "repair"), "description": EXPLANATION}),
        ("What this comes to", {"fields": ("overrides", "limits")}),
        ("Why", {"fields": ("said", ("first_seen_at", "last_seen_at"))}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[LearnedHabit]:
        rows = BackendModel.objects.filter(backend=OuterRef("backend"), name=OuterRef("model"))
        return super().get_queryset(request).annotate(model_profile=Subquery(rows.values("profile")))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="model", ordering="model")
    def of_model(self, habit: LearnedHabit) -> SafeString:
        return two_lines(shortened(habit.model), habit.backend)

    @admin.display(description="what is done differently", ordering="kind")
    def repair(self, habit: LearnedHabit) -> SafeString:
        said = KINDS.get(habit.kind, "not known to this version, and left out")
        return two_lines(habit, ". ".join(filter(None, (said, contradiction(habit)))))

    @admin.display(description="the backend's words", ordering="said")
    def reason(self, habit: LearnedHabit) -> SafeString:
        return shortened(habit.said, 80)

    @admin.display(description="learned", ordering="last_seen_at")
    def learned(self, habit: LearnedHabit) -> str:
        return moment(habit.last_seen_at)


def contradiction(habit: LearnedHabit) -> str:
    """Where a profile of the administrator's says otherwise, and who wins."""
    model_profile: dict[str, object] = habit.model_profile or {}  # type: ignore[attr-defined]  # annotated above
    if final := denied(habit, model_profile):
        return f"NOT DONE: the profile of the model says otherwise ({final})"
    if overruled := denied(habit, habit.backend.profile):
        return f"Instead of what the profile of the backend says ({overruled})"
    return ""


def denied(habit: LearnedHabit, profile: Mapping[str, object]) -> str:
    """The habits for which the profile has another value."""
    return ", ".join(name for name, value in habit.overrides.items() if name in profile and profile[name] != value)
