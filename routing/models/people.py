"""Who may ask: teams, their clients (a person, a machine, a pipeline) and the keys of these."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from routing.models.revised import Revised, RevisedQuerySet
from routing.validators import validate_capture_end, validate_moment

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

ALLOWED_MODELS_HELP = (
    "Names that may be asked for, one pattern a line, such as <code>*haiku*</code>. Empty: every name. "
    "Where both the team and the client have a list, a name must be in both."
)


JUDGE_HELP = (
    "In Claude Code's auto mode this model judges tool calls before they run: a name that may be asked for here, such "
    "as <code>claude-haiku-4-5</code>. It costs one more request for each reply that calls tools. "
)

CAPTURE_HELP = (
    "Until then the bodies of requests and replies are kept for the request inspector, for superusers to look at. "
    "Empty: nothing is. "
)


class TeamQuerySet(RevisedQuerySet["Team"]):
    def visible_to(self, user: User | AnonymousUser) -> TeamQuerySet:
        return self if user.is_superuser else self.filter(managers=user.pk)


class Team(Revised):
    name = models.CharField(max_length=100, unique=True, help_text="Reports call it so.")
    is_active = models.BooleanField("active", default=True, help_text="The keys of an inactive team are refused.")
    allowed_models = models.TextField(blank=True, help_text=ALLOWED_MODELS_HELP)
    managers = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        blank=True,
        related_name="managed_teams",
        help_text="Staff users of the group “Key managers” who look after the clients and keys of this team.",
    )
    self_service_keys = models.PositiveSmallIntegerField(
        "own keys of a member",
        default=0,
        validators=[MaxValueValidator(100)],
        help_text="Up to how many usable keys a member may issue, and revoke, on their own pages. "
        "0: only this admin issues and revokes keys.",
    )
    self_service_days = models.PositiveSmallIntegerField(
        "days of an own key",
        default=90,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text="How long a key that a member issues is valid.",
    )
    judge_model = models.CharField(
        "judge of auto mode",
        max_length=200,
        blank=True,
        help_text=JUDGE_HELP + "Empty: nobody judges, and auto mode runs only what needs no check.",
    )
    judge_policy = models.TextField(
        "policy for the judge",
        blank=True,
        help_text="What the judge is to mind besides its own rules, such as “Nothing may be pushed to main”.",
    )
    created_at = models.DateTimeField("created", auto_now_add=True)

    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class ClientQuerySet(RevisedQuerySet["Client"]):
    def active(self) -> ClientQuerySet:
        return self.filter(Q(team=None) | Q(team__is_active=True), is_active=True)

    def visible_to(self, user: User | AnonymousUser) -> ClientQuerySet:
        return self if user.is_superuser else self.filter(team__managers=user.pk)


class Client(Revised):
    name = models.CharField(
        max_length=100, unique=True, help_text="A person, a machine or a pipeline: whatever usage is counted for."
    )
    team = models.ForeignKey(
        Team,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="clients",
        help_text="Whose mappings, budgets and limits hold for it, and whose managers look after it. Empty: nobody's.",
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="clients",
        help_text="Who sees the usage of this client on their own pages.",
    )
    self_service_keys = models.PositiveSmallIntegerField(
        "own keys",
        null=True,
        blank=True,
        validators=[MaxValueValidator(100)],
        help_text="Up to how many usable keys its user may issue, and revoke, on their own pages. "
        "Empty: as the team says; 0: none.",
    )
    is_active = models.BooleanField("active", default=True, help_text="The keys of an inactive client are refused.")
    allowed_models = models.TextField(blank=True, help_text=ALLOWED_MODELS_HELP)
    judge_model = models.CharField(
        "judge of auto mode", max_length=200, blank=True, help_text=JUDGE_HELP + "Empty: as the team says."
    )
    capture_until = models.DateTimeField(
        "captured until",
        null=True,
        blank=True,
        validators=[validate_capture_end],
        help_text=CAPTURE_HELP + "Its user is told so on their own pages.",
    )
    notes = models.TextField(blank=True, help_text="For you: its user does not see them.")
    from_environment = models.BooleanField("from the environment", default=False, editable=False)
    created_at = models.DateTimeField("created", auto_now_add=True)

    objects = ClientQuerySet.as_manager()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        refuse_reserved_name(self.name, self.from_environment)


class ClientKeyQuerySet(RevisedQuerySet["ClientKey"]):
    def usable(self, now: datetime) -> ClientKeyQuerySet:
        """Keys that are accepted at that time."""
        return self.filter(
            Q(expires_at=None) | Q(expires_at__gt=now),
            Q(client__team=None) | Q(client__team__is_active=True),
            client__is_active=True,
            revoked_at=None,
        )

    def visible_to(self, user: User | AnonymousUser) -> ClientKeyQuerySet:
        return self if user.is_superuser else self.filter(client__team__managers=user.pk)


class ClientKey(Revised):
    """A key as it is stored; `routing/keys.py` issues, compares and revokes."""

    client = models.ForeignKey(Client, models.CASCADE, related_name="keys", help_text="Who asks with it.")
    label = models.CharField(max_length=100, blank=True, help_text="What it is used for, such as “laptop” or “CI”.")
    prefix = models.CharField("key", max_length=16, unique=True, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    pepper = models.CharField(max_length=8, editable=False)
    expires_at = models.DateTimeField(
        "expires", null=True, blank=True, validators=[validate_moment], help_text="Empty: it does not expire."
    )
    revoked_at = models.DateTimeField("revoked", null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField("last used", null=True, blank=True, editable=False)
    from_environment = models.BooleanField("from the environment", default=False, editable=False)
    created_at = models.DateTimeField("issued", auto_now_add=True)

    objects = ClientKeyQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        verbose_name = "client key"

    def __str__(self) -> str:
        return f"{self.prefix}…"

    @property
    def state(self) -> str:
        """`active`, `expired` or `revoked`: of the key itself, whatever its client and team are."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at is not None and self.expires_at <= timezone.now():
            return "expired"
        return "active"


def refuse_reserved_name(name: str, from_environment: bool) -> None:
    if name == "environment" and not from_environment:
        message: dict[str, Any] = {"name": "This name is kept for what the environment variables configure."}
        raise ValidationError(message)
