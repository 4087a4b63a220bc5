"""What backends' lists of models say: names, limits and abilities, wherever each vendor puts them (protocol §7.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

CONTEXT_WINDOW = (
    ("top_provider", "context_length"),  # OpenRouter: of the provider that is asked first
    ("loaded_context_length",),  # LM Studio: as loaded, not as the model could
    ("context_length",),  # OpenRouter, Together, Moonshot
    ("context_window",),  # Groq
    ("max_model_len",),  # vLLM, SGLang
    ("max_context_length",),  # Mistral, LM Studio
    ("inputTokenLimit",),  # Gemini
    ("meta", "n_ctx_train"),  # llama.cpp
)
MAX_OUTPUT_TOKENS = (
    ("top_provider", "max_completion_tokens"),  # OpenRouter
    ("max_completion_tokens",),  # Groq
    ("max_output_tokens",),
    ("outputTokenLimit",),  # Gemini
)
OTHER_KINDS = frozenset({"embedding", "embeddings", "image", "audio", "video", "moderation", "rerank", "transcribe"})
"""`type` of models that do not chat."""

NAME_LIMIT = 200
LARGEST_LIMIT = 2**31 - 1


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """One model as its backend describes it."""

    name: str
    context_window: int | None = None
    max_output_tokens: int | None = None
    capabilities: Mapping[str, bool] = field(default_factory=dict)


def models_in(document: object) -> dict[str, ModelFacts]:
    """The models of a list, by name; what is no model is passed over."""
    facts = (_facts(item) for item in _items(document))
    return {fact.name: fact for fact in facts if fact is not None}


def windows_in(document: object) -> dict[str, int]:
    """Windows that a local server really uses, by model; under "" one that holds for all of them."""
    match document:
        case {"default_generation_settings": {"n_ctx": int(window)}} if window > 0:  # llama.cpp: /props
            return {"": window}
        case {"models": [*_]}:  # Ollama: /api/ps
            models = models_in(document).values()
            return {model.name: model.context_window for model in models if model.context_window}
        case _:
            return {}


def _items(document: object) -> Iterator[Mapping[str, object]]:
    match document:
        case {"data": [*items]} | {"models": [*items]} | [*items]:
            yield from (item for item in items if isinstance(item, dict))


def _facts(item: Mapping[str, object]) -> ModelFacts | None:
    name = next((item[key] for key in ("id", "model", "name") if isinstance(item.get(key), str)), "")
    if not isinstance(name, str) or not name.isprintable() or not 0 < len(name) <= NAME_LIMIT:
        return None
    if item.get("type") in OTHER_KINDS:
        return None
    return ModelFacts(
        name.removeprefix("models/"), _limit(item, CONTEXT_WINDOW), _limit(item, MAX_OUTPUT_TOKENS), _abilities(item)
    )


def _limit(item: Mapping[str, object], places: tuple[tuple[str, ...], ...]) -> int | None:
    """The first positive number of tokens among the places where it may stand."""
    for place in places:
        value: object = item
        for key in place:
            value = value.get(key) if isinstance(value, dict) else None
        if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= LARGEST_LIMIT:
            return value
    return None


def _abilities(item: Mapping[str, object]) -> dict[str, bool]:
    """What the list says of images, tools and reasoning; silence is no answer."""
    abilities: dict[str, bool] = {}
    match item:
        case {"architecture": {"input_modalities": [*modalities]}}:  # OpenRouter
            abilities["images"] = "image" in modalities
        case {"capabilities": {"vision": bool(vision)}}:  # Mistral
            abilities["images"] = vision
        case {"type": "vlm" | "llm" as kind}:  # LM Studio
            abilities["images"] = kind == "vlm"
    match item:
        case {"supported_parameters": [*parameters]}:  # OpenRouter
            abilities |= {"tools": "tools" in parameters, "reasoning": "reasoning" in parameters}
        case {"capabilities": {"function_calling": bool(tools)}}:  # Mistral
            abilities["tools"] = tools
    return abilities
