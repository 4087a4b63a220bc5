"""What backends' lists of models say, and what becomes of it in the rows."""

import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from conversion.errors import BackendFailure
from routing import catalog, loading
from routing.model_lists import ModelFacts, models_in, server_of
from routing.models import Backend, BackendModel
from routing.table import BackendEntry
from tests.routing import factories

PRICES = {
    "prompt": "0.0000025",
    "completion": "0.000015",
    "request": "0",
    "image": "0.001",
    "web_search": "0.01",
    "internal_reasoning": "0",
    "input_cache_read": "0.00000025",
}

# name, list, (name, window, output, abilities)
LISTS = [
    (
        "OpenRouter",
        {
            "data": [
                {
                    "id": "openai/gpt-5.4",
                    "context_length": 1_000_000,
                    "architecture": {"input_modalities": ["text", "image"]},
                    "supported_parameters": ["tools", "reasoning", "max_tokens"],
                    "top_provider": {"context_length": 400_000, "max_completion_tokens": 128_000},
                }
            ]
        },
        ("openai/gpt-5.4", 400_000, 128_000, {"images": True, "tools": True, "reasoning": True}),
    ),
    (
        "OpenRouter without a provider's limits",
        {"data": [{"id": "m", "context_length": 8192, "top_provider": {"context_length": None}}]},
        ("m", 8192, None, {}),
    ),
    ("vLLM", {"data": [{"id": "m", "object": "model", "max_model_len": 32768}]}, ("m", 32768, None, {})),
    (
        "Groq",
        {"data": [{"id": "m", "context_window": 131_072, "max_completion_tokens": 65_536, "active": True}]},
        ("m", 131_072, 65_536, {}),
    ),
    (
        "Mistral",
        {
            "data": [
                {
                    "id": "m",
                    "max_context_length": 262_144,
                    "capabilities": {"vision": False, "function_calling": True, "completion_chat": True},
                }
            ]
        },
        ("m", 262_144, None, {"images": False}),
    ),
    ("Together", [{"id": "m", "type": "chat", "context_length": 131_072}], ("m", 131_072, None, {})),
    ("Moonshot", {"data": [{"id": "m", "context_length": 262_144}]}, ("m", 262_144, None, {})),
    (
        "llama.cpp",
        {"models": [{"name": "m"}], "data": [{"id": "m", "meta": {"n_ctx_train": 131_072}}]},
        ("m", 131_072, None, {}),
    ),
    (
        "LM Studio, loaded",
        {
            "data": [
                {
                    "id": "m",
                    "type": "vlm",
                    "capabilities": ["tool_use"],
                    "max_context_length": 131_072,
                    "loaded_context_length": 4096,
                }
            ]
        },
        ("m", 4096, None, {"images": True, "tools": True}),
    ),
    (
        "Gemini",
        {
            "models": [
                {
                    "name": "models/gemini-3-pro",
                    "inputTokenLimit": 1_048_576,
                    "outputTokenLimit": 65_536,
                    "supportedGenerationMethods": ["generateContent", "countTokens"],
                    "thinking": True,
                }
            ]
        },
        ("gemini-3-pro", 1_048_576, 65_536, {"reasoning": True}),
    ),
    (
        "OpenAI",
        {"object": "list", "data": [{"id": "gpt-5.4", "created": 1, "owned_by": "openai"}]},
        ("gpt-5.4", None, None, {}),
    ),
    ("an older field", {"data": [{"id": "m", "max_output_tokens": 8192}]}, ("m", None, 8192, {})),
]
NO_MODELS = [
    None,
    "text",
    {},
    [],
    {"data": None},
    {"data": {}},
    {"data": [None, 7, "x", [], {}, {"id": 7}, {"id": ""}, {"id": "x" * 201}, {"id": "\0"}]},
    {"data": [{"id": "m", "type": "embedding"}]},
    {"data": [{"id": "m", "capabilities": {"completion_chat": False}}]},
    {"models": [{"name": "models/m", "supportedGenerationMethods": ["embedContent"]}]},
    {"error": {"message": "no"}},
]
NO_LIMITS = [0, -1, True, "4096", 4096.0, None, 2**31, {}]


