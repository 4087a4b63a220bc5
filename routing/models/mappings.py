"""Which model goes where: mappings with their targets, and how prompts are shortened on the way."""

from __future__ import annotations

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from routing.models.backends import Backend
from routing.models.people import Client, Team, refuse_reserved_name
from routing.models.revised import Revised, RevisedQuerySet
from routing.patterns import patterns

NAME_LIMIT = 60
"""How long the name of a mapping grows, in lists and with usage; its pattern may be longer."""


TARGET_ORDER_HELP = "The lowest number goes first; higher ones stand in while those before them fail."
TARGET_WEIGHT_HELP = (
    "Targets of the same order share the conversations in this proportion; a conversation stays with its target. "
    "0: only when the others fail."
)

CONDITIONS = ("when_thinking", "when_images", "when_web_search", "when_background", "when_input_above")
"""Fields of what a request must be like; two mappings for the same names differ in one of them."""


class Compression(Revised):
    """How prompts are shortened; mappings refer to it."""

    class Mode(models.TextChoices):
        NONE = "none", "leave them as they are"
        COMPACT = "compact", "leave out guidance, by rule"
        SUMMARIZE = "summarize", "let a model summarise the guidance"

    name = models.CharField(max_length=100, unique=True, help_text="For you: mappings are given it by its name.")
    mode = models.CharField(
        "system prompt",
        max_length=10,
        choices=Mode.choices,
        default=Mode.NONE,
        help_text="Only Claude Code's own guidance goes. Environment, project instructions, memories, names of tools, "
        "what the user says and any prompt that is not Claude Code's stay byte for byte.",
    )
    max_system_tokens = models.PositiveIntegerField(
        default=4096,
        validators=[MinValueValidator(256)],
        help_text="Longer system prompts are shortened to this many tokens, as far as what has to stay allows.",
    )
    summary_model = models.CharField(
        max_length=200,
        blank=True,
        help_text="Who summarises, by a name that the clients may ask for. Empty: the model that the request goes to.",
    )
    shortens_system_messages = models.BooleanField(
        "shorten system messages",
        default=False,
        help_text="In the listing of skills, only the first sentence about Claude Code's own ones.",
    )
    shortens_tool_descriptions = models.BooleanField(
        "shorten descriptions of tools",
        default=False,
        help_text="Of Claude Code's own tools, only the first paragraphs. Names and schemas stay, and so do the tools "
        "of MCP servers. Most of what Claude Code sends are these descriptions.",
    )
    clears_tool_results = models.BooleanField(
        "clear old results of tools",
        default=False,
        help_text="Where the client asks for it. Long conversations fit then, and the backend's prompt cache is lost.",
    )
    from_environment = models.BooleanField("from the environment", default=False, editable=False)

    objects = RevisedQuerySet["Compression"].as_manager()

    class Meta:
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(condition=Q(mode__in=("none", "compact", "summarize")), name="compression_mode"),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        refuse_reserved_name(self.name, self.from_environment)


class ModelMappingQuerySet(RevisedQuerySet["ModelMapping"]):
    def enabled(self) -> ModelMappingQuerySet:
        return self.filter(is_enabled=True)


