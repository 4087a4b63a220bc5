"""Whom to tell what (notifications), and each message that was sent or is to be sent (deliveries)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.utils import timezone

from routing import credentials
from routing.models import Team
from routing.validators import validate_webhook

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


class NotificationQuerySet(models.QuerySet["Notification"]):
    def enabled(self) -> NotificationQuerySet:
        return self.filter(is_enabled=True)

    def visible_to(self, user: User | AnonymousUser) -> NotificationQuerySet:
        """All for a superuser, for others those of the teams that they manage."""
        return self if user.is_superuser else self.filter(team__in=Team.objects.visible_to(user))


class Notification(models.Model):
    """`sealed` is what `routing/credentials.py` makes of the secret that webhooks are signed with."""

    name = models.CharField(max_length=100, unique=True, help_text="For you: where it goes, such as “Slack, #llm”.")
    team = models.ForeignKey(
        Team,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text="Only budgets of this team, its clients and their keys. Empty: all budgets.",
    )
    budget_warning = models.BooleanField(
        "budget nearly spent", default=True, help_text="The share of a budget at which it warns is spent."
    )
    budget_stop = models.BooleanField(
        "budget spent", default=True, help_text="It is spent, and requests are refused from now on."
    )
    backend_down = models.BooleanField(
        "backend fails",
        default=True,
        help_text="A model of a backend is left alone because requests failed there, and when it answers again. For a "
        "team as well: backends are everyone's.",
    )
    url = models.CharField(
        "webhook",
        max_length=500,
        blank=True,
        validators=[validate_webhook],
        help_text="Where JSON is posted to: of Slack, Mattermost, Discord, or a service of yours.",
    )
    emails = models.TextField("e-mail to", blank=True, help_text="One address in each line.")
    sealed = models.TextField(blank=True, editable=False)
    hint = models.CharField("signed with", max_length=120, blank=True, editable=False)
    is_enabled = models.BooleanField("enabled", default=True, help_text="Off: nothing is sent.")
    created_at = models.DateTimeField("created", default=timezone.now, editable=False)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if not self.url and not self.addresses:
            raise ValidationError("Give a webhook, e-mail addresses, or both.")
        if self.addresses and not settings.MAIL_SERVER:
            raise ValidationError({"emails": "E-mail is off: EMAIL_HOST is not set."})
        for address in self.addresses:
            try:
                validate_email(address)
            except ValidationError:
                raise ValidationError({"emails": f"{address} is no e-mail address."}) from None

    @property
    def host(self) -> str:
        """Of the webhook: what may be shown of its address, which often holds a secret."""
        return urlsplit(self.url).hostname or ""

    @property
    def addresses(self) -> list[str]:
        return self.emails.replace(",", "\n").split()

    def put(self, secret: str) -> None:
        """Take this secret, or this `env:NAME`, from now on."""
        self.sealed = credentials.seal(secret)
        self.hint = credentials.hint(secret)


class Delivery(models.Model):
    """One message to one address: each event once for each of them, whichever process sees it first.

    `next_attempt_at` is None once there is nothing more to do: it arrived, or was given up.
    """

    class Channel(models.TextChoices):
        WEBHOOK = "webhook", "webhook"
        EMAIL = "email", "e-mail"

    notification = models.ForeignKey(Notification, models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=8, choices=Channel)
    event = models.CharField(max_length=100)
    type = models.CharField(max_length=32)
    subject = models.CharField(max_length=60)
    text = models.TextField("message")
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField("noted", default=timezone.now)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField("next attempt", default=timezone.now, null=True)
    delivered_at = models.DateTimeField("delivered", null=True)
    error = models.CharField("last failure", max_length=300, blank=True)

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name_plural = "deliveries"
        constraints = (
            models.UniqueConstraint(fields=["notification", "channel", "event"], name="each_event_is_told_once"),
        )
        indexes = (models.Index(fields=["next_attempt_at"], name="deliveries_to_make"),)

    def __str__(self) -> str:
        return f"{self.type} to {self.notification}"