@pytest.mark.parametrize(("document", "facts"), [row[1:] for row in LISTS], ids=[row[0] for row in LISTS])
def test_limits_are_found_where_each_vendor_puts_them(document, facts):
    (found,) = models_in(document).values()
    name, window, output, abilities = facts
    assert (found.name, found.context_window, found.max_output_tokens) == (name, window, output)
    assert abilities.items() <= dict(found.capabilities).items()


@pytest.mark.parametrize("document", NO_MODELS, ids=str)
def test_what_is_no_list_has_no_models(document):
    assert models_in(document) == {}


@pytest.mark.parametrize("limit", NO_LIMITS, ids=str)
def test_what_is_no_number_of_tokens_is_no_limit(limit):
    (found,) = models_in({"data": [{"id": "m", "context_length": limit, "max_output_tokens": limit}]}).values()
    assert (found.context_window, found.max_output_tokens) == (None, None)


def answers(documents):
    """A `fetch` that knows these URLs and fails at others."""

    def fetch(backend, url, timeout, body=None):
        if url not in documents:
            raise BackendFailure(f"{url} answered 404")
        return documents[url]

    return fetch


def entry(**fields):
    factories.backend(**fields)
    return loading.backends()[-1]


@pytest.mark.django_db
def test_an_answer_without_models_leaves_those_that_are_known():
    backend = entry(base_url="http://backend.test/v1")
    catalog.store(backend.id, {"m": ModelFacts("m")})
    catalog.refresh(backend, answers({"http://backend.test/v1/models": {"message": "try again"}}))
    assert BackendModel.objects.get().name == "m"
    assert Backend.objects.get().last_catalog_error == "http://backend.test/v1/models lists no models"


KNOWN = [
    ("the list is silent", "https://api.openai.com/v1", ModelFacts("gpt-5.4"), {}, 1_050_000),
    ("the list tells", "https://api.openai.com/v1", ModelFacts("gpt-5.4", 5000), {}, 5000),
    ("the admin knows better", "https://api.openai.com/v1", ModelFacts("gpt-5.4"), {"context_window": 7000}, 7000),
    ("nobody knows the model", "https://api.openai.com/v1", ModelFacts("gpt-none"), {}, None),
    ("a server of one's own", "http://localhost:8000/v1", ModelFacts("gpt-5.4"), {}, None),
]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("base_url", "fact", "fields", "window"), [row[1:] for row in KNOWN], ids=[r[0] for r in KNOWN]
)
def test_a_window_that_everybody_knows_is_used_where_nobody_says_more(base_url, fact, fields, window):
    backend = entry(base_url=base_url)
    BackendModel.objects.create(backend_id=backend.id, name=fact.name, **fields)
    catalog.store(backend.id, {fact.name: fact})
    catalog.add_known_windows(backend)
    assert loading.models([backend.id])[backend.id, fact.name].context_window == window


@pytest.mark.django_db
def test_a_window_that_everybody_knows_gives_way_once_the_list_tells():
    backend = entry(base_url="https://api.openai.com/v1")
    for fact in (ModelFacts("gpt-5.4"), ModelFacts("gpt-5.4", 5000)):
        catalog.store(backend.id, {fact.name: fact})
        catalog.add_known_windows(backend)
    assert BackendModel.objects.get().known_context_window is None


@pytest.mark.django_db
def test_azure_is_not_asked():
    backend = entry(base_url="https://team.openai.azure.com/openai/v1")
    assert catalog.ask(backend, None) == {}


@pytest.mark.django_db
def test_what_the_list_says_is_stored_and_what_the_admin_wrote_stays():
    backend = entry()
    row = BackendModel.objects.create(backend_id=backend.id, name="known", context_window=5)
    facts = {"known": ModelFacts("known", 1000, 100, {"tools": True}), "new": ModelFacts("new", 2000)}
    catalog.store(backend.id, facts)
    row.refresh_from_db()
    assert (row.context_window, row.discovered_context_window, row.discovered_max_output_tokens) == (5, 1000, 100)
    assert row.capabilities == {"tools": True}
    assert BackendModel.objects.get(name="new").discovered_context_window == 2000


@pytest.mark.django_db
def test_a_list_that_did_not_change_writes_nothing():
    backend = entry()
    facts = {"m": ModelFacts("m", 1000)}
    catalog.store(backend.id, facts)
    before = loading.fingerprint()
    catalog.store(backend.id, facts)
    assert loading.fingerprint() == before