class ModelMapping(Revised):
    """A name, or a kind of names, and where requests for it go. `routing/resolve.py` says which mapping wins.

    The `when_…` are conditions: all of them must hold.
    """

    class Kind(models.TextChoices):
        EXACT = "exact", "exactly this name"
        GLOB = "glob", "names of this pattern"
        FAMILY = "family", "Claude names of this family"
        DEFAULT = "default", "names that nothing else knows"

    kind = models.CharField(
        max_length=10,
        choices=Kind.choices,
        default=Kind.EXACT,
        help_text="Exact names go before patterns (the longest one first), these before families, these before names "
        "that a backend lists, these before defaults.",
    )
    pattern = models.CharField(
        max_length=300,
        blank=True,
        help_text="A name; a pattern such as <code>claude-*-4-5*</code>, or several separated by <code>|</code>; a "
        "family: opus, sonnet, haiku, fable, mythos. A default may have a pattern, or be empty for all names.",
    )
    team = models.ForeignKey(
        Team, models.CASCADE, null=True, blank=True, related_name="mappings", help_text="Only for this team."
    )
    client = models.ForeignKey(
        Client,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="mappings",
        help_text="Only for this client. Mappings of a client are asked before those of its team, these before the "
        "ones for everybody: a default of a team goes before exact names for everybody.",
    )
    compression = models.ForeignKey(
        Compression, models.SET_NULL, null=True, blank=True, related_name="mappings", help_text="Empty: none."
    )
    prefers_least_busy = models.BooleanField(
        "prefer the least busy target",
        default=False,
        help_text="Among targets of the same order, that with the fewest requests for its weight. A conversation then "
        "moves between targets, and their prompt caches help less. Each process counts its own requests.",
    )
    when_thinking = models.BooleanField(
        "thinking is on", default=False, help_text="Only requests that let the model think."
    )
    when_images = models.BooleanField(
        "images are in it", default=False, help_text="Only requests with an image anywhere in the conversation."
    )
    when_web_search = models.BooleanField(
        "the web may be searched", default=False, help_text="Only requests that offer the web search of the API."
    )
    when_background = models.BooleanField(
        "it is a background request",
        default=False,
        help_text="Only what Claude Code asks beside the conversation (titles, checks of actions, the summary of the "
        "conversation), and whatever offers no tools.",
    )
    when_input_above = models.PositiveIntegerField(
        "input tokens above",
        default=0,
        blank=True,
        help_text="Only requests whose input is estimated at more tokens than this. 0: of any length.",
    )
    is_enabled = models.BooleanField("enabled", default=True, help_text="Off: as if it were not there.")
    from_environment = models.BooleanField("from the environment", default=False, editable=False)

    objects = ModelMappingQuerySet.as_manager()

    class Meta:
        ordering = ("client__name", "team__name", "kind", "pattern")
        verbose_name = "model mapping"
        constraints = (
            models.CheckConstraint(
                condition=Q(team=None) | Q(client=None),
                name="mapping_one_scope",
                violation_error_message="A mapping is for a team or for a client, not for both.",
            ),
            models.CheckConstraint(
                condition=Q(kind="default") | ~Q(pattern=""),
                name="mapping_has_pattern",
                violation_error_message="Only a default can do without a name or pattern.",
            ),
            models.CheckConstraint(condition=Q(kind__in=("exact", "glob", "family", "default")), name="mapping_kind"),
            models.UniqueConstraint(  # rows from the environment do not keep the admin from having the same
                "kind",
                Lower("pattern"),
                "from_environment",
                *CONDITIONS,
                condition=Q(team=None, client=None),
                name="mapping_once_for_everybody",
                violation_error_message="There is a mapping for this already.",
            ),
            models.UniqueConstraint(
                "kind",
                Lower("pattern"),
                "team",
                *CONDITIONS,
                condition=Q(client=None, team__isnull=False),
                name="mapping_once_per_team",
                violation_error_message="There is a mapping for this team already.",
            ),
            models.UniqueConstraint(
                "kind",
                Lower("pattern"),
                "client",
                *CONDITIONS,
                condition=Q(client__isnull=False),
                name="mapping_once_per_client",
                violation_error_message="There is a mapping for this client already.",
            ),
        )

    def __str__(self) -> str:
        text = f"{self.kind} {self.pattern}".rstrip()
        return text if len(text) <= NAME_LIMIT else f"{text[: NAME_LIMIT - 1]}…"

    def clean(self) -> None:
        self.pattern = "|".join(patterns(self.pattern)) if self.kind != self.Kind.EXACT else self.pattern.strip()
        self.when_input_above = self.when_input_above or 0  # a form that leaves it empty gives None
        if self.kind == self.Kind.FAMILY and not self.pattern.isalpha():
            raise ValidationError({"pattern": "A family is one word, such as opus."})

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """Forms leave out fields that they do not show, and with them each constraint that mentions one."""
        super().validate_constraints(set(exclude or ()) - {"from_environment"})

    @property
    def scope(self) -> str:
        """For whom it holds, in words."""
        if self.client is not None:
            return f"client {self.client}"
        return f"team {self.team}" if self.team is not None else "everybody"

    @property
    def conditions_in_words(self) -> list[str]:
        """What a request must be like."""
        flags = [name for name in CONDITIONS[:-1] if getattr(self, name)]
        words = [name.removeprefix("when_").replace("_", " ") for name in flags]
        return [*words, f"input above {self.when_input_above:,}"] if self.when_input_above else words

    @property
    def is_conditional(self) -> bool:
        return bool(self.conditions_in_words)


class MappingTargetQuerySet(RevisedQuerySet["MappingTarget"]):
    def enabled(self) -> MappingTargetQuerySet:
        """Those that requests can go to, the preferred one first."""
        return self.filter(is_enabled=True, backend__is_enabled=True).order_by("order", "-weight", "id")


class MappingTarget(Revised):
    """One model of one backend that a mapping leads to; `routing/choice.py` says in which order requests try them."""

    mapping = models.ForeignKey(ModelMapping, models.CASCADE, related_name="targets")
    backend = models.ForeignKey(Backend, models.PROTECT, related_name="targets", help_text="Who answers.")
    model = models.CharField(
        max_length=200, blank=True, help_text="As the backend calls it. Empty: the name that the client asked for."
    )
    order = models.PositiveSmallIntegerField(default=0, help_text=TARGET_ORDER_HELP)
    weight = models.PositiveSmallIntegerField(default=1, help_text=TARGET_WEIGHT_HELP)
    is_enabled = models.BooleanField("enabled", default=True, help_text="Off: as if it were not there.")

    objects = MappingTargetQuerySet.as_manager()

    class Meta:
        ordering = ("order", "-weight", "id")
        verbose_name = "target"

    def __str__(self) -> str:
        return f"{self.backend} → {self.model or 'the same name'}"
