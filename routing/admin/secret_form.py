"""A form for rows that hold a secret: it goes in and never comes out, and an empty field leaves it as it is."""

from __future__ import annotations

from typing import Any

from django import forms

from routing.credentials import wrong_reference


class SecretForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """For rows with `put(secret)`."""

    secret = forms.CharField(
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Or env:NAME for the value of an environment variable. Empty: unchanged.",
    )

    def clean_secret(self) -> str:
        secret: str = self.cleaned_data["secret"].strip()
        if not secret.isascii() or not secret.isprintable() or " " in secret:
            raise forms.ValidationError("A credential consists of visible ASCII characters.")
        if wrong := wrong_reference(secret):
            raise forms.ValidationError(wrong)
        return secret

    def save(self, commit: bool = True) -> Any:
        if secret := self.cleaned_data["secret"]:
            self.instance.put(secret)
        return super().save(commit)
