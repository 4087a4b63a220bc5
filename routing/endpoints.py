"""The URLs and headers of a backend: pure functions of its row.

Base URLs are taken as people write them: with or without the version's path, with a trailing slash, or ending in
`/chat/completions` or `/responses`; Azure's as the resource, as `…/openai/v1`, or down to the deployment (protocol
§1.5.2).
"""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from conversion.profiles import Wire
from routing.table import BackendEntry

DEFAULT_PATHS = {
    "openai": "/v1",
    "openrouter": "/api/v1",
    "gemini": "/v1beta/openai",
    "xai": "/v1",
    "mistral": "/v1",
    "moonshot": "/v1",
    "qwen": "/compatible-mode/v1",
    "zai": "/api/paas/v4",
    "minimax": "/v1",
    "groq": "/openai/v1",
    "together": "/v1",
    "ollama": "/v1",
    "lmstudio": "/v1",
    "llamacpp": "/v1",
    "vllm": "/v1",
    "sglang": "/v1",
    "azure_v1": "/openai/v1",
    "azure": "/openai",
}
"""Where the API lies on a host that was given without a path."""

NATIVE_HOST = "generativelanguage.googleapis.com"

AZURE_API_VERSION = "2024-12-01-preview"
"""For a deployment URL without a version: the first one that takes `max_completion_tokens`."""


AZURE_RESPONSES_VERSION = "2025-04-01-preview"
"""The same for the Responses API, which versions before `2025-03-01-preview` do not have."""


def completions_url(backend: BackendEntry, model: str, wire: Wire) -> str:
    """Where a model is asked, by the API that its profile names."""
    return responses_url(backend) if wire == "responses" else chat_completions_url(backend, model)


def responses_url(backend: BackendEntry) -> str:
    """The model stands in the body alone, even where it is a deployment of Azure's."""
    base = api_url(backend)
    if backend.dialect != "azure":
        return f"{base}/responses"
    version = backend.api_version if backend.api_version >= "2025-03-01" else AZURE_RESPONSES_VERSION
    return f"{base.partition('/deployments/')[0]}/responses?api-version={version}"


def chat_completions_url(backend: BackendEntry, model: str) -> str:
    base = api_url(backend)
    if backend.dialect != "azure":
        return f"{base}/chat/completions"
    if "/deployments/" not in base:
        base = f"{base}/deployments/{quote(model, safe='')}"
    return f"{base}/chat/completions?api-version={backend.api_version or AZURE_API_VERSION}"


def models_url(backend: BackendEntry) -> str | None:
    """Where the backend lists its models; None for Azure, whose list is not that of the deployments."""
    match backend.dialect:
        case "azure" | "azure_v1":
            return None
        case "lmstudio":
            return f"{origin(backend)}/api/v0/models"  # the only list with the window of the loaded model
        case _:
            return f"{api_url(backend)}/models"


def native_models_url(backend: BackendEntry) -> str | None:
    """Gemini's own list, which tells what that for OpenAI's clients leaves out; Vertex has no such list."""
    url = urlsplit(backend.base_url)
    if url.hostname != NATIVE_HOST:
        return None
    return f"{url.scheme}://{url.netloc}/v1beta/models?pageSize=1000"


def request_headers(backend: BackendEntry, credential: str) -> dict[str, str]:
    """The headers that say who asks. The backend's own ones win, so that they can replace the authorization."""
    return {**auth_headers(backend.dialect, credential), **{k.lower(): v for k, v in backend.headers.items()}}


def catalog_headers(backend: BackendEntry, credential: str, url: str) -> dict[str, str]:
    """The same for lists of models: Gemini's own takes the key in another header, and refuses it in two."""
    if url != native_models_url(backend) or not credential:
        return request_headers(backend, credential)
    others = {name: value for name, value in request_headers(backend, "").items() if name != "authorization"}
    return {**others, "x-goog-api-key": credential}


def auth_headers(dialect: str, credential: str) -> dict[str, str]:
    """Azure takes a key in a header of its own, but an Entra token (a JWT) as everybody else does."""
    if not credential:
        return {}
    if dialect.startswith("azure") and not credential.startswith("eyJ"):
        return {"api-key": credential}
    return {"authorization": f"Bearer {credential}"}


def api_url(backend: BackendEntry) -> str:
    """The base URL as `/chat/completions` or `/responses` is appended to it."""
    base = backend.base_url.partition("?")[0].rstrip("/").removesuffix("/chat/completions").removesuffix("/responses")
    return base if urlsplit(base).path else base + DEFAULT_PATHS.get(backend.dialect, "")


def origin(backend: BackendEntry) -> str:
    url = urlsplit(backend.base_url)
    return f"{url.scheme}://{url.netloc}"
