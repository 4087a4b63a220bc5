"""Who searches the web for models that cannot."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from routing import credentials
from routing.models.people import Team
from routing.models.revised import Revised, RevisedQuerySet
from routing.validators import validate_base_url


class SearchEngineQuerySet(RevisedQuerySet["SearchEngine"]):
    def enabled(self) -> SearchEngineQuerySet:
        return self.filter(is_enabled=True)


class SearchEngine(Revised):
    """An engine for one team, or for everybody; `sealed` is what `routing/credentials.py` makes of its key."""

    class Kind(models.TextChoices):
        SEARXNG = "searxng", "SearXNG"
        BRAVE = "brave", "Brave Search"
        TAVILY = "tavily", "Tavily"

    kind = models.CharField(
        max_length=20, choices=Kind.choices, default=Kind.SEARXNG, help_text="The others are sold, and want a key."
    )
    base_url = models.CharField(
        "base URL",
        max_length=300,
        blank=True,
        validators=[validate_base_url],
        help_text="Of a SearXNG of yours, such as <code>http://127.0.0.1:8888</code>; its settings must allow the "
        "format <code>json</code>. Empty for the others, unless something stands in between.",
    )
    team = models.OneToOneField(
        Team,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="search_engine",
        help_text="For this team instead of the engine for everybody. Empty: for everybody else.",
    )
    sealed = models.TextField(blank=True, editable=False)
    hint = models.CharField("key", max_length=120, blank=True, editable=False)
    is_enabled = models.BooleanField("enabled", default=True, help_text="Off: nobody searches with it.")

    objects = SearchEngineQuerySet.as_manager()

    class Meta:
        ordering = ("team__name", "kind")
        verbose_name = "search engine"
        constraints = (
            models.UniqueConstraint(
                "is_enabled",
                condition=Q(team=None, is_enabled=True),
                name="search_engine_for_everybody",
                violation_error_message="There is an enabled engine for everybody already.",
            ),
            models.CheckConstraint(condition=Q(kind__in=("searxng", "brave", "tavily")), name="search_engine_kind"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} for {self.team or 'everybody'}"

    def clean(self) -> None:
        if self.kind == self.Kind.SEARXNG and not self.base_url:
            raise ValidationError({"base_url": "A SearXNG has an address."})

    def put(self, secret: str) -> None:
        """Take this key, or this `env:NAME`, from now on."""
        self.sealed = credentials.seal(secret)
        self.hint = credentials.hint(secret)
