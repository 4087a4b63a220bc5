"""The URLs and headers that a backend's row comes to."""

import pytest

from routing.dialects import dialect_of
from routing.endpoints import (
    auth_headers,
    catalog_headers,
    chat_completions_url,
    completions_url,
    models_url,
    native_models_url,
    request_headers,
)
from routing.table import BackendEntry

AZURE = "https://team.openai.azure.com"
CHAT = [
    ("https://openrouter.ai/api/v1", "", "https://openrouter.ai/api/v1/chat/completions"),
    ("https://openrouter.ai", "", "https://openrouter.ai/api/v1/chat/completions"),
    ("https://api.openai.com/v1", "", "https://api.openai.com/v1/chat/completions"),
    ("https://api.openai.com/v1/", "", "https://api.openai.com/v1/chat/completions"),
    ("https://api.openai.com", "", "https://api.openai.com/v1/chat/completions"),
    ("https://api.openai.com/v1/chat/completions", "", "https://api.openai.com/v1/chat/completions"),
    ("https://api.deepseek.com", "", "https://api.deepseek.com/chat/completions"),
    ("https://api.deepseek.com/v1", "", "https://api.deepseek.com/v1/chat/completions"),
    ("http://localhost:11434", "", "http://localhost:11434/v1/chat/completions"),
    ("http://localhost:11434/v1", "", "http://localhost:11434/v1/chat/completions"),
    ("http://localhost:1234/v1", "", "http://localhost:1234/v1/chat/completions"),
    ("http://127.0.0.1:9099", "", "http://127.0.0.1:9099/chat/completions"),
    (AZURE, "", f"{AZURE}/openai/v1/chat/completions"),
    (f"{AZURE}/openai/v1", "", f"{AZURE}/openai/v1/chat/completions"),
    (f"{AZURE}/openai/v1/", "2024-10-21", f"{AZURE}/openai/v1/chat/completions"),
    (AZURE, "2024-10-21", f"{AZURE}/openai/deployments/gpt%2Fx/chat/completions?api-version=2024-10-21"),
    (f"{AZURE}/", "2024-10-21", f"{AZURE}/openai/deployments/gpt%2Fx/chat/completions?api-version=2024-10-21"),
    (f"{AZURE}/openai", "2024-10-21", f"{AZURE}/openai/deployments/gpt%2Fx/chat/completions?api-version=2024-10-21"),
    (
        f"{AZURE}/openai/deployments/mine",
        "2024-10-21",
        f"{AZURE}/openai/deployments/mine/chat/completions?api-version=2024-10-21",
    ),
    (
        f"{AZURE}/openai/deployments/mine/",
        "",
        f"{AZURE}/openai/deployments/mine/chat/completions?api-version=2024-12-01-preview",
    ),
]
RESPONSES = [
    ("https://api.openai.com/v1", "", "https://api.openai.com/v1/responses"),
    ("https://api.openai.com", "", "https://api.openai.com/v1/responses"),
    ("https://api.openai.com/v1/responses", "", "https://api.openai.com/v1/responses"),
    ("https://api.openai.com/v1/chat/completions", "", "https://api.openai.com/v1/responses"),
    ("https://openrouter.ai", "", "https://openrouter.ai/api/v1/responses"),
    (f"{AZURE}/openai/v1/", "", f"{AZURE}/openai/v1/responses"),
    (AZURE, "2024-10-21", f"{AZURE}/openai/responses?api-version=2025-04-01-preview"),
    (AZURE, "2025-03-01-preview", f"{AZURE}/openai/responses?api-version=2025-03-01-preview"),
    (f"{AZURE}/openai/deployments/mine", "", f"{AZURE}/openai/responses?api-version=2025-04-01-preview"),
]
MODELS = [
    ("https://openrouter.ai/api/v1", "https://openrouter.ai/api/v1/models"),
    ("https://api.groq.com", "https://api.groq.com/openai/v1/models"),
    ("http://localhost:1234/v1", "http://localhost:1234/api/v0/models"),
    (AZURE, None),
    (f"{AZURE}/openai/deployments/mine", None),
]


def entry(base_url, api_version="", **fields):
    dialect = dialect_of(base_url, api_version)
    return BackendEntry(1, "b", base_url, dialect, api_version=api_version, **fields)


@pytest.mark.parametrize(("base_url", "api_version", "url"), CHAT, ids=[f"{base} {v}".strip() for base, v, _ in CHAT])
def test_chat_completions_are_asked_for_where_the_backend_has_them(base_url, api_version, url):
    assert chat_completions_url(entry(base_url, api_version), "gpt/x") == url


@pytest.mark.parametrize(("base_url", "api_version", "url"), RESPONSES)
def test_responses_are_asked_for_where_the_backend_has_them(base_url, api_version, url):
    assert completions_url(entry(base_url, api_version), "gpt/x", "responses") == url


def test_the_wire_decides_where_a_model_is_asked():
    backend = entry("https://api.openai.com/v1")
    assert completions_url(backend, "gpt-5.6", "chat") == "https://api.openai.com/v1/chat/completions"


@pytest.mark.parametrize(("base_url", "url"), MODELS, ids=[base for base, _ in MODELS])
def test_the_list_of_models_is_where_the_backend_has_it(base_url, url):
    assert models_url(entry(base_url)) == url


GEMINI = "https://generativelanguage.googleapis.com/v1beta/openai"


def test_geminis_own_list_is_asked_with_the_key_in_its_own_header_alone():
    backend = entry(GEMINI, headers={"x-team": "blue"})
    url = native_models_url(backend)
    assert url == "https://generativelanguage.googleapis.com/v1beta/models?pageSize=1000"
    assert catalog_headers(backend, "secret", url) == {"x-goog-api-key": "secret", "x-team": "blue"}
    usual = {"authorization": "Bearer secret", "x-team": "blue"}
    assert catalog_headers(backend, "secret", f"{GEMINI}/models") == usual


def test_others_have_no_list_of_their_own_kind():
    assert native_models_url(entry("https://aiplatform.googleapis.com/v1/endpoints/openapi")) is None
    assert native_models_url(entry("https://api.openai.com/v1")) is None


@pytest.mark.parametrize(
    ("dialect", "credential", "headers"),
    [
        ("openai", "sk-1", {"authorization": "Bearer sk-1"}),
        ("generic", "", {}),
        ("azure", "0123", {"api-key": "0123"}),
        ("azure_v1", "0123", {"api-key": "0123"}),
        ("azure", "eyJhbGciOi", {"authorization": "Bearer eyJhbGciOi"}),
    ],
)
def test_a_credential_goes_into_the_header_of_its_dialect(dialect, credential, headers):
    assert auth_headers(dialect, credential) == headers


def test_headers_of_the_backend_replace_the_authorization_in_any_spelling():
    backend = entry("https://api.openai.com/v1", headers={"Authorization": "Basic abc", "X-Team": "blue"})
    assert request_headers(backend, "sk-1") == {"authorization": "Basic abc", "x-team": "blue"}
