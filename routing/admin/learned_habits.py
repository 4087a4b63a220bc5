"""What refusals of backends taught: shown with the reason, deleted where it holds no longer."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from conversion.repairs import KINDS
from routing.admin.cells import moment, shortened, two_lines
from routing.admin.rows import RowAdmin
from routing.models import LearnedHabit

EXPLANATION = (
    "Learned from a refusal of the backend: the request was sent again in this way, and was taken. Every later "
    "request for this model begins so, unless the profile of the backend or of the model says otherwise. "
    "Delete it when the backend has changed; it is learned again if need be."
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

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="model", ordering="model")
    def of_model(self, habit: LearnedHabit) -> SafeString:
        return two_lines(shortened(habit.model), habit.backend)

    @admin.display(description="what is done differently", ordering="kind")
    def repair(self, habit: LearnedHabit) -> SafeString:
        return two_lines(habit, KINDS.get(habit.kind, "not known to this version, and left out"))

    @admin.display(description="the backend's words", ordering="said")
    def reason(self, habit: LearnedHabit) -> SafeString:
        return shortened(habit.said, 80)

    @admin.display(description="learned", ordering="last_seen_at")
    def learned(self, habit: LearnedHabit) -> str:
        return moment(habit.last_seen_at)
