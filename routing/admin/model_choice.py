"""“Choose models”: which models of a backend clients are offered, by check boxes over its list, which is read now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django import forms
from django.db import transaction
from django.db.models import QuerySet

from routing import catalog, loading, upstream
from routing.model_lists import NAME_LIMIT
from routing.models import Backend, BackendModel

SHOWN = 300
"""How many models one page shows; a search narrows them."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the page."""

    model: BackendModel

    @property
    def number(self) -> str:
        """As text, or the page would write it with a thousands separator."""
        return str(self.model.pk)

    @property
    def window(self) -> str:
        return f"{self.model.window:,}" if self.model.window else "unknown"

    @property
    def output(self) -> str:
        return f"{self.model.output_limit:,}" if self.model.output_limit else "unknown"

    @property
    def abilities(self) -> str:
        return ", ".join(name for name, can in self.model.capabilities.items() if can)

    @property
    def prices(self) -> str:
        """Of tokens read and written, by the million, as far as the list says."""
        prices: Mapping[str, str] = self.model.discovered_prices
        figures = [f"{Decimal(prices[name]) * 1_000_000:.2f}" for name in ("input", "output") if name in prices]
        return " / ".join(figures)


class ChoiceForm(forms.Form):
    """The check boxes are drawn by the page, which knows more of each model than a form does."""

    chosen = forms.ModelMultipleChoiceField(BackendModel.objects.none(), required=False)
    others = forms.CharField(
        required=False,
        label="Others",
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
        help_text="Names that the list does not have, one a line: deployments of Azure, models that are loaded later.",
    )

    def __init__(self, shown: QuerySet[BackendModel], data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # request.POST or None
        self.fields["chosen"].queryset = shown  # type: ignore[attr-defined]  # of the field above

    def clean_others(self) -> list[str]:
        names = list(dict.fromkeys(line.strip() for line in self.cleaned_data["others"].splitlines() if line.strip()))
        for name in names:
            if not name.isprintable() or len(name) > NAME_LIMIT:
                raise forms.ValidationError(f"This is no name of a model: {name[:80]}")
        return names


def read_list(backend: Backend) -> str:
    """Read the backend's list now; gives what went wrong, if anything did."""
    return catalog.refresh(loading.opened_backend(backend), upstream.fetch_json)


def models_like(backend: Backend, search: str) -> QuerySet[BackendModel]:
    """The models to choose from, those that are offered already first."""
    found = backend.models.order_by("-is_offered", "name")
    return found.filter(name__icontains=search) if search else found


def offer(backend: Backend, shown: QuerySet[BackendModel], chosen: Sequence[BackendModel], others: list[str]) -> int:
    """Offer these of the models shown, and no more; gives how many of the backend are offered then."""
    wanted = {model.pk for model in chosen}
    with transaction.atomic():
        for offered in (True, False):
            differ = [model.pk for model in shown if model.is_offered != offered and (model.pk in wanted) == offered]
            BackendModel.objects.filter(pk__in=differ).update(is_offered=offered)
        for name in others:
            backend.models.update_or_create(name=name, defaults={"is_offered": True})
    return backend.models.filter(is_offered=True).count()
