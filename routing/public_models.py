"""What everybody can know of models: the data of genai-prices, which is installed with this program and asks nobody.

Loading takes a second on a slow machine, so it is never done where requests are served, but by a thread.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo

PROVIDERS: Mapping[str, str] = {
    "openai": "openai",
    "azure": "azure",
    "azure_v1": "azure",
    "openrouter": "openrouter",
    "deepseek": "deepseek",
    "gemini": "google",
    "xai": "x-ai",
    "mistral": "mistral",
    "moonshot": "moonshotai",
    "zai": "zai",
    "minimax": "minimax",
    "groq": "groq",
    "together": "together",
}
"""Who serves the models and sends the bill, by dialect. Of servers of one's own nobody else knows anything."""

ROUTING_SUFFIXES = (":nitro", ":floor", ":exacto", ":online")
"""With these OpenRouter chooses another provider, or searches; the model is the same."""

_loaded = threading.Event()


def load() -> None:
    """Make it known here and now; may take long."""
    import genai_prices.data_snapshot

    genai_prices.data_snapshot.get_snapshot()
    _loaded.set()


def is_loaded() -> bool:
    return _loaded.is_set()


def find(dialect: str, model: str) -> ModelInfo | None:
    """The model as its provider has it; for those who may wait, or who know that it is loaded."""
    from genai_prices.data_snapshot import get_snapshot

    if dialect not in PROVIDERS:
        return None
    for name in names(model.lower()):
        try:
            _, found = get_snapshot().find_provider_model(name, None, PROVIDERS[dialect], None)
        except LookupError:
            continue
        return found
    return None


def context_window(dialect: str, model: str) -> int | None:
    """What is known of its window; may take long."""
    if dialect not in PROVIDERS:
        return None
    load()
    found = find(dialect, model)
    return found.context_window if found is not None else None


def names(model: str) -> Iterator[str]:
    """What it may be called there: as the backend does, without its routing, without its vendor."""
    name = model.removeprefix("models/")
    for suffix in ROUTING_SUFFIXES:
        name = name.removesuffix(suffix)
    yield name
    if "/" in name:
        yield name.rpartition("/")[2]
