"""What second sources add to a backend's list of models."""

import pytest

from conversion.errors import BackendFailure
from routing.model_details import completed
from routing.model_lists import ModelFacts
from routing.table import BackendEntry

OLLAMA_MODEL = {
    "model_info": {"general.architecture": "qwen3", "qwen3.context_length": 262_144, "qwen3.block_count": 48},
    "parameters": 'stop "<|im_end|>"\ntemperature 0.6',
    "capabilities": ["completion", "tools", "thinking"],
}
SET_MODEL = {**OLLAMA_MODEL, "parameters": "num_ctx                        32768\ntop_k 20"}
NATIVE = "https://generativelanguage.googleapis.com"

# name, dialect, base URL, answers by path, (window, abilities)
SOURCES = [
    (
        "llama.cpp",
        "llamacpp",
        "http://localhost:8080/v1",
        {"/props": {"default_generation_settings": {"n_ctx": 8192}, "modalities": {"vision": True, "audio": False}}},
        (8192, {"images": True}),
    ),
    ("llama.cpp, an older one", "llamacpp", "http://localhost:8080/v1", {"/props": {"total_slots": 1}}, (131_072, {})),
    (
        "SGLang",
        "sglang",
        "http://localhost:30000/v1",
        {"/get_model_info": {"model_path": "m", "is_generation": True, "has_image_understanding": False}},
        (131_072, {"images": False}),
    ),
    (
        "SGLang, with a length",
        "sglang",
        "http://localhost:30000/v1",
        {"/get_model_info": {"context_length": 32_768}},
        (32_768, {}),
    ),
    (
        "Ollama, not loaded",
        "ollama",
        "http://localhost:11434/v1",
        {"/api/show": OLLAMA_MODEL, "/api/ps": {"models": []}},
        (262_144, {"images": False, "tools": True, "reasoning": True}),
    ),
    (
        "Ollama, set",
        "ollama",
        "http://localhost:11434/v1",
        {"/api/show": SET_MODEL, "/api/ps": {"models": []}},
        (32_768, {"images": False, "tools": True, "reasoning": True}),
    ),
    (
        "Ollama, loaded",
        "ollama",
        "http://localhost:11434/v1",
        {"/api/show": SET_MODEL, "/api/ps": {"models": [{"name": "m", "context_length": 4096}]}},
        (4096, {"images": False, "tools": True, "reasoning": True}),
    ),
    (
        "Ollama, an older one",
        "ollama",
        "http://localhost:11434/v1",
        {"/api/ps": {"models": [{"name": "m", "context_length": 4096}]}},
        (4096, {}),
    ),
    (
        "Gemini",
        "gemini",
        f"{NATIVE}/v1beta/openai",
        {"/v1beta/models?pageSize=1000": {"models": [{"name": "models/m", "inputTokenLimit": 9000, "thinking": True}]}},
        (9000, {"reasoning": True}),
    ),
    ("Vertex", "gemini", "https://aiplatform.googleapis.com/v1/endpoints/openapi", {}, (131_072, {})),
    ("one that has none", "vllm", "http://localhost:8000/v1", {}, (131_072, {})),
    ("a source that is no object", "llamacpp", "http://localhost:8080/v1", {"/props": "ok"}, (131_072, {})),
    ("a source that fails", "sglang", "http://localhost:30000/v1", {}, (131_072, {})),
]


def fetch_from(answers):
    """A `fetch` that knows these paths and fails at others."""

    def fetch(backend, url, timeout, body=None):
        path = "/" + url.split("/", 3)[3]
        if path not in answers:
            raise BackendFailure(f"{url} answered 404")
        if path == "/api/show":
            assert body == {"model": "m"}
        return answers[path]

    return fetch


@pytest.mark.parametrize(
    ("dialect", "base_url", "answers", "expected"), [row[1:] for row in SOURCES], ids=[row[0] for row in SOURCES]
)
def test_what_a_list_leaves_out_is_told_by_another_address(dialect, base_url, answers, expected):
    listed = {"m": ModelFacts("m", 131_072)}
    (found,) = completed(BackendEntry(1, "b", base_url, dialect), listed, fetch_from(answers)).values()
    assert (found.context_window, dict(found.capabilities)) == expected


def test_ollama_is_asked_no_more_about_its_models_once_it_failed():
    asked = []

    def fetch(backend, url, timeout, body=None):
        asked.append(url)
        raise BackendFailure("too slow")

    listed = {name: ModelFacts(name) for name in ("a", "b")}
    completed(BackendEntry(1, "b", "http://localhost:11434/v1", "ollama"), listed, fetch)
    assert [url.rpartition("/")[2] for url in asked] == ["show", "ps"]
