"""Which dialect a backend speaks: by the host of its base URL or by its list, unless the admin says otherwise.

Rows, not ifs: a new vendor is a line in HOSTS, a new local server a line in PORTS. What a dialect means for the
translation is written in `conversion/profiles/`.
"""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Mapping
from dataclasses import fields
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from conversion.profiles import DIALECTS, BackendProfile, profile_for

logger = logging.getLogger("routing")

HOSTS = {
    "openrouter.ai": "openrouter",
    "*.openrouter.ai": "openrouter",
    "api.openai.com": "openai",
    "*.api.openai.com": "openai",
    "*.openai.azure.*": "azure",
    "*.cognitiveservices.azure.*": "azure",
    "*.services.ai.azure.*": "azure",
    "api.deepseek.com": "deepseek",
    "generativelanguage.googleapis.com": "gemini",
    "*aiplatform.googleapis.com": "gemini",
    "api.x.ai": "xai",
    "*.api.x.ai": "xai",
    "*.mistral.ai": "mistral",
    "api.moonshot.*": "moonshot",
    "dashscope*": "qwen",
    "api.z.ai": "zai",
    "open.bigmodel.cn": "zai",
    "api.minimax.*": "minimax",
    "api.minimaxi.*": "minimax",
    "api.groq.com": "groq",
    "api.together.*": "together",
}
PORTS = {11434: "ollama", 1234: "lmstudio", 8080: "llamacpp", 8000: "vllm", 30000: "sglang"}
"""Where local servers listen by default."""


def dialect_of(base_url: str, api_version: str = "", recognised: str = "") -> str:
    """The dialect that a base URL tells; `recognised` is what the list of models told, which knows more than a port."""
    try:
        url = urlsplit(base_url)
        host, port = (url.hostname or "").lower(), url.port
    except ValueError:
        return "generic"
    for pattern, dialect in HOSTS.items():
        if fnmatchcase(host, pattern):
            return azure_style(url.path, api_version) if dialect == "azure" else dialect
    if recognised in DIALECTS:
        return recognised
    return PORTS.get(port or 0, "generic") if is_local(host) else "generic"


def azure_style(path: str, api_version: str) -> str:
    """Azure has two: deployments in the path with an api-version, or `/openai/v1` without either."""
    if "/openai/v1" in path:
        return "azure_v1"
    return "azure" if api_version or "/openai/deployments/" in path else "azure_v1"


def is_local(host: str) -> bool:
    """A machine of one's own: a private or loopback address, or a name without a domain."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith((".local", ".internal", ".lan"))


def profile(dialect: str, model: str, *overrides: Mapping[str, object]) -> BackendProfile:
    """The profile of a dialect for a model, with the overrides of its backend and of the model; later ones win."""
    merged = {name: value for override in overrides for name, value in override.items()}
    try:
        return profile_for(dialect, model, merged)
    except ValueError as error:  # checked when it was entered, by another version of the profiles perhaps
        logger.error("overrides of %s for %s are left out: %s", dialect, model or "a backend", error)
        return profile_for(dialect if dialect in DIALECTS else "generic", model)


def wrong_overrides(overrides: object) -> str | None:
    """What is wrong with overrides that somebody typed; None when they are fine."""
    if not isinstance(overrides, dict):
        return 'This must be an object: {"habit": value}.'
    try:
        profile_for("generic", "", overrides)
    except ValueError as error:
        return f"{error}. Habits are: {', '.join(habits())}."
    return None


def habits() -> list[str]:
    """What an override may change."""
    return [field.name for field in fields(BackendProfile) if field.name not in ("dialect", "families")]
