"""Where requests can go: backends, what opens them, and the models that they have."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q

from routing import credentials
from routing.dialects import dialect_of
from routing.models.people import CAPTURE_HELP, refuse_reserved_name
from routing.models.revised import Revised, RevisedQuerySet
from routing.validators import (
    BASE_URL_LIMIT,
    validate_base_url,
    validate_capture_end,
    validate_dialect,
    validate_headers,
    validate_profile,
)

PROFILE_HELP = 'Overrides of single habits, such as <code>{"max_tokens_field": "max_tokens"}</code>.'
ORDER_HELP = "The lowest one comes first; the others are used while it is refused."
WEIGHT_HELP = "Its share of the conversations among those of the same order; 0: only while the others are refused."


class BackendQuerySet(RevisedQuerySet["Backend"]):
    def enabled(self) -> BackendQuerySet:
        return self.filter(is_enabled=True)


class Backend(Revised):
    name = models.CharField(
        max_length=100,
        unique=True,
        validators=[RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9._-]*\Z", "Letters, digits, “.”, “_” and “-” only.")],
        help_text="Also how clients name it: <code>name/model</code>.",
    )
    base_url = models.CharField(
        "base URL",
        max_length=BASE_URL_LIMIT,
        validators=[validate_base_url],
        help_text="As far as before <code>/chat/completions</code>, such as https://openrouter.ai/api/v1",
    )
    is_enabled = models.BooleanField("enabled", default=True, help_text="Off: no request goes there.")
    dialect = models.CharField(
        max_length=20,
        blank=True,
        validators=[validate_dialect],
        help_text="Which habits of requests and replies the backend has. Empty: told by the host of the base URL, "
        "else by the list of models.",
    )
    api_version = models.CharField(
        "API version",
        max_length=40,
        blank=True,
        validators=[RegexValidator(r"^[A-Za-z0-9.-]*\Z")],
        help_text="Of Azure deployments only.",
    )
    headers = models.JSONField(
        default=dict,
        blank=True,
        validators=[validate_headers],
        help_text='Sent with each request: <code>{"X-Title": "our team"}</code>. '
        "For a secret write <code>env:VARIABLE</code> as its value.",
    )
    profile = models.JSONField(default=dict, blank=True, validators=[validate_profile], help_text=PROFILE_HELP)
    timeout = models.FloatField(
        default=300.0,
        validators=[MinValueValidator(1), MaxValueValidator(3600)],
        help_text="Seconds that the backend may be silent before the request is given up.",
    )
    max_retries = models.PositiveSmallIntegerField(
        default=2,
        validators=[MaxValueValidator(5)],
        help_text="How often a request is sent again when the backend could not be reached.",
    )
    max_concurrent = models.PositiveIntegerField(
        "requests at once",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="As many requests are served at once, by all processes of the service together; others wait for up "
        "to ten seconds, clients by turns, and then go to the next target or are refused. Empty: no limit.",
    )
    max_tokens_limit = models.PositiveIntegerField(
        default=128_000,
        validators=[MinValueValidator(1)],
        help_text="The most output tokens that are asked for where the limit of the model is not known.",
    )
    min_tokens = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Requests for fewer output tokens are raised to this. Empty: they are left alone.",
    )
    capture_until = models.DateTimeField(
        "captured until",
        null=True,
        blank=True,
        validators=[validate_capture_end],
        help_text=CAPTURE_HELP + "All members are told so on their own pages.",
    )
    from_environment = models.BooleanField("from the environment", default=False, editable=False)
    last_catalog_at = models.DateTimeField("models read", null=True, blank=True, editable=False)
    recognised_dialect = models.CharField(max_length=20, blank=True, editable=False)
    last_catalog_error = models.CharField("error", max_length=500, blank=True, editable=False)

    objects = BackendQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(condition=Q(timeout__gt=0), name="backend_timeout_positive"),
            models.CheckConstraint(condition=Q(max_tokens_limit__gt=0), name="backend_max_tokens_limit_positive"),
            models.CheckConstraint(
                condition=Q(min_tokens=None) | Q(min_tokens__lte=F("max_tokens_limit")),
                name="backend_min_tokens_below_limit",
                violation_error_message="The minimum of tokens is above their limit.",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        refuse_reserved_name(self.name, self.from_environment)

    @property
    def effective_dialect(self) -> str:
        return self.dialect or dialect_of(self.base_url, self.api_version, self.recognised_dialect)

    @property
    def is_recognised(self) -> bool:
        """Its list told the dialect, and nothing else did."""
        return self.effective_dialect != (self.dialect or dialect_of(self.base_url, self.api_version))


class BackendCredentialQuerySet(RevisedQuerySet["BackendCredential"]):
    def in_order(self) -> BackendCredentialQuerySet:
        return self.order_by("order", "-weight", "id")

    def unreadable(self) -> list[BackendCredential]:
        """Those that none of the present CREDENTIALS_KEYS opens."""
        return [row for row in self.select_related("backend") if not credentials.is_readable(row.sealed)]


class BackendCredential(Revised):
    """A key of a backend; `sealed` is what `routing/credentials.py` makes of it, never the key itself."""

    backend = models.ForeignKey(Backend, models.CASCADE, related_name="credentials")
    label = models.CharField(max_length=100, blank=True, help_text="For you: whose it is.")
    sealed = models.TextField(editable=False)
    hint = models.CharField(max_length=120, editable=False)
    order = models.PositiveSmallIntegerField(default=0, help_text=ORDER_HELP)
    weight = models.PositiveSmallIntegerField(default=1, help_text=WEIGHT_HELP)
    is_enabled = models.BooleanField("enabled", default=True, help_text="Off: no request is sent with it.")

    objects = BackendCredentialQuerySet.as_manager()

    class Meta:
        ordering = ("order", "-weight", "id")
        verbose_name = "credential"
        constraints = (models.CheckConstraint(condition=~Q(sealed=""), name="credential_not_empty"),)

    def __str__(self) -> str:
        return self.hint

    def put(self, secret: str) -> None:
        """Take this secret, or this `env:NAME`, from now on."""
        self.sealed = credentials.seal(secret)
        self.hint = credentials.hint(secret)

    def reseal(self) -> None:
        """Encrypt it again, under the newest key; raises Unreadable."""
        self.sealed = credentials.resealed(self.sealed)


class BackendModel(Revised):
    """A model of a backend: as its list says, as the admin knows better, or both."""

    backend = models.ForeignKey(Backend, models.CASCADE, related_name="models", help_text="Who serves it.")
    name = models.CharField(max_length=200, help_text="As the backend calls it.")
    context_window = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="In tokens. Empty: what the backend says.",
    )
    max_output_tokens = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Empty: what the backend says, else its limit where unknown.",
    )
    dialect = models.CharField(
        max_length=20,
        blank=True,
        validators=[validate_dialect],
        help_text="Where it differs from that of the backend.",
    )
    profile = models.JSONField(default=dict, blank=True, validators=[validate_profile], help_text=PROFILE_HELP)
    is_offered = models.BooleanField(
        "offered",
        default=False,
        help_text="In the list of models that clients see, as <code>claude-gw/name</code>.",
    )
    discovered_context_window = models.PositiveIntegerField("context window", null=True, editable=False)
    known_context_window = models.PositiveIntegerField(
        "context window as generally known",
        null=True,
        editable=False,
        help_text="Where neither the list nor you say more.",
    )
    discovered_max_output_tokens = models.PositiveIntegerField("output tokens", null=True, editable=False)
    discovered_prices = models.JSONField("prices", default=dict, editable=False)
    capabilities = models.JSONField(default=dict, editable=False)
    discovered_at = models.DateTimeField("seen in the list", null=True, editable=False)
    estimate_factor = models.FloatField(default=1.0, editable=False)
    estimate_samples = models.PositiveIntegerField(default=0, editable=False)
    estimate_error = models.FloatField(default=0.0, editable=False)
    count_factor = models.FloatField(default=1.0, editable=False)
    count_samples = models.PositiveIntegerField(default=0, editable=False)
    count_error = models.FloatField(default=0.0, editable=False)

    objects = RevisedQuerySet["BackendModel"].as_manager()

    class Meta:
        ordering = ("backend__name", "name")
        verbose_name = "backend model"
        constraints = (
            models.UniqueConstraint(
                fields=("backend", "name"),
                name="backend_model_once",
                violation_error_message="This backend has a row for that model already.",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def window(self) -> int | None:
        """By whoever knows it best."""
        return self.context_window or self.discovered_context_window or self.known_context_window

    @property
    def output_limit(self) -> int | None:
        return self.max_output_tokens or self.discovered_max_output_tokens
