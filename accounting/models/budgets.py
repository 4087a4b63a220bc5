"""What may be spent (budgets) and how fast (limits), and how much of it is spent or lent to running processes.

Amounts that are counted are whole numbers: billionths of a dollar, or tokens. `accounting/budgets/` says who changes
which of these rows.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Self, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from routing.models import Client, ClientKey, Team
from routing.models.revised import Revised, RevisedQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

NANO = 10**9
MOST_USD = Decimal(10) ** 9
ONE_SCOPE = Q(team=None, client=None) | Q(team=None, key=None) | Q(client=None, key=None)
SMALLEST = Decimal("0.01")


ScopedT = TypeVar("ScopedT", bound="Scoped", covariant=True)


class ScopedQuerySet(RevisedQuerySet[ScopedT]):
    def enabled(self) -> Self:
        return self.filter(is_enabled=True)

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """All for a superuser, for others what is set for the teams that they manage, their clients and keys."""
        if user.is_superuser:
            return self
        teams = Team.objects.visible_to(user)
        return self.filter(Q(team__in=teams) | Q(client__team__in=teams) | Q(key__client__team__in=teams))


class Scoped(Revised):
    """Something that holds for one team, one client or one key, or else for everyone together."""

    name = models.CharField(max_length=100, unique=True, help_text="Clients are told it when they reach the limit.")
    team = models.ForeignKey(
        Team, models.CASCADE, null=True, blank=True, related_name="+", help_text="All clients of the team together."
    )
    client = models.ForeignKey(
        Client, models.CASCADE, null=True, blank=True, related_name="+", help_text="All keys of the client together."
    )
    key = models.ForeignKey(
        ClientKey, models.CASCADE, null=True, blank=True, related_name="+", help_text="This key alone."
    )
    is_enabled = models.BooleanField("enabled", default=True, help_text="Off: it holds nobody up, and counts nothing.")
    created_at = models.DateTimeField("created", auto_now_add=True)

    class Meta:
        abstract = True
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                condition=ONE_SCOPE,
                name="%(class)s_has_one_scope",
                violation_error_message="Choose a team, a client or a key, or none of them for everyone together.",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> tuple[str, int]:
        """Whom it holds for, as `accounting/budgets/rules.py` looks it up."""
        for kind, number in (("key", self.key_id), ("client", self.client_id), ("team", self.team_id)):
            if number is not None:
                return kind, number
        return "everyone", 0


class BudgetQuerySet(ScopedQuerySet["Budget"]):
    pass


class Budget(Scoped):
    class Unit(models.TextChoices):
        MONEY = "usd", "US dollars"
        TOKENS = "tokens", "tokens"

    class Period(models.TextChoices):
        DAY = "day", "day"
        WEEK = "week", "week"
        MONTH = "month", "month"
        LIFETIME = "lifetime", "lifetime"

    unit = models.CharField(
        "counted in",
        max_length=6,
        choices=Unit,
        default=Unit.MONEY,
        help_text="Tokens are those read, cached or not, and those written.",
    )
    amount = models.DecimalField(
        max_digits=17, decimal_places=2, validators=[MinValueValidator(SMALLEST)], help_text="For each period."
    )
    period = models.CharField(
        max_length=8,
        choices=Period,
        default=Period.MONTH,
        help_text="When counting begins anew; a week begins on Monday. What was used before the budget was made, or "
        "before its period was changed, is not counted.",
    )
    time_zone = models.CharField(
        max_length=60, blank=True, help_text="Where days begin, such as <code>Europe/Berlin</code>. Empty: TIME_ZONE."
    )
    warning_percent = models.PositiveSmallIntegerField(
        "warn at (%)",
        default=80,
        validators=[MaxValueValidator(100)],
        help_text="When so much is spent, notifications tell it. 0: never.",
    )
    stops = models.BooleanField(
        "stop when it is spent",
        default=True,
        help_text="Requests are refused once it is spent. Otherwise it is only counted.",
    )
    refuses_unpriced = models.BooleanField(
        "refuse models without a price",
        default=True,
        help_text="Of a budget in dollars that stops: otherwise requests for such models pass and count as nothing.",
    )

    objects = BudgetQuerySet.as_manager()

    class Meta(Scoped.Meta):
        pass

    def clean(self) -> None:
        if self.time_zone and self.time_zone not in available_timezones():
            raise ValidationError({"time_zone": "No such time zone is known; one is called Europe/Berlin."})
        amount = self.amount or Decimal(0)  # what is missing the field itself says
        if not self.is_money and amount != int(amount):
            raise ValidationError({"amount": "There are whole tokens only."})
        if self.is_money and amount > MOST_USD:
            raise ValidationError({"amount": "A billion dollars is the most that can be counted."})

    @property
    def is_money(self) -> bool:
        return self.unit == self.Unit.MONEY

    @property
    def whole_amount(self) -> int:
        """The amount as it is counted."""
        return int(self.amount * NANO) if self.is_money else int(self.amount)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone or settings.TIME_ZONE)


class BudgetWindow(models.Model):
    """One day, week or month of a budget, or all of its life. Whoever changes what belongs to it locks it first.

    `wanted` grows when a process wants what others hold. `warned_at` and `stopped_at` are when a threshold was crossed
    first, once for all processes and each amount; notifications follow them.
    """

    budget = models.ForeignKey(Budget, models.CASCADE, related_name="windows")
    starts_at = models.DateTimeField("begins")
    ends_at = models.DateTimeField("ends", null=True)
    amount = models.BigIntegerField(default=0)
    spent = models.BigIntegerField(default=0)
    wanted = models.BigIntegerField(default=0)
    warned_at = models.DateTimeField("warned", null=True)
    stopped_at = models.DateTimeField("stopped", null=True)

    class Meta:
        ordering = ("-starts_at",)
        constraints = (models.UniqueConstraint(fields=["budget", "starts_at"], name="one_window_at_a_time"),)

    def __str__(self) -> str:
        return f"{self.budget_id} from {self.starts_at:%Y-%m-%d}"

    def hold(self, amount: int) -> None:
        """Take the budget's amount as it is now; where it grew, thresholds are crossed anew."""
        if amount > self.amount:
            self.warned_at = self.stopped_at = None
        self.amount = amount


