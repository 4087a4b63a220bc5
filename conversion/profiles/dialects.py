"""All dialects by their names, and the profile of one model of one of them."""

from __future__ import annotations

from collections.abc import Mapping

from conversion.profiles.hosts import GROQ, OPENROUTER, TOGETHER
from conversion.profiles.makers import DEEPSEEK, GEMINI, MINIMAX, MISTRAL, MOONSHOT, QWEN, XAI, ZAI
from conversion.profiles.openai import AZURE, AZURE_V1, OPENAI
from conversion.profiles.profile import BackendProfile
from conversion.profiles.servers import GENERIC, LLAMACPP, LMSTUDIO, OLLAMA, SGLANG, VLLM

_OPENAI = (OPENAI, AZURE, AZURE_V1)
_HOSTS = (OPENROUTER, GROQ, TOGETHER)
_MAKERS = (DEEPSEEK, GEMINI, XAI, MISTRAL, MOONSHOT, QWEN, ZAI, MINIMAX)
_SERVERS = (OLLAMA, VLLM, SGLANG, LLAMACPP, LMSTUDIO, GENERIC)

DIALECTS: Mapping[str, BackendProfile] = {
    profile.dialect: profile for profile in (*_OPENAI, *_HOSTS, *_MAKERS, *_SERVERS)
}


def profile_for(dialect: str, model: str, overrides: Mapping[str, object] | None = None) -> BackendProfile:
    """The profile of a model at a backend: the dialect's habits, those of the model's families, the administrator's.

    Raises ValueError where an override has no such field or a wrong value.
    """
    if dialect not in DIALECTS:
        raise ValueError(f"unknown dialect {dialect!r}, known are {', '.join(DIALECTS)}")
    overrides = overrides or {}
    match overrides.get("family"):
        case str(name) if name:
            profile = DIALECTS[dialect].for_model(name)
        case _:
            profile = DIALECTS[dialect].for_model(model)
    return profile.overridden(overrides) if overrides else profile
