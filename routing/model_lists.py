"""What backends' lists of models say: names, limits and abilities, wherever each vendor puts them (protocol §7.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
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
TOKEN_PRICES = {
    "prompt": "input",
    "completion": "output",
    "input_cache_read": "cache_read",
    "input_cache_write": "cache_write",
}
"""OpenRouter's names for prices of one token, in USD, and ours."""
SINGLE_PRICES = {"request": "request", "web_search": "web_search"}
"""The same of what is not counted in tokens."""
SERVERS = {
    "llamacpp": "llamacpp",
    "vllm": "vllm",
    "sglang": "sglang",
    "library": "ollama",
    "organization_owner": "lmstudio",
}
"""The dialects of servers that sign each entry of their lists, by what stands in `owned_by`."""
OTHER_KINDS = frozenset({"embedding", "embeddings", "image", "audio", "video", "moderation", "rerank", "transcribe"})
"""`type` of models that do not chat."""

NAME_LIMIT = 200
LARGEST_LIMIT = 2**31 - 1
PRICE = re.compile(r"\d{1,6}(\.\d{1,18})?\Z")


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """One model as its backend describes it; `server`: the dialect of the server that wrote this."""

    name: str
    context_window: int | None = None
    max_output_tokens: int | None = None
    capabilities: Mapping[str, bool] = field(default_factory=dict)
    prices: Mapping[str, str] = field(default_factory=dict)
    server: str = ""


def models_in(document: object) -> dict[str, ModelFacts]:
    """The models of a list, by name; what is no model is passed over."""
    facts = (_facts(item) for item in _items(document))
    return {fact.name: fact for fact in facts if fact is not None}


def server_of(facts: Iterable[ModelFacts]) -> str:
    """The dialect of the server that a list is from; empty where its entries do not tell, or not all the same."""
    servers = {fact.server for fact in facts}
    return servers.pop() if len(servers) == 1 else ""


def _items(document: object) -> Iterator[Mapping[str, object]]:
    match document:
        case {"data": [*items]} | {"models": [*items]} | [*items]:
            yield from (item for item in items if isinstance(item, dict))


def _facts(item: Mapping[str, object]) -> ModelFacts | None:
    name = next((item[key] for key in ("id", "model", "name") if isinstance(item.get(key), str)), "")
    if not isinstance(name, str) or not name.isprintable() or not 0 < len(name) <= NAME_LIMIT:
        return None
    if not _chats(item):
        return None
    return ModelFacts(
        name=name.removeprefix("models/"),
        context_window=limit_in(item, CONTEXT_WINDOW),
        max_output_tokens=limit_in(item, MAX_OUTPUT_TOKENS),
        capabilities=_abilities(item),
        prices=_prices(item),
        server=_server(item),
    )


def _chats(item: Mapping[str, object]) -> bool:
    """Whether it answers messages, as far as the list says."""
    match item:
        case {"capabilities": {"completion_chat": False}}:  # Mistral
            return False
        case {"supportedGenerationMethods": [*methods]}:  # Gemini
            return "generateContent" in methods
    return item.get("type") not in OTHER_KINDS


def _server(item: Mapping[str, object]) -> str:
    match item:
        case {"owned_by": str(owner)}:
            return SERVERS.get(owner, "")
        case {"publisher": str(), "compatibility_type": str()}:  # LM Studio: /api/v0/models
            return "lmstudio"
    return ""


def limit_in(item: Mapping[str, object], places: tuple[tuple[str, ...], ...]) -> int | None:
    """The first positive number of tokens among the places where it may stand."""
    for place in places:
        value: object = item
        for key in place:
            value = value.get(key) if isinstance(value, dict) else None
        if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= LARGEST_LIMIT:
            return value
    return None


def _prices(item: Mapping[str, object]) -> dict[str, str]:
    """Decimal texts, as they stand there; a price below zero means that there is no fixed one."""
    pricing = item.get("pricing")
    if not isinstance(pricing, dict):
        return {}
    texts = {ours: pricing.get(name) for name, ours in {**TOKEN_PRICES, **SINGLE_PRICES}.items()}
    return {name: text for name, text in texts.items() if isinstance(text, str) and PRICE.match(text)}


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
        case {"capabilities": [*abilities_named]}:  # LM Studio
            abilities["tools"] = "tool_use" in abilities_named
        case {"thinking": bool(thinks)}:  # Gemini
            abilities["reasoning"] = thinks
    return abilities
