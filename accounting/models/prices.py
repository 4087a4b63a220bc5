"""What models cost, as an administrator knows better than lists and catalogues."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from routing.models import Backend
from routing.models.revised import Revised, RevisedQuerySet
from routing.patterns import patterns
from routing.validators import validate_moment

NO_TIER = {
    "tier_above": None,
    "tier_input": None,
    "tier_output": None,
    "tier_cache_read": None,
    "tier_cache_write": None,
    "tier_cache_write_1h": None,
}
WHOLE_TIER = {"tier_above__isnull": False, "tier_input__isnull": False, "tier_output__isnull": False}
NOT_NEGATIVE = {"input__gte": 0, "output__gte": 0, "request__gte": 0, "web_search__gte": 0}


def usd(verbose_name: str, help_text: str = "", **options: Any) -> models.DecimalField[Any, Any]:
    """A column of money: per token it still fits the twelve decimals of a row's cost."""
    return models.DecimalField(
        verbose_name,
        max_digits=14,
        decimal_places=6,
        validators=[MinValueValidator(0)],
        help_text=help_text,
        **options,
    )


def optional_usd(verbose_name: str, help_text: str = "") -> models.DecimalField[Any, Any]:
    return usd(verbose_name, help_text, null=True, blank=True)


class PriceQuerySet(RevisedQuerySet["Price"]):
    def valid_at(self, at: datetime) -> PriceQuerySet:
        begun = Q(valid_from=None) | Q(valid_from__lte=at)
        return self.filter(begun, Q(valid_until=None) | Q(valid_until__gt=at))


class Price(Revised):
    """What tokens of some models cost for some time. `accounting/prices/table.py` says which price wins."""

    backend = models.ForeignKey(
        Backend,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text="Only what this backend charges; it goes before prices for every backend. Empty: every backend.",
    )
    model = models.CharField(
        max_length=300,
        help_text="As the backend calls it, or a pattern such as <code>gpt-5*</code>, or several separated by "
        "<code>|</code>. An exact name goes before patterns, the longest pattern before shorter ones.",
    )
    input = usd("input", "USD for a million tokens.")
    output = usd("output", "USD for a million tokens, reasoning included.")
    cache_read = optional_usd("cache read", "USD for a million tokens. Empty: as input.")
    cache_write = optional_usd("cache write", "USD for a million tokens. Empty: as input.")
    cache_write_1h = optional_usd("for an hour", "What is cached for an hour. Empty: as other cache writes.")
    request = usd("request", "USD for each request, beside its tokens.", default=0)
    web_search = usd("web search", "USD for each search: 10 for a thousand are 0.01.", default=0)
    tier_above = models.PositiveIntegerField(
        "above",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Requests with more input tokens than this, cached ones included, cost what follows, from their "
        "first token on. Empty: all requests cost the same.",
    )
    tier_input = optional_usd("input", "USD for a million tokens.")
    tier_output = optional_usd("output", "USD for a million tokens.")
    tier_cache_read = optional_usd("cache read", "Empty: as input.")
    tier_cache_write = optional_usd("cache write", "Empty: as input.")
    tier_cache_write_1h = optional_usd("for an hour", "Empty: as other cache writes.")
    valid_from = models.DateTimeField(
        "valid from",
        null=True,
        blank=True,
        validators=[validate_moment],
        help_text="From this moment on; where several prices hold, the one that began last wins. Empty: since ever.",
    )
    valid_until = models.DateTimeField(
        "valid until",
        null=True,
        blank=True,
        validators=[validate_moment],
        help_text="Up to this moment. Empty: until something newer wins.",
    )
    note = models.CharField(max_length=200, blank=True, help_text="Where this price is from.")

    objects = PriceQuerySet.as_manager()

    class Meta:
        ordering = ("model", "backend__name", F("valid_from").desc(nulls_last=True))
        constraints = (
            models.CheckConstraint(condition=~Q(model=""), name="price_has_model"),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
                name="price_ends_after_it_begins",
                violation_error_message="The price ends before it begins.",
            ),
            models.CheckConstraint(
                condition=Q(**NO_TIER) | Q(**WHOLE_TIER),
                name="price_tier_is_whole",
                violation_error_message="A price for long requests needs the length above which it holds, and what "
                "input and output cost there.",
            ),
            models.CheckConstraint(condition=Q(**NOT_NEGATIVE), name="price_not_negative"),
        )

    def __str__(self) -> str:
        return f"{self.model} at {self.backend or 'every backend'}"

    def clean(self) -> None:
        self.model = "|".join(dict.fromkeys(patterns(self.model)))
        if not self.model:
            raise ValidationError({"model": "Write the name of a model, or a pattern; * is every model."})