@pytest.mark.django_db
def test_what_left_the_list_leaves_the_rows_unless_the_admin_wrote_there():
    backend = entry()
    catalog.store(backend.id, {name: ModelFacts(name, 1000) for name in ("gone", "offered")})
    BackendModel.objects.filter(name="offered").update(is_offered=True)
    BackendModel.objects.create(backend_id=backend.id, name="typed by the admin")
    catalog.store(backend.id, {})
    assert sorted(BackendModel.objects.values_list("name", flat=True)) == ["offered", "typed by the admin"]
    assert BackendModel.objects.get(name="offered").discovered_context_window is None


@pytest.mark.django_db
def test_a_failure_is_shown_on_the_backend_and_a_success_clears_it():
    backend = entry(base_url="http://backend.test/v1")
    catalog.refresh(backend, answers({}))
    assert Backend.objects.get().last_catalog_error == "http://backend.test/v1/models answered 404"
    catalog.refresh(backend, answers({"http://backend.test/v1/models": {"data": [{"id": "m"}]}}))
    assert Backend.objects.get().last_catalog_error == ""
    assert BackendModel.objects.get().name == "m"


DUE = [
    ("never asked", {"last_catalog_at": None}, True),
    ("asked long ago", {"last_catalog_at": timedelta(hours=2)}, True),
    ("asked lately", {"last_catalog_at": timedelta(minutes=30)}, False),
    ("failed a while ago", {"last_catalog_at": timedelta(minutes=10), "last_catalog_error": "x"}, True),
    ("failed just now", {"last_catalog_at": timedelta(minutes=1), "last_catalog_error": "x"}, False),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("fields", "due"), [row[1:] for row in DUE], ids=[row[0] for row in DUE])
def test_a_backend_is_asked_when_its_list_is_old_or_failed(fields, due):
    ago = fields["last_catalog_at"]
    backend = entry(**{**fields, "last_catalog_at": timezone.now() - ago if ago else None})
    assert catalog.claim(backend, catalog.EVERY) is due


@pytest.mark.django_db
def test_only_one_process_asks():
    backend = entry()
    assert catalog.claim(backend, catalog.EVERY)
    assert not catalog.claim(backend, catalog.EVERY)
    assert not catalog.claim(backend, catalog.AT_START)


@pytest.mark.django_db
def test_asking_does_not_load_the_table_again_when_nothing_is_new():
    backend = entry()
    before = loading.fingerprint()
    catalog.claim(backend, catalog.EVERY)
    catalog.refresh(backend, answers({}))
    assert loading.fingerprint() == before


class TestThread:
    """The thread, with rows that are only pretended."""

    @pytest.fixture
    def asked(self, monkeypatch):
        """Names of the backends that were asked; `all_asked` is set when both were."""
        names = []
        all_asked = threading.Event()

        def ask(backend, fetch):
            names.append(backend.name)
            if len(names) == 2:
                all_asked.set()

        monkeypatch.setattr(catalog, "close_old_connections", lambda: None)
        monkeypatch.setattr(catalog, "LOOK_SECONDS", 0.0)
        monkeypatch.setattr(catalog, "refresh", ask)
        monkeypatch.setattr(catalog, "claim", lambda backend, age: backend.name not in names)
        rows = BackendEntry(1, "first", "http://b/v1"), BackendEntry(2, "second", "http://b/v1")
        monkeypatch.setattr(loading, "backends", lambda: rows)
        return names, all_asked

    def test_each_backend_that_is_due_is_asked_once(self, asked):
        names, all_asked = asked
        thread = catalog.Catalog(None)
        thread.start()
        assert all_asked.wait(30)
        thread.stop()
        assert names == ["first", "second"]

    @pytest.mark.parametrize("error", [DatabaseError("away"), RuntimeError("unforeseen")])
    def test_trouble_does_not_end_it(self, asked, monkeypatch, error):
        _, all_asked = asked
        backends = loading.backends()
        troubles = [error]

        def trouble_first():
            if troubles:
                raise troubles.pop()
            return backends

        monkeypatch.setattr(loading, "backends", trouble_first)
        thread = catalog.Catalog(None)
        thread.start()
        assert all_asked.wait(30)
        thread.stop()


