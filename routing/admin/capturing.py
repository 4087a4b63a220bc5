"""Switching the capture of requests on and off, also for rows that are otherwise read-only: superusers may."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from routing.admin.cells import moment
from routing.admin.rows import RowAdmin, RowT


class CapturingAdmin(RowAdmin[RowT]):
    """Rows with the field `capture_until`."""

    actions: Any = ("capture_for_an_hour", "stop_capturing")  # Any: the stubs allow no tuple of names to be extended

    def has_capture_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_superuser

    def get_readonly_fields(self, request: HttpRequest, obj: RowT | None = None) -> Any:
        """Others see that it is on."""
        fixed = super().get_readonly_fields(request, obj)
        return fixed if self.has_capture_permission(request) else (*fixed, "capture_until")

    @admin.action(description="Capture requests for one hour", permissions=["capture"])
    def capture_for_an_hour(self, request: HttpRequest, queryset: QuerySet[RowT]) -> None:
        until = timezone.now() + timedelta(hours=1)
        self._tell(request, self._rows(queryset).update(capture_until=until), f"captured until {moment(until)}")

    @admin.action(description="Stop capturing requests", permissions=["capture"])
    def stop_capturing(self, request: HttpRequest, queryset: QuerySet[RowT]) -> None:
        self._tell(request, self._rows(queryset).update(capture_until=None), "not captured")

    def _rows(self, queryset: QuerySet[RowT]) -> QuerySet[Any]:
        """The same rows without what the list counts beside them."""
        return self.model._default_manager.filter(pk__in=list(queryset.values_list("pk", flat=True)))

    def _tell(self, request: HttpRequest, count: int, state: str) -> None:
        names = self.opts.verbose_name if count == 1 else self.opts.verbose_name_plural
        self.message_user(request, f"Requests of {count} {names} are {state}.", messages.SUCCESS)
