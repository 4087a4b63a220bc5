"""The environment variables of a one-person set-up, read into one value; `environment.py` makes rows of it.

A value is its first word, because comments behind values survive in many .env files. A value that says nothing usable
is complained about and replaced by the default. `NAME_FILE` works for the two secrets, as container secrets come.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError

from routing.credentials import REFERENCE, environment_value
from routing.validators import validate_base_url, validate_headers

OPENROUTER = "https://openrouter.ai/api/v1"
DEFAULT_MODELS = {
    "BIG_MODEL": "openai/gpt-5.4",
    "MIDDLE_MODEL": "openai/gpt-5.4-mini",
    "SMALL_MODEL": "openai/gpt-5.4-nano",
}
NEAREST = {
    "BIG_MODEL": ("BIG_MODEL", "MIDDLE_MODEL", "SMALL_MODEL"),
    "MIDDLE_MODEL": ("MIDDLE_MODEL", "BIG_MODEL", "SMALL_MODEL"),
    "SMALL_MODEL": ("SMALL_MODEL", "MIDDLE_MODEL", "BIG_MODEL"),
}
"""Where a tier looks for its model on a backend that is not the default one."""
HEADER_PREFIX = "CUSTOM_HEADER_"
MODES = ("none", "compact", "summarize")


@dataclass(frozen=True, slots=True)
class Configuration:
    """What the variables say. `has_backend`: enough to reach one; `models`: by tier; `headers`: references."""

    has_backend: bool
    has_credential: bool
    base_url: str
    api_version: str
    models: Mapping[str, str]
    headers: Mapping[str, str]
    timeout: int
    max_retries: int
    max_tokens_limit: int
    min_tokens: int | None
    compression: str
    max_system_tokens: int
    client_key: str = field(repr=False)
    complaints: tuple[str, ...]


class Variables:
    """An environment, and what there is to complain about in it."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.complaints: list[str] = []

    def secret(self, name: str) -> str:
        return environment_value(name, self._environ) or ""

    def word(self, name: str) -> str:
        word = next(iter(self._environ.get(name, "").split()), "")
        return "" if word.startswith("#") else word

    def number(self, name: str, default: int, lowest: int, highest: int) -> int:
        word = self.word(name)
        if not word:
            return default
        if word.isascii() and word.isdigit() and lowest <= int(word) <= highest:
            return int(word)
        self.complaints.append(f"{name} is not a number from {lowest} to {highest}; {default} is used.")
        return default

    def base_url(self) -> str | None:
        """The URL of the backend; None where it is none."""
        url = self.word("OPENAI_BASE_URL").rstrip("/") or OPENROUTER
        try:
            validate_base_url(url)
        except ValidationError as error:
            self.complaints.append(f"OPENAI_BASE_URL is no base URL: {error.messages[0]}")
            return None
        return url

    def models(self, base_url: str) -> dict[str, str]:
        """The model of each tier. The defaults exist at OpenRouter only; elsewhere the nearest tier steps in."""
        given = {tier: word for tier in DEFAULT_MODELS if (word := self.word(tier))}
        if base_url == OPENROUTER:
            return {**DEFAULT_MODELS, **given}
        if not given:
            self.complaints.append(
                "OPENAI_BASE_URL is set, but none of BIG_MODEL, MIDDLE_MODEL and SMALL_MODEL: "
                f"that backend is asked for {DEFAULT_MODELS['BIG_MODEL']} and its smaller ones."
            )
            return DEFAULT_MODELS
        return {tier: next(given[near] for near in order if near in given) for tier, order in NEAREST.items()}

    def headers(self) -> dict[str, str]:
        """CUSTOM_HEADER_X_TEAM → X-TEAM, by the name of the variable: many of these values are secrets."""
        headers = {}
        for variable in sorted(self._environ):
            if not variable.startswith(HEADER_PREFIX):
                continue
            header = {variable.removeprefix(HEADER_PREFIX).replace("_", "-"): REFERENCE + variable}
            try:
                validate_headers(header)
            except ValidationError as error:
                self.complaints.append(f"{variable} is left out: {error.messages[0]}")
            else:
                headers.update(header)
        return headers

    def compression(self) -> str:
        mode = self.word("PROMPT_COMPRESSION").lower() or "none"
        if mode in MODES:
            return mode
        self.complaints.append(f"PROMPT_COMPRESSION is none of {', '.join(MODES)}; none is used.")
        return "none"


def read_configuration(environ: Mapping[str, str]) -> Configuration:
    """What the variables say."""
    variables = Variables(environ)
    has_credential = bool(variables.secret("OPENAI_API_KEY"))
    has_backend = has_credential or bool(variables.word("OPENAI_BASE_URL"))
    base_url = variables.base_url()
    limit = variables.number("MAX_TOKENS_LIMIT", 128_000, 1, 10_000_000)
    return Configuration(
        has_backend=has_backend and base_url is not None,
        has_credential=has_credential,
        base_url=base_url or OPENROUTER,
        api_version=variables.word("AZURE_API_VERSION"),
        models=variables.models(base_url or OPENROUTER),
        headers=variables.headers(),
        timeout=variables.number("REQUEST_TIMEOUT", 300, 1, 3600),
        max_retries=variables.number("MAX_RETRIES", 2, 0, 5),
        max_tokens_limit=limit,
        min_tokens=variables.number("MIN_TOKENS_LIMIT", 0, 0, limit) or None,
        compression=variables.compression(),
        max_system_tokens=variables.number("PROMPT_MAX_SYSTEM_TOKENS", 4096, 256, 1_000_000),
        client_key=variables.secret("ANTHROPIC_API_KEY"),
        complaints=tuple(variables.complaints),
    )
