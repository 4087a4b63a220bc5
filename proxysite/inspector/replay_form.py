"""Where a captured request is to go once more."""

from __future__ import annotations

from typing import Any

from django import forms

from proxysite.pages.tries import label
from proxysite.tries import Trial, trial
from routing.models import Backend, ModelMapping
from routing.scopes import compression_entry

HOW = (("convert", "Convert only: nobody is asked"), ("send", "Really send it: this costs what any request costs"))


class ReplayForm(forms.Form):
    """A mapping, or a model of a backend."""

    mapping = forms.ModelChoiceField(
        ModelMapping.objects.all(),
        required=False,
        help_text="All of its targets, with its compression, whatever it is asked for by.",
    )
    backend = forms.ModelChoiceField(Backend.objects.all(), required=False, help_text="In place of a mapping.")
    model = forms.CharField(max_length=200, required=False, help_text="Of that backend, as it calls it.")
    asked_model = forms.CharField(
        max_length=200,
        required=False,
        label="Asked for by",
        help_text="The name that a client asks for. Empty: the captured one.",
    )
    how = forms.ChoiceField(choices=HOW, initial="convert", widget=forms.RadioSelect)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if bool(cleaned.get("mapping")) == bool(cleaned.get("backend")):
            raise forms.ValidationError("Choose a mapping, or a backend and one of its models.")
        if cleaned.get("backend") and not cleaned.get("model"):
            self.add_error("model", "Which model of the backend?")
        return cleaned

    def trials(self) -> list[Trial]:
        mapping: ModelMapping | None = self.cleaned_data["mapping"]
        if mapping is None:
            backend, model = self.cleaned_data["backend"], self.cleaned_data["model"]
            return [trial(backend, model, f"{backend} → {model}")]
        compression = compression_entry(mapping.compression)
        targets = mapping.targets.select_related("backend")
        return [trial(target.backend, target.model, label(target), compression) for target in targets]