class BudgetLease(models.Model):
    """What the process of a journal was lent in all, and what of that its settled requests have spent.

    The process writes `granted`, whoever copies its journal adds to `settled`: both may repeat what they did after a
    commit in doubt. What is between the two is spent by nobody else.
    """

    window = models.ForeignKey(BudgetWindow, models.CASCADE, related_name="leases")
    journal = models.CharField(max_length=80, db_index=True)
    granted = models.BigIntegerField(default=0)
    settled = models.BigIntegerField(default=0)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["window", "journal"], name="one_lease_of_a_journal"),)

    def __str__(self) -> str:
        return f"{self.journal}: {self.granted - self.settled}"


class LimitQuerySet(ScopedQuerySet["Limit"]):
    pass


class Limit(Scoped):
    requests_per_minute = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)], help_text="Empty: any."
    )
    tokens_per_minute = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Read and written. What is read is estimated before, what is written is counted after: the requests "
        "that run may go beyond it, and the next ones wait for that.",
    )
    concurrent_requests = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="As many may run at once. Empty: any number.",
    )
    wanted = models.BigIntegerField(default=0, editable=False)  # grows when a process wants slots that others hold

    objects = LimitQuerySet.as_manager()

    class Meta(Scoped.Meta):
        pass

    def clean(self) -> None:
        if not (self.requests_per_minute or self.tokens_per_minute or self.concurrent_requests):
            raise ValidationError("Give at least one of the three numbers.")


class LimitBucket(models.Model):
    """How full a limit is that counts by the minute: what was used flows off evenly."""

    limit = models.ForeignKey(Limit, models.CASCADE, related_name="+")
    counts = models.CharField(max_length=8)
    used = models.BigIntegerField(default=0)
    at = models.FloatField(default=0.0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["limit", "counts"], name="one_bucket_of_a_limit"),)

    def __str__(self) -> str:
        return f"{self.used} {self.counts}"


class LimitHold(models.Model):
    """How many requests at once the process of a journal may run."""

    limit = models.ForeignKey(Limit, models.CASCADE, related_name="+")
    journal = models.CharField(max_length=80, db_index=True)
    slots = models.BigIntegerField(default=0)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["limit", "journal"], name="one_hold_of_a_journal"),)

    def __str__(self) -> str:
        return f"{self.journal}: {self.slots}"
