"""Second sources: what a backend's list of models leaves out, and another of its addresses tells (protocol §7.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import islice
from typing import Protocol

from conversion.errors import BackendFailure
from routing.endpoints import native_models_url, origin
from routing.model_lists import ModelFacts, limit_in, models_in
from routing.table import BackendEntry

TIMEOUT = 3.0
SHOWN_LIMIT = 100
"""How many models Ollama is asked about, one by one."""

Details = Mapping[str, ModelFacts]
"""What is known besides the list, by model; under "" what holds for all of them."""


class Fetch(Protocol):
    """GET a JSON document of a backend, or POST if there is a body; raises BackendFailure."""

    def __call__(self, backend: BackendEntry, url: str, timeout: float, body: object = None, /) -> object: ...


def completed(backend: BackendEntry, facts: Mapping[str, ModelFacts], fetch: Fetch) -> dict[str, ModelFacts]:
    """The facts of a list with what the second source adds; one that fails leaves them as they are."""
    source = SOURCES.get(backend.dialect)
    try:
        details = source(backend, facts, fetch) if source else {}
    except BackendFailure:
        details = {}
    everywhere = details.get("")
    return {name: _with(fact, details.get(name) or everywhere) for name, fact in facts.items()}


def _with(fact: ModelFacts, detail: ModelFacts | None) -> ModelFacts:
    """What the second source says is nearer to the truth: the window that is loaded, not the one that could be."""
    if detail is None:
        return fact
    return replace(
        fact,
        context_window=detail.context_window or fact.context_window,
        max_output_tokens=detail.max_output_tokens or fact.max_output_tokens,
        capabilities={**fact.capabilities, **detail.capabilities},
    )


def llama_props(backend: BackendEntry, names: Iterable[str], fetch: Fetch) -> Details:
    """The window of each slot, and whether a projector for images is loaded."""
    match fetch(backend, f"{origin(backend)}/props", TIMEOUT):
        case dict() as props:
            abilities = {}
            match props:
                case {"modalities": {"vision": bool(vision)}}:
                    abilities["images"] = vision
            window = limit_in(props, (("default_generation_settings", "n_ctx"),))
            return {"": ModelFacts("", window, capabilities=abilities)}
        case _:
            return {}


def sglang_info(backend: BackendEntry, names: Iterable[str], fetch: Fetch) -> Details:
    match fetch(backend, f"{origin(backend)}/get_model_info", TIMEOUT):
        case dict() as info:
            images = info.get("has_image_understanding")
            abilities = {"images": images} if isinstance(images, bool) else {}
            window = limit_in(info, (("context_length",), ("max_context_length",), ("max_model_len",)))
            return {"": ModelFacts("", window, capabilities=abilities)}
        case _:
            return {}


def gemini_models(backend: BackendEntry, names: Iterable[str], fetch: Fetch) -> Details:
    """The list of the native API: that for OpenAI's clients has nothing but names."""
    url = native_models_url(backend)
    return models_in(fetch(backend, url, TIMEOUT)) if url else {}


def ollama_models(backend: BackendEntry, names: Iterable[str], fetch: Fetch) -> Details:
    """What each model is, and the window of those that are loaded now.

    A window that is not set for a model and not loaded is only the most that it could have.
    """
    shown: dict[str, ModelFacts] = {}
    for name in islice(names, SHOWN_LIMIT):
        try:
            shown[name] = ollama_model(name, fetch(backend, f"{origin(backend)}/api/show", TIMEOUT, {"model": name}))
        except BackendFailure:
            break  # the others would have to wait just as long
    loaded = models_in(fetch(backend, f"{origin(backend)}/api/ps", TIMEOUT))
    return {**shown, **{name: _with(shown.get(name, fact), fact) for name, fact in loaded.items()}}


def ollama_model(name: str, document: object) -> ModelFacts:
    """The window that the model's file sets (`num_ctx 8192`), else that of its architecture."""
    window: int | None = None
    abilities: dict[str, bool] = {}
    match document:
        case {"model_info": {"general.architecture": str(architecture)} as info}:
            window = limit_in(info, ((f"{architecture}.context_length",),))
    match document:
        case {"parameters": str(parameters)}:
            words = [line.split() for line in parameters.splitlines()]
            set_to = next((words[1] for words in words if words[:1] == ["num_ctx"] and len(words) == 2), "")
            window = int(set_to) if set_to.isdecimal() else window
    match document:
        case {"capabilities": [*named]}:
            known = {"images": "vision", "tools": "tools", "reasoning": "thinking"}
            abilities = {ours: theirs in named for ours, theirs in known.items()}
    return ModelFacts(name, window, capabilities=abilities)


SOURCES: Mapping[str, Callable[[BackendEntry, Iterable[str], Fetch], Details]] = {
    "llamacpp": llama_props,
    "sglang": sglang_info,
    "gemini": gemini_models,
    "ollama": ollama_models,
}
