"""Whom to tell what, what was told, and a message to try it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from accounting.models import Delivery, Notification
from accounting.notifications.collecting import deliveries
from accounting.notifications.events import sample
from accounting.notifications.sending import attempt
from routing.admin.cells import moment, shortened, two_lines
from routing.admin.rows import RowAdmin, TeamRowAdmin
from routing.admin.secret_form import SecretForm

EVENTS = {"budget_warning": "nearly spent", "budget_stop": "spent", "backend_down": "backend fails"}


@admin.register(Notification)
class NotificationAdmin(TeamRowAdmin[Notification]):
    list_display = ("name", "about", "where", "last", "is_enabled")
    list_filter = ("is_enabled", ("team", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("team",)
    search_fields = ("name", "team__name")
    form = SecretForm
    readonly_fields = ("hint",)
    fieldsets = (
        (None, {"fields": (("name", "is_enabled"),)}),
        ("What about", {"fields": ("team", "budget_warning", "budget_stop", "backend_down")}),
        ("Where to", {"fields": ("url", "hint", "secret", "emails")}),
    )
    actions = ("send_test",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Notification]:
        """With what became of the newest message."""
        newest = Delivery.objects.filter(notification=OuterRef("pk"))
        columns = {
            f"last_{name}": Subquery(newest.values(name)[:1]) for name in ("created_at", "delivered_at", "error")
        }
        return super().get_queryset(request).annotate(**columns)

    @admin.display(description="about", ordering="team__name")
    def about(self, notification: Notification) -> SafeString:
        told = [words for name, words in EVENTS.items() if getattr(notification, name)]
        return two_lines(notification.team or "everyone", ", ".join(told) or "nothing")

    @admin.display(description="where to")
    def where(self, notification: Notification) -> SafeString:
        """Of a webhook its host: the rest often is a secret."""
        places = [notification.host] if notification.url else []
        return shortened(", ".join([*places, *notification.addresses]))

    @admin.display(description="last message", empty_value="none yet")
    def last(self, notification: Any) -> SafeString | None:
        if notification.last_created_at is None:
            return None
        arrived = notification.last_delivered_at is not None
        return two_lines(
            moment(notification.last_created_at), "" if arrived else notification.last_error or "on its way"
        )

    @admin.action(description="Send a message to try it", permissions=["change"])
    def send_test(self, request: HttpRequest, queryset: QuerySet[Notification]) -> None:
        for notification in queryset:
            for delivery in deliveries(notification, sample(timezone.now())):
                delivery.save()
                if attempt(delivery):
                    self.message_user(request, f"{notification}: the {delivery.get_channel_display()} took it.")
                else:
                    delivery.refresh_from_db()
                    text = f"{notification}: the {delivery.get_channel_display()} did not take it: {delivery.error}."
                    self.message_user(request, text, messages.ERROR)


@admin.register(Delivery)
class DeliveryAdmin(RowAdmin[Delivery]):
    list_display = ("created", "message", "to", "state")
    list_filter = ("type", "channel", ("notification", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("notification",)
    search_fields = ("text",)
    fields = ("notification", "channel", "type", "text", "data", "created_at", "attempts", "next_attempt_at", "state")
    readonly_fields = fields
    actions = ("send_again",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        visible = Notification.objects.visible_to(request.user)
        rows = super().get_queryset(request)
        return rows if request.user.is_superuser else rows.filter(notification__in=visible)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Its form changes nothing; the action does."""
        return obj is None and super().has_change_permission(request, obj)

    @admin.display(description="noted", ordering="created_at")
    def created(self, delivery: Delivery) -> str:
        return moment(delivery.created_at)

    @admin.display(description="message", ordering="text")
    def message(self, delivery: Delivery) -> SafeString:
        return two_lines(delivery.text, delivery.type)

    @admin.display(description="to", ordering="notification__name")
    def to(self, delivery: Delivery) -> SafeString:
        return two_lines(delivery.notification, delivery.get_channel_display())

    @admin.display(description="state")
    def state(self, delivery: Delivery) -> SafeString:
        if delivery.delivered_at is not None:
            return two_lines(f"arrived {moment(delivery.delivered_at)}", "")
        if delivery.next_attempt_at is None:
            return two_lines("given up", delivery.error)
        if not delivery.attempts:
            return two_lines("on its way", "")
        return two_lines(f"tried again {moment(delivery.next_attempt_at)}", delivery.error)

    @admin.action(description="Send again, now", permissions=["change"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        count = queryset.update(next_attempt_at=timezone.now(), attempts=0, delivered_at=None, error="")
        self.message_user(request, f"{count} on their way again, within some seconds.", messages.SUCCESS)