@pytest.mark.parametrize(
    ("pricing", "prices"),
    [
        pytest.param(
            PRICES,
            {
                "input": "0.0000025",
                "output": "0.000015",
                "cache_read": "0.00000025",
                "request": "0",
                "web_search": "0.01",
            },
            id="OpenRouter",
        ),
        pytest.param({"prompt": "0", "completion": "0"}, {"input": "0", "output": "0"}, id="free"),
        pytest.param({"prompt": "-1", "completion": "-1"}, {}, id="whatever it is routed to"),
        pytest.param({"prompt": 3, "completion": None, "request": "NaN", "web_search": "1e9"}, {}, id="no decimals"),
        pytest.param({"input": 0.6, "output": 0.6, "hourly": 0}, {}, id="of another vendor"),
        pytest.param("free", {}, id="a word"),
    ],
)
def test_prices_are_read(pricing, prices):
    found = models_in({"data": [{"id": "m", "pricing": pricing}]})["m"]
    assert found.prices == prices


@pytest.mark.django_db
def test_prices_are_kept_and_seen_by_the_table():
    row = factories.backend()
    facts = models_in({"data": [{"id": "m", "pricing": PRICES}]})
    catalog.store(row.pk, facts)
    assert loading.models([row.pk])[row.pk, "m"].prices == facts["m"].prices


@pytest.mark.django_db
def test_a_price_that_changed_is_taken():
    row = factories.backend()
    for text in ("1", "2"):
        facts = models_in({"data": [{"id": "m", "pricing": {**PRICES, "prompt": text}}]})
        catalog.store(row.pk, facts)
    assert BackendModel.objects.get().discovered_prices["input"] == "2"


SIGNED = [
    ("llamacpp", {"data": [{"id": "m", "owned_by": "llamacpp"}], "models": [{"name": "m"}]}, "llamacpp"),
    ("vllm", {"data": [{"id": "m", "owned_by": "vllm"}, {"id": "lora", "owned_by": "vllm"}]}, "vllm"),
    ("sglang", {"data": [{"id": "m", "owned_by": "sglang"}]}, "sglang"),
    ("ollama", {"data": [{"id": "m:latest", "owned_by": "library"}]}, "ollama"),
    ("lmstudio", {"data": [{"id": "m", "owned_by": "organization_owner"}]}, "lmstudio"),
    ("lmstudio's own list", {"data": [{"id": "m", "publisher": "x", "compatibility_type": "gguf"}]}, "lmstudio"),
    ("another owner", {"data": [{"id": "m", "owned_by": "openai"}]}, ""),
    ("several servers", {"data": [{"id": "m", "owned_by": "vllm"}, {"id": "n", "owned_by": "openai"}]}, ""),
    ("no owner", {"data": [{"id": "m", "owned_by": 5}]}, ""),
    ("nothing", {"data": []}, ""),
]


@pytest.mark.parametrize(("document", "server"), [row[1:] for row in SIGNED], ids=[row[0] for row in SIGNED])
def test_servers_are_recognised_by_their_lists(document, server):
    assert server_of(models_in(document).values()) == server


@pytest.mark.django_db
def test_what_was_recognised_is_the_dialect_from_then_on():
    row = factories.backend(base_url="http://127.0.0.1:9099/v1", last_catalog_at=timezone.now())
    before = loading.fingerprint()
    (backend,) = loading.backends()
    catalog.refresh(backend, lambda *_: {"data": [{"id": "m", "owned_by": "llamacpp"}]})
    row.refresh_from_db()
    assert (row.effective_dialect, row.is_recognised) == ("llamacpp", True)
    assert loading.backends()[0].profile.dialect == "llamacpp"
    assert loading.fingerprint() != before
    assert row.last_catalog_at is None  # what only this server tells is asked for soon


@pytest.mark.django_db
def test_a_server_that_was_recognised_before_is_not_asked_again_at_once():
    asked = timezone.now()
    row = factories.backend(base_url="http://127.0.0.1:9099/v1", recognised_dialect="llamacpp", last_catalog_at=asked)
    catalog.refresh(loading.backends()[0], lambda *_: {"data": [{"id": "m", "owned_by": "llamacpp"}]})
    row.refresh_from_db()
    assert row.last_catalog_at == asked


@pytest.mark.django_db
def test_the_admins_dialect_wins_over_what_was_recognised():
    row = factories.backend(base_url="http://127.0.0.1:9099/v1", dialect="sglang", recognised_dialect="vllm")
    assert (row.effective_dialect, row.is_recognised) == ("sglang", False)
