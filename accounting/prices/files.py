"""Prices in files that others publish: litellm's, models.dev's and OpenRouter's, told apart by their shape.

    litellm      {"azure/gpt-5.4": {"litellm_provider": "azure", "input_cost_per_token": 2.5e-06, …}}
    models.dev   {"azure": {"models": {"gpt-5.4": {"cost": {"input": 2.5, …}}}}}
    OpenRouter   {"data": [{"id": "openai/gpt-5.4", "pricing": {"prompt": "0.0000025", …}}]}

Whatever has no price for both input and output is passed over.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from accounting.prices.rows import WILDCARDS
from routing.model_lists import SINGLE_PRICES, TOKEN_PRICES

Figures = Mapping[str, Decimal]
"""By the names of the columns of Price."""

NAME_LIMIT = 200
STEP = Decimal(1).scaleb(-6)
LIMIT = Decimal(10) ** 6
PER_TOKEN = 10**6
ONE = 1

LITELLM_TOKENS = {
    "input_cost_per_token": "input",
    "output_cost_per_token": "output",
    "cache_read_input_token_cost": "cache_read",
    "cache_creation_input_token_cost": "cache_write",
    "cache_creation_input_token_cost_above_1hr": "cache_write_1h",
}
LITELLM_LONG = {f"{name}_above_200k_tokens": f"tier_{ours}" for name, ours in LITELLM_TOKENS.items()}
LITELLM_MODES = frozenset({"chat", "completion", "responses"})
MODELS_DEV_TOKENS = {name: name for name in ("input", "output", "cache_read", "cache_write")}
MODELS_DEV_LONG = {name: f"tier_{name}" for name in MODELS_DEV_TOKENS}
LONG = 200_000

PROVIDERS: Mapping[str, frozenset[str]] = {
    "openai": frozenset({"openai"}),
    "azure": frozenset({"azure"}),
    "azure_v1": frozenset({"azure"}),
    "openrouter": frozenset({"openrouter"}),
    "deepseek": frozenset({"deepseek"}),
    "gemini": frozenset({"gemini", "google"}),
    "xai": frozenset({"xai"}),
    "mistral": frozenset({"mistral"}),
    "moonshot": frozenset({"moonshot", "moonshotai"}),
    "qwen": frozenset({"dashscope", "alibaba"}),
    "zai": frozenset({"zai"}),
    "minimax": frozenset({"minimax"}),
    "groq": frozenset({"groq"}),
    "together": frozenset({"together_ai", "togetherai"}),
}
"""What these files call those who send the bill, by dialect."""


class UnknownShape(Exception):
    """The file is not one of those that can be read."""


@dataclass(frozen=True, slots=True)
class FilePrice:
    """What one model costs at one provider."""

    provider: str
    model: str
    figures: Figures


def read(path: Path) -> list[FilePrice]:
    """All prices of a file; raises UnknownShape or OSError."""
    try:
        document = json.loads(path.read_text(), parse_float=Decimal)
    except ValueError as error:
        raise UnknownShape(f"{path} is not JSON: {error}") from error
    prices = list(prices_in(document))
    if not prices:
        raise UnknownShape(f"{path} has no prices in the shape of litellm, models.dev or OpenRouter")
    return prices


def prices_in(document: object) -> Iterator[FilePrice]:
    match document:
        case {"data": [*items]}:
            found = (openrouter(item) for item in items)
        case {**entries}:
            found = (price for name, entry in entries.items() for price in of_entry(str(name), entry))
        case _:
            return
    yield from (price for price in found if price is not None and is_usable(price))


def of_entry(name: str, entry: object) -> Iterator[FilePrice | None]:
    match entry:
        case {"models": {**models}}:
            yield from (models_dev(name, str(model), facts) for model, facts in models.items())
        case {"litellm_provider": str(provider), "mode": mode} if mode in LITELLM_MODES:
            long = figures(entry, LITELLM_LONG, PER_TOKEN)
            model = name.removeprefix(f"{provider}/")
            yield FilePrice(provider, model, with_tier(figures(entry, LITELLM_TOKENS, PER_TOKEN), long))


def models_dev(provider: str, model: str, facts: object) -> FilePrice | None:
    match facts:
        case {"cost": {**cost}}:
            long = figures(cost.get("context_over_200k"), MODELS_DEV_LONG, ONE)
            return FilePrice(provider, model, with_tier(figures(cost, MODELS_DEV_TOKENS, ONE), long))
    return None


def openrouter(item: object) -> FilePrice | None:
    match item:
        case {"id": str(model), "pricing": {**pricing}}:
            single = figures(pricing, SINGLE_PRICES, ONE)
            return FilePrice("openrouter", model, figures(pricing, TOKEN_PRICES, PER_TOKEN) | single)
    return None


def is_usable(price: FilePrice) -> bool:
    """Whether it is the price of one model that reads and writes tokens."""
    plain = 0 < len(price.model) <= NAME_LIMIT and WILDCARDS.isdisjoint(price.model) and "|" not in price.model
    return plain and {"input", "output"} <= price.figures.keys()


def figures(of: object, names: Mapping[str, str], factor: int) -> dict[str, Decimal]:
    """What is said under these names, by ours; what is no plausible price was not said."""
    facts = of if isinstance(of, dict) else {}
    found = {ours: amount(facts.get(name), factor) for name, ours in names.items()}
    return {name: value for name, value in found.items() if value is not None}


def amount(value: object, factor: int) -> Decimal | None:
    match value:
        case bool():
            return None
        case int() | Decimal():
            price = Decimal(value) * factor
        case str() if value.replace(".", "", 1).isdecimal():
            price = Decimal(value) * factor
        case _:
            return None
    return price.quantize(STEP) if price.is_finite() and 0 <= price < LIMIT else None


def with_tier(base: dict[str, Decimal], long: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """With the price of long requests, if there is a whole one."""
    if {"tier_input", "tier_output"} <= long.keys():
        return {**base, **long, "tier_above": Decimal(LONG)}
    return base
